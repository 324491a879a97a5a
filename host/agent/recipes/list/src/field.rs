//! What a column may hold, and how a wrong value is explained.
use kandra::prelude::*;

/// A column.
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    /// For [`Kind::Choice`].
    pub choices: &'static [&'static str],
    /// The least and the greatest number.
    pub range: Option<(i64, i64)>,
}

/// What its values are. A recipe's example may not use all of them.
#[allow(dead_code)]
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Text,
    LongText,
    Number,
    /// A number that is shown as stars.
    Stars,
    Date,
    Time,
    Url,
    Email,
    Phone,
    YesNo,
    Choice,
    /// Minutes and seconds, perhaps hours: `3:05`, `1:02:30`.
    Span,
}

impl Field {
    /// `Err` is a sentence for the visitor. An empty value is fine: only the first field is needed.
    pub fn check(&self, value: &str) -> std::result::Result<(), String> {
        let name = self.name;
        let most = if self.kind == Kind::LongText { 1000 } else { 120 };
        if value.chars().count() > most {
            return Err(format!("⟦{name} has at most {most} characters.|{name} hat höchstens {most} Zeichen.⟧"));
        }
        let fits = value.is_empty()
            || match self.kind {
                Kind::Text | Kind::LongText => true,
                Kind::Number | Kind::Stars => value.parse::<f64>().is_ok_and(|number| number.is_finite() && self.allows(number)),
                Kind::Date => is_date(value),
                Kind::Time => is_time(value),
                Kind::Url => ["http://", "https://"].iter().any(|start| value.len() > start.len() && value.starts_with(start)),
                Kind::Email => value.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.') && !value.contains(' ')),
                Kind::Phone => value.chars().all(|c| c.is_ascii_digit() || " +-/()".contains(c)),
                Kind::YesNo => ["yes", "no"].contains(&value),
                Kind::Choice => self.choices.contains(&value),
                Kind::Span => seconds(value).is_some(),
            };
        match self.range {
            _ if fits => Ok(()),
            Some((least, most)) => Err(format!("⟦{name} is a number from {least} to {most}.|{name} ist eine Zahl von {least} bis {most}.⟧")),
            None => Err(format!("⟦{name} is {}.|{name} ist {}.⟧", self.kind.wanted())),
        }
    }

    fn allows(&self, number: f64) -> bool {
        self.range.is_none_or(|(least, most)| (least as f64..=most as f64).contains(&number))
    }

    /// The form control, labelled.
    pub fn control(&self, index: usize) -> String {
        let name = escape(self.name);
        let required = if index == 0 { " required" } else { "" };
        let common = format!("id=\"field-{index}\" name=\"{name}\"{required}");
        match self.kind {
            Kind::LongText => format!("<label>{name} <textarea {common} rows=\"2\" maxlength=\"1000\"></textarea></label>"),
            Kind::YesNo => format!("<label class=\"check\"><input {common} type=\"checkbox\"> {name}</label>"),
            Kind::Choice => format!("<label>{name} <select {common}>{}</select></label>", options(self.choices)),
            Kind::Number | Kind::Stars => {
                let bounds = self.range.map_or_else(String::new, |(least, most)| format!(" min=\"{least}\" max=\"{most}\""));
                format!("<label>{name} <input {common} type=\"number\" step=\"any\"{bounds}></label>")
            }
            Kind::Span => format!("<label>{name} <input {common} type=\"text\" maxlength=\"12\" placeholder=\"3:05\"></label>"),
            kind => format!("<label>{name} <input {common} type=\"{}\" maxlength=\"120\"></label>", kind.input()),
        }
    }
}

impl Kind {
    fn input(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::Url => "url",
            Self::Email => "email",
            Self::Phone => "tel",
            _ => "text",
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Text | Self::LongText => "⟦a text|ein Text⟧",
            Self::Number | Self::Stars => "⟦a number, such as 12 or 3.5|eine Zahl, etwa 12 oder 3.5⟧",
            Self::Date => "⟦a date, such as 2026-12-24|ein Datum, etwa 2026-12-24⟧",
            Self::Time => "⟦a time, such as 18:30|eine Uhrzeit, etwa 18:30⟧",
            Self::Url => "⟦a web address that starts with https://|eine Webadresse, die mit https:// beginnt⟧",
            Self::Email => "⟦an e-mail address, such as ada@example.org|eine E-Mail-Adresse, etwa ada@example.org⟧",
            Self::Phone => "⟦a phone number|eine Telefonnummer⟧",
            Self::YesNo => "⟦yes or no|ja oder nein⟧",
            Self::Span => "⟦minutes and seconds, such as 3:05 or 1:02:30|Minuten und Sekunden, etwa 3:05 oder 1:02:30⟧",
            Self::Choice => "⟦one of the given choices|eines der genannten⟧",
        }
    }
}

fn options(choices: &[&str]) -> String {
    let mut html = "<option></option>".to_owned();
    for choice in choices {
        html.push_str(&format!("<option>{}</option>", escape(choice)));
    }
    html
}

fn is_date(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let (Ok(y), Ok(m), Ok(d)) = (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>()) else { return false };
    let days = match m {
        2 if y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    year.len() == 4 && (1..=12).contains(&m) && (1..=days).contains(&d)
}

/// `1:02:30` in seconds.
pub fn seconds(value: &str) -> Option<f64> {
    let parts: Vec<&str> = value.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    parts.iter().try_fold(0.0, |sum, part| part.parse::<f64>().ok().filter(|n| (0.0..1000.0).contains(n)).map(|n| sum * 60.0 + n))
}

fn is_time(value: &str) -> bool {
    value.split_once(':').is_some_and(|(h, m)| {
        m.len() == 2 && h.parse::<u8>().is_ok_and(|h| h < 24) && m.parse::<u8>().is_ok_and(|m| m < 60)
    })
}
