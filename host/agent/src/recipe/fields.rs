//! Columns of a table from the words that name them: `name, last watered (date) and price`.

use super::{
    asked::fold,
    lists::{self, items},
    phrases::capitalise,
    render::literal,
};
use kinds::{NAMES, NO_FIELDS, kind};

mod kinds;

/// What a column holds. The names are those of the recipe's own `Kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    LongText,
    Number,
    Stars,
    Date,
    Time,
    Url,
    Email,
    Phone,
    YesNo,
    Choice,
    /// Minutes and seconds, perhaps hours.
    Span,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub name: String,
    pub kind: Kind,
    pub choices: Vec<String>,
    /// The least and the greatest number.
    pub range: Option<(i64, i64)>,
}

/// At most so many columns.
const MOST: usize = 8;

/// The columns that a phrase lists; `None` when it does not read like columns.
pub(crate) fn fields(text: &str) -> Option<Vec<Field>> {
    let mut fields: Vec<Field> = Vec::new();
    let items = gathered(lists::columns(text));
    if items.len() > 1 && items.iter().any(|item| lists::is_sentence(item)) {
        return None;
    }
    let read: Option<Vec<Vec<Field>>> = items.iter().map(|item| asked_in(item).or_else(|| field(item).map(|field| vec![field]))).collect();
    for field in read?.into_iter().flatten() {
        if !fields.iter().any(|f| fold(&f.name) == fold(&field.name)) {
            fields.push(field);
        }
    }
    (1..=MOST).contains(&fields.len()).then_some(fields)
}

/// `priority high`, `medium`, `low` → `priority (high, medium, low)`.
fn gathered(items: Vec<String>) -> Vec<String> {
    const ATTRIBUTES: &str = "priority priorities status category categories kategorie kategorien type types size sizes grosse grossen level levels \
        difficulty role roles prioritat prioritaten schwierigkeit status severity urgency";
    let mut whole: Vec<String> = Vec::new();
    let mut items = items.into_iter().peekable();
    while let Some(item) = items.next() {
        let value = item.split_once(' ').filter(|(first, rest)| {
            ATTRIBUTES.split_whitespace().any(|a| a == fold(first)) && rest.split_whitespace().count() == 1 && !rest.contains(['(', '/'])
        });
        let Some((attribute, first)) = value else {
            whole.push(item);
            continue;
        };
        let mut values = vec![first.to_owned()];
        while let Some(next) = items.next_if(|next| next.split_whitespace().count() == 1 && kind(&[fold(next)], "") == Kind::Text) {
            values.push(next);
        }
        let attribute = match attribute.to_lowercase() {
            many if many.ends_with("ies") => format!("{}y", &many[..many.len() - 3]),
            many if many.ends_with('s') && many != "status" => many[..many.len() - 1].to_owned(),
            one => one,
        };
        whole.push(if values.len() > 1 { format!("{attribute} ({})", values.join(", ")) } else { item });
    }
    whole
}

/// `wer fährt wann wohin`: a column for each question.
fn asked_in(item: &str) -> Option<Vec<Field>> {
    const QUESTIONS: &str = "who wer what was when wann where wo wohin woher which welche welchen welches welcher how wie";
    let words: Vec<&str> = item.split_whitespace().collect();
    let folded: Vec<String> = words.iter().map(|w| fold(w)).collect();
    // `what was found` asks once.
    let is_english = folded.iter().any(|w| matches!(w.as_str(), "what" | "who" | "where" | "when" | "which" | "how"));
    let asks = |i: usize| QUESTIONS.split_whitespace().any(|q| q == folded[i]) && !(is_english && folded[i] == "was");
    let at: Vec<usize> = (0..words.len()).filter(|i| asks(*i)).collect();
    if at.len() < 2 || at[0] != 0 || item.contains('(') {
        return None;
    }
    let segment = |n: usize| {
        let (from, to) = (at[n], at.get(n + 1).copied().unwrap_or(words.len()));
        let rest = &words[from + 1..to];
        let plain = |name: &str, kind| Some(Field { name: capitalise(name), kind, choices: vec![], range: None });
        match folded[from].as_str() {
            "who" | "wer" => plain("Name", Kind::Text),
            "when" | "wann" => plain(words[from], Kind::Date),
            "how" | "wie" if rest.len() >= 2 && matches!(folded[from + 1].as_str(), "many" | "much" | "viele" | "viel") => {
                plain(rest[1], Kind::Number)
            }
            "how" | "wie" if rest.len() == 1 => plain(&words[from..to].join(" "), Kind::Number),
            "how" | "wie" => None,
            "which" | "welche" | "welchen" | "welches" | "welcher" if !rest.is_empty() && folded[from + 1] != "one" => {
                plain(rest[0], Kind::Text)
            }
            "which" => plain("which one", Kind::Text),
            _ => plain(words[from], Kind::Text),
        }
    };
    (0..at.len()).map(segment).collect()
}

/// `size S M L XL`: the sizes behind the name.
fn sizes(item: &str) -> Option<(&str, String)> {
    let is_size = |word: &&str| word.chars().count() <= 4 && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let words: Vec<&str> = item.split_whitespace().collect();
    let sizes = words.iter().rev().take_while(|w| is_size(w)).count();
    if sizes < 2 || sizes == words.len() {
        return None;
    }
    let first = words[words.len() - sizes];
    let at = item.find(&format!(" {first}"))?;
    Some((item[..at].trim(), words[words.len() - sizes..].join(", ")))
}

fn field(item: &str) -> Option<Field> {
    let (name, given) = match item.split_once('(') {
        Some((name, hint)) => (name.trim(), hint.trim_end_matches(')').trim()),
        None => [" yes/no", " ja/nein", " yes or no", " ja oder nein", ": yes/no"]
            .iter()
            .find_map(|end| item.strip_suffix(end))
            .map(|name| (name, "yes/no"))
            // `urgency low/medium/high`
            .or_else(|| item.rsplit_once(' ').filter(|(_, last)| last.contains('/') && !last.contains("://")))
            .unwrap_or((item, "")),
    };
    // `offer or looking`, `frei oder verliehen`: one of two.
    let sizes = sizes(name);
    let name = sizes.as_ref().map_or(name, |(name, _)| name);
    let given = sizes.as_ref().map_or(given, |(_, sizes)| sizes.as_str());
    let slash = name
        .split_once('/')
        .filter(|(a, b)| given.is_empty() && !b.contains('/') && !a.contains(' ') && !b.contains(' ') && a.len() > 1 && b.len() > 1);
    let (name, hint) = match [" or ", " oder "].iter().find_map(|or| name.split_once(or)).or(slash) {
        Some((a, b)) if given.is_empty() && a.split_whitespace().count() <= 2 && b.split_whitespace().count() <= 2 => {
            (name, Some(format!("{a}, {b}")))
        }
        Some(_) if given.is_empty() && whether(name) == name => return None,
        _ => (name, None),
    };
    let hint = hint.as_deref().unwrap_or(given);
    let range = [" from ", " von ", " (", " 1-", " 1 "].iter().find_map(|from| {
        name.find(from).filter(|at| {
            name[at + 1..]
                .trim_start_matches(|c: char| !c.is_ascii_digit() && !c.is_ascii_punctuation())
                .starts_with(|c: char| c.is_ascii_digit())
        })
    });
    let bounds = bounds(range.map_or(hint, |at| &name[at..]));
    let name = german_nominative(whether(&name[..range.unwrap_or(name.len())]));
    let mut words: Vec<&str> = name.split_whitespace().collect();
    const LEAD: [&str; 44] = [
        "fur", "mein", "meine", "ihr", "ihre", "dein", "deine", "unser", "unsere", "seinen", "dem", "den", "what's", "one's", "the", "a",
        "an", "its", "their", "his", "her", "your", "our", "my", "optional", "columns", "column", "fields", "field", "for", "also", "each",
        "whose", "der", "die", "das", "ein", "eine", "einem", "einer", "as", "and", "or", "with",
    ];
    while words.len() > 1 && LEAD.contains(&fold(words[0]).as_str()) {
        words.remove(0);
    }
    const TAIL: [&str; 13] = [
        "eintragen",
        "angeben",
        "reinschreiben",
        "notieren",
        "checkbox",
        "columns",
        "column",
        "fields",
        "field",
        "please",
        "each",
        "too",
        "spalten",
    ];
    while words.len() > 1 && TAIL.contains(&fold(words[words.len() - 1]).as_str()) {
        words.pop();
    }
    let folded: Vec<String> = words.iter().map(|w| fold(w)).collect();
    let asks = matches!(
        folded.first().map(String::as_str),
        Some(
            "when"
                | "where"
                | "who"
                | "what"
                | "which"
                | "whether"
                | "since"
                | "how"
                | "wann"
                | "wo"
                | "wer"
                | "was"
                | "welche"
                | "welcher"
                | "ob"
                | "seit"
                | "wie"
        )
    );
    // `what is in the kitty` is to be reckoned, not to be written down.
    let reckons = folded.len() > 2
        && matches!(folded[0].as_str(), "what" | "whats" | "was" | "how")
        && matches!(folded[1].as_str(), "is" | "are" | "ist" | "sind" | "in")
        || asks && folded.iter().any(|w| matches!(w.as_str(), "owes" | "owe" | "owed" | "schuldet" | "schulden" | "bekommt"))
        || folded.len() > 3 && folded[0] == "how" && folded.iter().any(|w| matches!(w.as_str(), "left" | "remaining" | "remain"));
    if words.is_empty()
        || reckons
        || words.len() > if asks || matches!(folded[0].as_str(), "number" | "anzahl" | "name" | "amount" | "date" | "time") { 6 } else { 4 }
        || words.join(" ").chars().count() > 40
        || !asks
            && !matches!(folded[0].as_str(), "number" | "anzahl")
            && folded.iter().any(|w| NO_FIELDS.split_whitespace().any(|no| no == w))
    {
        return None;
    }
    let is_priority =
        hint.is_empty() && matches!(folded.last().map(String::as_str), Some("priority" | "priorities" | "prioritat" | "prioritaten"));
    let hint = match folded.last().map(String::as_str) {
        Some("priority" | "priorities") if is_priority => "high, medium, low",
        Some(_) if is_priority => "hoch, mittel, niedrig",
        _ => hint,
    };
    let choices = if hint.contains([',', '/']) && !["yes/no", "ja/nein", "y/n"].contains(&hint.to_lowercase().as_str()) {
        items(hint)
    } else {
        Vec::new()
    };
    let is_whether = whether(item) != item || matches!(folded[0].as_str(), "whether" | "ob");
    let kind = match kind(&folded, &fold(hint)) {
        _ if choices.len() >= 2 => Kind::Choice,
        _ if is_whether => Kind::YesNo,
        Kind::Text if bounds.is_some() => Kind::Number,
        kind => kind,
    };
    let bounds = match kind {
        Kind::Stars => bounds.filter(|(_, most)| *most <= 10).or(Some((1, 5))),
        Kind::Number => bounds,
        _ => None,
    };
    // "rating 1 to 5" has words of its own behind the name.
    let name = capitalise(&words.join(" "));
    Some(Field { name, kind, choices: if kind == Kind::Choice { choices } else { Vec::new() }, range: bounds })
}

/// `from 1 to 5`, `(1-5)`, `von 1 bis 10`.
fn bounds(text: &str) -> Option<(i64, i64)> {
    let numbers: Vec<i64> = text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    matches!(numbers[..], [low, high] if low < high && high <= 1_000_000).then(|| (numbers[0], numbers[1]))
}

/// `whether it is still available` → `still available`; other words as they are.
fn whether(name: &str) -> &str {
    const STARTS: [&str; 15] = [
        "whether it is ",
        "whether it's ",
        "whether they are ",
        "whether it has been ",
        "whether it was ",
        "if it is ",
        "if it's ",
        "if it was ",
        "if it has been ",
        "ob es schon ",
        "ob es ",
        "ob sie ",
        "ob er ",
        "ob das ",
        "ob ",
    ];
    let lower = name.to_ascii_lowercase();
    let Some(start) = STARTS.iter().find(|start| lower.starts_with(**start)) else { return name };
    let rest = &name[start.len()..];
    [" ist", " sind", " wurde", " hat"].iter().find_map(|end| rest.strip_suffix(end)).unwrap_or(rest)
}

/// `mit freien Plätzen` → `freie Plätze`: the commonest columns in the case that `mit` takes.
fn german_nominative(name: &str) -> String {
    const CASES: [(&str, &str); 13] = [
        ("freien Plätzen", "Freie Plätze"),
        ("freie Plätzen", "Freie Plätze"),
        ("Plätzen", "Plätze"),
        ("Punkten", "Punkte"),
        ("Namen", "Name"),
        ("Titeln", "Titel"),
        ("Terminen", "Termin"),
        ("Preisen", "Preis"),
        ("Mengen", "Menge"),
        ("Orten", "Ort"),
        ("Kommentaren", "Kommentar"),
        ("Sternen", "Sterne"),
        ("Vornamen", "Vorname"),
    ];
    CASES
        .iter()
        .find(|(dative, _)| name.trim().eq_ignore_ascii_case(dative))
        .map_or_else(|| name.to_owned(), |(_, nominative)| (*nominative).to_owned())
}

impl Field {
    /// Whether tables often have such a column: it says something about what is listed.
    pub fn is_usual(&self) -> bool {
        let last = fold(&self.name);
        self.kind != Kind::Text
            || last.split_whitespace().last().is_some_and(|w| NAMES.split_whitespace().any(|name| name == w))
            || ["where ", "who ", "what i", "was ich "].iter().any(|s| last.starts_with(s))
    }

    /// The recipe's own expression for it.
    pub fn to_rust(&self) -> String {
        let choices: Vec<String> = self.choices.iter().map(|c| literal(c)).collect();
        let range = self.range.map_or("None".to_owned(), |(least, most)| format!("Some(({least}, {most}))"));
        format!(
            "Field {{ name: {}, kind: Kind::{:?}, choices: &[{}], range: {range} }}",
            literal(&self.name),
            self.kind,
            choices.join(", ")
        )
    }

    /// Whether it says which thing a row is about, rather than something about it.
    pub fn tells_which(&self) -> bool {
        const ATTRIBUTES: &str = "colour color location place owner author artist genre type status category condition where kategorie farbe ort autor art zustand \
            address adresse city stadt country land price wifi difficulty schwierigkeit size grosse level kind contact kontakt unit";
        let folded = fold(&self.name);
        let asks = ["who ", "wer ", "where ", "wo ", "whom "].iter().any(|w| folded.starts_with(w));
        self.kind == Kind::Text && !asks && !folded.split_whitespace().any(|w| ATTRIBUTES.split_whitespace().any(|a| a == w))
            || folded == "what"
            || folded == "was"
    }

    /// Two values that it accepts, for the contract.
    pub fn samples(&self) -> [String; 2] {
        match self.kind {
            Kind::Text | Kind::LongText => ["Ant", "Bee"].map(str::to_owned),
            Kind::Number | Kind::Stars => match self.range {
                Some((least, most)) => [least.to_string(), most.to_string()],
                None => ["3.5", "12"].map(str::to_owned),
            },
            Kind::Date => ["2026-12-24", "2027-01-06"].map(str::to_owned),
            Kind::Time => ["07:05", "18:30"].map(str::to_owned),
            Kind::Url => ["https://example.org/a", "https://example.org/b"].map(str::to_owned),
            Kind::Email => ["ada@example.org", "bob@example.org"].map(str::to_owned),
            Kind::Phone => ["030 5678", "030 6789"].map(str::to_owned),
            Kind::YesNo => ["no", "yes"].map(str::to_owned),
            Kind::Span => ["3:05", "1:02:30"].map(str::to_owned),
            Kind::Choice => [self.choices[0].clone(), self.choices[1].clone()],
        }
    }

    /// Whether the recipe refuses some values.
    pub fn is_typed(&self) -> bool {
        !matches!(self.kind, Kind::Text | Kind::LongText)
    }
}

/// One of a plural: `our favourite movies` → `favourite movie`.
pub(crate) fn singular(things: &str) -> String {
    const LEAD: [&str; 17] =
        ["our", "my", "the", "all", "your", "some", "a", "an", "these", "those", "unsere", "meine", "die", "der", "das", "team", "company"];
    let mut words: Vec<&str> = things.split_whitespace().collect();
    while words.len() > 1 && LEAD.contains(&fold(words[0]).as_str()) {
        words.remove(0);
    }
    let Some(last) = words.pop() else { return "entry".to_owned() };
    let one = if last == "people" {
        "person".to_owned()
    } else if let Some(stem) = last.strip_suffix("ies").filter(|s| s.len() > 2 && *s != "mov" && *s != "cook") {
        format!("{stem}y")
    } else if let Some(stem) =
        last.strip_suffix("es").filter(|s| s.ends_with("ss") || s.ends_with("ch") || s.ends_with("sh") || s.ends_with('x'))
    {
        stem.to_owned()
    } else if let Some(stem) = last.strip_suffix('s').filter(|s| s.len() > 2 && !s.ends_with(['s', 'u', 'i'])) {
        stem.to_owned()
    } else {
        last.to_owned()
    };
    words.push(&one);
    words.join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(String, Kind)> {
        fields(text).unwrap().into_iter().map(|f| (f.name, f.kind)).collect()
    }

    #[test]
    fn columns_get_their_kind() {
        let f = |name: &str, kind| (name.to_owned(), kind);
        assert_eq!(
            kinds("name, last watered and location"),
            [f("Name", Kind::Text), f("Last watered", Kind::Date), f("Location", Kind::Text)]
        );
        assert_eq!(
            kinds("title, a link, price in euros, date of birth"),
            [f("Title", Kind::Text), f("Link", Kind::Url), f("Price in euros", Kind::Number), f("Date of birth", Kind::Date)]
        );
        assert_eq!(
            kinds("e-mail, phone number (phone), paid (yes/no)"),
            [f("E-mail", Kind::Email), f("Phone number", Kind::Phone), f("Paid", Kind::YesNo)]
        );
        assert_eq!(fields("task, status (open, done)").unwrap()[1].choices, ["Open", "Done"]);
        assert_eq!(fields("a button to water them"), None);
        assert_eq!(fields("search"), None);
    }

    #[test]
    fn plurals_become_one() {
        for (many, one) in [
            ("our plants", "plant"),
            ("movies", "movie"),
            ("hobbies", "hobby"),
            ("boxes", "box"),
            ("glasses", "glass"),
            ("people", "person"),
            ("bus", "bus"),
            ("books we read", "books we read"),
        ] {
            assert_eq!(singular(many), one);
        }
    }
}
