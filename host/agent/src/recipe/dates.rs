//! Days that a request names: calendar dates, days of the week, feasts. No clock is read here: a date without a year is
//! every year's, and feasts that move are written out for twenty years.

use super::{asked::Asked, pattern};
use std::ops::Range;

/// Feasts that move are written out for these years.
const YEARS: std::ops::RangeInclusive<i32> = 2026..=2045;

/// A day, as the countdown recipe writes it, and the words that named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// `2026-12-24`, `12-24`, `fri`; `T18:30` may follow. More than one for a feast that moves.
    pub dates: Vec<String>,
    /// Where it was named.
    pub words: Range<usize>,
    /// The feast's own name, when it has one.
    pub occasion: Option<String>,
}

const MONTHS: [&str; 12] = [
    "january|jan|januar",
    "february|feb|februar",
    "march|mar|marz",
    "april|apr",
    "may|mai",
    "june|jun|juni",
    "july|jul|juli",
    "august|aug",
    "september|sep|sept",
    "october|oct|oktober|okt",
    "november|nov",
    "december|dec|dezember|dez",
];
const WEEKDAYS: [(&str, &str); 7] = [
    ("monday|montag", "mon"),
    ("tuesday|dienstag", "tue"),
    ("wednesday|mittwoch", "wed"),
    ("thursday|donnerstag", "thu"),
    ("friday|freitag", "fri"),
    ("saturday|samstag", "sat"),
    ("sunday|sonntag", "sun"),
];
const FEASTS: [(&str, &str, &str); 26] = [
    ("christmas eve", "12-24", "Christmas Eve"),
    ("heiligabend", "12-24", "Heiligabend"),
    ("weihnachten", "12-24", "Weihnachten"),
    ("christmas day?", "12-25", "Christmas"),
    ("xmas", "12-25", "Christmas"),
    ("boxing day", "12-26", "Boxing Day"),
    ("new years? eve", "12-31", "New Year’s Eve"),
    ("silvester", "12-31", "Silvester"),
    ("neujahr", "01-01", "Neujahr"),
    ("new years day?", "01-01", "New Year"),
    ("the new year", "01-01", "New Year"),
    ("new year", "01-01", "New Year"),
    ("halloween", "10-31", "Halloween"),
    ("valentines|valentine|valentinstag day?", "02-14", "Valentine’s Day"),
    ("st|saint patricks day?", "03-17", "St. Patrick’s Day"),
    ("april fools day?", "04-01", "April Fools’ Day"),
    ("independence day", "07-04", "Independence Day"),
    ("nikolaus", "12-06", "Nikolaus"),
    ("pi day", "03-14", "Pi Day"),
    ("leap day", "02-29", "Leap Day"),
    ("earth day", "04-22", "Earth Day"),
    ("womens day", "03-08", "Women’s Day"),
    ("summer solstice", "06-21", "Summer solstice"),
    ("winter solstice", "12-21", "Winter solstice"),
    ("summer|sommer|sommeranfang", "06-21", "Summer"),
    ("winter|winteranfang", "12-21", "Winter"),
];

/// The first day that the words name.
pub(crate) fn find(asked: &Asked) -> Option<Named> {
    let named =
        calendar(asked).or_else(|| moving(asked)).or_else(|| feast(asked)).or_else(|| weekday(asked)).or_else(|| whole_year(asked))?;
    Some(with_time(asked, named))
}

fn feast(asked: &Asked) -> Option<Named> {
    FEASTS.iter().find_map(|(pattern, date, name)| {
        let words = pattern::find(&asked.words, pattern, 0)?;
        let year = asked.words.get(words.end).and_then(|w| year(&w.text));
        let end = words.end + usize::from(year.is_some());
        let date = year.map_or_else(|| (*date).to_owned(), |y| format!("{y}-{date}"));
        Some(Named { dates: vec![date], words: words.start..end, occasion: Some((*name).to_owned()) })
    })
}

/// Easter and what hangs on it; the nth weekday of a month.
fn moving(asked: &Asked) -> Option<Named> {
    type Rule = fn(i32) -> Option<jiff::civil::Date>;
    const RULES: [(&str, &str, Rule); 8] = [
        ("good friday|karfreitag", "Good Friday", |y| easter(y)?.checked_sub(jiff::Span::new().days(2)).ok()),
        ("easter|ostern|ostersonntag", "Easter", easter),
        ("pentecost|pfingsten", "Pentecost", |y| easter(y)?.checked_add(jiff::Span::new().days(49)).ok()),
        ("thanksgiving", "Thanksgiving", |y| nth(y, 11, 4, jiff::civil::Weekday::Thursday)),
        ("black friday", "Black Friday", |y| nth(y, 11, 4, jiff::civil::Weekday::Thursday)?.tomorrow().ok()),
        ("mothers|mother day", "Mother’s Day", |y| nth(y, 5, 2, jiff::civil::Weekday::Sunday)),
        ("muttertag", "Muttertag", |y| nth(y, 5, 2, jiff::civil::Weekday::Sunday)),
        ("fathers|father day", "Father’s Day", |y| nth(y, 6, 3, jiff::civil::Weekday::Sunday)),
    ];
    RULES.iter().find_map(|(pattern, name, rule)| {
        let words = pattern::find(&asked.words, pattern, 0)?;
        let dates = YEARS.filter_map(rule).map(|d| d.to_string()).collect();
        Some(Named { dates, words, occasion: Some((*name).to_owned()) })
    })
}

/// Gauss' rule in the form of Meeus, Jones and Butcher.
fn easter(year: i32) -> Option<jiff::civil::Date> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    date(year, n / 31, n % 31 + 1)
}

fn nth(year: i32, month: i32, nth: i8, weekday: jiff::civil::Weekday) -> Option<jiff::civil::Date> {
    date(year, month, 1)?.nth_weekday_of_month(nth, weekday).ok()
}

fn date(year: i32, month: i32, day: i32) -> Option<jiff::civil::Date> {
    jiff::civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn weekday(asked: &Asked) -> Option<Named> {
    WEEKDAYS.iter().find_map(|(pattern, code)| {
        let words = pattern::find(&asked.words, pattern, 0)?;
        Some(Named { dates: vec![(*code).to_owned()], words, occasion: None })
    })
}

/// `24 December 2026`, `December 24th`, `24.12.2026`, `24.12.`, `2026-12-24`, `12/24/2026`; `2027` alone is its first day.
fn calendar(asked: &Asked) -> Option<Named> {
    let words = &asked.words;
    let day = |i: usize| {
        words
            .get(i)
            .and_then(|w| w.text.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']).parse::<i32>().ok())
            .filter(|d| (1..=31).contains(d))
    };
    let year_at = |i: usize| words.get(i).and_then(|w| year(&w.text));
    let month = |i: usize| {
        words.get(i).and_then(|_| MONTHS.iter().position(|m| pattern::match_at(words, m, i) == Some(i + 1))).map(|m| m as i32 + 1)
    };
    let gap = |i: usize| words.get(i + 1).map(|next| asked.text[words[i].at.end..next.at.start].trim());
    for i in 0..words.len() {
        // 24 [of] December [2026]
        if let Some(d) = day(i) {
            let of = usize::from(words.get(i + 1).is_some_and(|w| w.text == "of"));
            if let Some(m) = month(i + 1 + of) {
                return named(year_at(i + 2 + of), m, d, i, i + 2 + of);
            }
        }
        // December [the] 24[th] [2026]
        if let Some(m) = month(i) {
            let the = usize::from(words.get(i + 1).is_some_and(|w| w.text == "the"));
            if let Some(d) = day(i + 1 + the) {
                return named(year_at(i + 2 + the), m, d, i, i + 2 + the);
            }
        }
        // 2026-12-24
        if let (Some(y), Some("-"), Some("-")) = (year_at(i), gap(i), gap(i + 1))
            && let (Some(m), Some(d)) = (day(i + 1), day(i + 2))
        {
            return named(Some(y), m, d, i, i + 2).map(|n| Named { words: i..i + 3, ..n });
        }
        // 24.12.2026, 24.12.
        if let (Some(d), Some("."), Some(m)) = (day(i), gap(i), day(i + 1)) {
            return named(year_at(i + 2).filter(|_| gap(i + 1) == Some(".")), m, d, i, i + 2);
        }
        // 12/24/2026: the month first, unless it cannot be one
        if let (Some(a), Some("/"), Some(b)) = (day(i), gap(i), day(i + 1)) {
            let (m, d) = if a > 12 { (b, a) } else { (a, b) };
            return named(year_at(i + 2).filter(|_| gap(i + 1) == Some("/")), m, d, i, i + 2);
        }
    }
    None
}

fn whole_year(asked: &Asked) -> Option<Named> {
    let (at, y) = asked.words.iter().enumerate().find_map(|(i, w)| Some((i, year(&w.text)?)))?;
    Some(Named { dates: vec![format!("{y}-01-01")], words: at..at + 1, occasion: Some(y.to_string()) })
}

/// `None` when there is no such day.
fn named(year: Option<i32>, month: i32, day: i32, from: usize, to: usize) -> Option<Named> {
    date(year.unwrap_or(2024), month, day)?;
    let text = year.map_or_else(|| format!("{month:02}-{day:02}"), |y| format!("{y}-{month:02}-{day:02}"));
    Some(Named { dates: vec![text], words: from..to + usize::from(year.is_some()), occasion: None })
}

fn year(word: &str) -> Option<i32> {
    (word.len() == 4).then(|| word.parse().ok()).flatten().filter(|y| (2020..2200).contains(y))
}

/// `18:30`, `6pm`, `at noon`, after the day.
fn with_time(asked: &Asked, mut named: Named) -> Named {
    let from = named.words.end;
    for i in from..asked.words.len().min(from + 4) {
        let word = &asked.words[i];
        let next = asked.words.get(i + 1);
        let gap = next.map(|n| &asked.text[word.at.end..n.at.start]);
        let number = word.text.trim_end_matches("pm").trim_end_matches("am").trim_end_matches('h').parse::<u32>().ok().filter(|h| *h < 24);
        let suffix = if word.text.ends_with(['m', 'h']) {
            &word.text[word.text.len() - if word.text.ends_with('h') { 1 } else { 2 }..]
        } else {
            next.filter(|_| gap == Some(" ")).map_or("", |n| n.text.as_str())
        };
        let (time, end) = match (number, gap, next) {
            (Some(h), Some(":"), Some(n)) if n.text.len() >= 2 => match n.text[..2].parse::<u32>() {
                Ok(m) if m < 60 => {
                    let pm = n.text.ends_with("pm") || asked.words.get(i + 2).is_some_and(|w| w.text == "pm");
                    (Some((if pm && h < 12 { h + 12 } else { h }, m)), i + 2)
                }
                _ => (None, i),
            },
            (Some(h), _, _) if suffix == "pm" => (Some((if h < 12 { h + 12 } else { h }, 0)), i + 1),
            (Some(h), _, _) if suffix == "am" => (Some((h % 12, 0)), i + 1),
            (Some(h), _, _) if suffix == "uhr" => (Some((h, 0)), i + 2),
            _ if word.text == "noon" => (Some((12, 0)), i + 1),
            _ => (None, i),
        };
        if let Some((h, m)) = time {
            named.dates = named.dates.into_iter().map(|d| format!("{d}T{h:02}:{m:02}")).collect();
            named.words.end = end;
            break;
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(text: &str) -> Option<String> {
        find(&Asked::new(text, "")).map(|n| n.dates[0].clone())
    }

    #[test]
    fn days_are_understood() {
        for (text, date) in [
            ("christmas", "12-25"),
            ("days till xmas", "12-25"),
            ("Weihnachten", "12-24"),
            ("new year's eve", "12-31"),
            ("halloween 2027", "2027-10-31"),
            ("24 December", "12-24"),
            ("the 3rd of march", "03-03"),
            ("June 12th, 2027", "2027-06-12"),
            ("12 june 2027", "2027-06-12"),
            ("24.12.", "12-24"),
            ("am 1.5.2027", "2027-05-01"),
            ("2027-02-28", "2027-02-28"),
            ("12/24/2026", "2026-12-24"),
            ("24/12/2026", "2026-12-24"),
            ("friday", "fri"),
            ("friday 5pm", "friT17:00"),
            ("freitag 17 uhr", "friT17:00"),
            ("friday at 17:30", "friT17:30"),
            ("5. Mai", "05-05"),
            ("easter", "2026-04-05"),
            ("thanksgiving", "2026-11-26"),
            ("black friday", "2026-11-27"),
            ("mothers day", "2026-05-10"),
            ("the year 2030", "2030-01-01"),
        ] {
            assert_eq!(dates(text).as_deref(), Some(date), "{text}");
        }
        for none in ["", "soon", "10 minutes", "may the force", "a 2d6 roll", "31 april"] {
            assert_eq!(dates(none), None, "{none}");
        }
    }
}
