//! A plan with places: days, hours or tasks that people put their names into.

use super::*;

pub(in crate::recipe) static SLOTS: Recipe = Recipe {
    name: "Plan with places",
    slug: "plan",
    example: "A weekly cleaning plan where everybody can enter a name",
    example_de: "Ein Putzplan für die Woche",
    heads: &[
        ("time? slot|slots|zeitfenster", 15),
        ("shift|shifts|duty|duties plan|list|sign|signup|schedule|table|roster|rota", 16),
        (
            "cleaning|cooking|meal|meals|menu|dinner|lunch|duty|chore|chores|watering|kitchen|dish|dishes|babysitting|carpool|laundry|coffee plan|planner|schedule|rota|roster",
            17,
        ),
        (
            "putzplan|speiseplan|essensplan|wochenplan|wochenplaner|kuchendienst|kuchendienstplan|dienstplan|giessplan|menuplan|schichtplan|putzdienst|belegungsplan|kochplan|wochenmenu|waschplan|einsatzplan|helferplan|giessdienst|tafeldienst",
            17,
        ),
        ("weekly|week plan|planner|schedule|menu|rota|roster", 16),
        ("plan fur|for die|the woche|week", 15),
        ("who|wer cooks|cleans|waters|kocht|putzt|giesst|brings .. when|wann|day|tag", 16),
        ("book|books|reserve|reserves|booking|reservieren|buchen|eintragen .. slot|slots|hour|hours|zeitfenster|stunde", 16),
        ("helper|helpers|volunteers|helfer|helferliste|schichten|schicht|shifts|shift", 13),
    ],
    vocabulary: &[
        "bis",
        "kann sich|man",
        "room|rooms",
        "slot|slots|shift|shifts|schicht|schichten|plan|planner|schedule|schedules|timetable|roster|rota|booking|bookings|book|reserve|reservation|sign|signup|up|sheet|name|names|enter|eintragen|tragen|woche|week|weekly|day|days|tag|tage|monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|person|persons|people|personen|hour|hours|minutes|stunde|minuten|uhr|each|every|jeden|jede|per|pro|je|taken|first|come|free|frei|wochentlich|table|list|menu|meal|meals|dish|remove|meeting|calendar|kalender",
        "one person per|for",
        "in the|this|our week|office|buro",
        "everyone|everybody|jeder|alle can|kann",
        "volunteer|volunteers|helper|helpers|je|put|into",
        "i|we can enter|write",
    ],
    vetoes: &[
        "rotate|rotates|rotating|automatically|swap|recurring|deadline|limit|maximum|waiting|waitlist|automatisch|wechselt|abwechselnd|shopping|ingredients|zutaten|einkaufsliste|recipe|recipes|rezept|rezepte|jelly|several weeks|month|monat|kalenderwoche|kw",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: slots,
    files: crate_files!("slots"),
};

fn slots(asked: &Asked, head: Range<usize>) -> Option<Order> {
    if super::columns::reads_like_columns(asked).is_some() {
        return None;
    }
    let german = phrases::is_german(asked);
    let listed = lists::choices(asked);
    // `who cooks on which day, Monday to Friday` lists no places.
    const SPAN: &str = "monday|montag|mon|mo to|through|bis|until friday|freitag|fri|fr|sunday|sonntag|saturday|samstag";
    let span = pattern::find(&asked.words, SPAN, 0);
    let listed = listed.filter(|l| span.as_ref().is_none_or(|s| !l.words.contains(&s.start)));
    let hours = hours(asked);
    let week: [&str; 7] = if german {
        ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
    } else {
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    };
    let weekdays = has(asked, "monday|montag|mon|mo to|through|bis|until friday|freitag|fri|fr")
        || has(asked, "weekday|weekdays|werktag|werktags|werktage");
    let whole_week = has(
        asked,
        "week|weekly|woche|wochentlich|wochenplan|wochenplaner|wochenmenu|speiseplan|essensplan|putzplan|kochplan|menuplan|kuchendienst|giessplan|putzdienst|meal|meals|menu|cleaning|cooking|tag|day|days|kuchendienstplan|giessdienst|dinner",
    );
    let mut explained: Vec<Range<usize>> = span.into_iter().collect();
    let names: Vec<String> = match (hours, listed) {
        (Some((names, words)), None) => {
            explained.push(words);
            names
        }
        (Some((names, words)), Some(listed)) if listed.words.start <= words.end && words.start <= listed.words.end => {
            explained.push(words);
            names
        }
        (None, Some(listed)) => {
            explained.push(listed.words);
            let says_how_many = |i: &String| {
                let item = format!(" {}", i.to_lowercase());
                [" per ", " pro ", " je ", " each"].iter().any(|w| item.contains(w))
            };
            let asks = |i: &String| {
                let folded = super::super::asked::fold(i);
                [
                    "put ",
                    "enter ",
                    "write ",
                    "sign ",
                    "everyone ",
                    "everybody ",
                    "each ",
                    "people ",
                    "visitors ",
                    "jeder ",
                    "alle ",
                    "trag ",
                    "one ",
                ]
                .iter()
                .any(|verb| folded.starts_with(verb))
            };
            listed.items.into_iter().filter(|i| !says_how_many(i) && !asks(i)).collect()
        }
        (None, None) if weekdays => week[..5].iter().map(|d| (*d).to_owned()).collect(),
        (None, None) if whole_week => week.iter().map(|d| (*d).to_owned()).collect(),
        _ => return None,
    };
    let people = "person|persons|people|personen|names|namen|leute|helpers|helfer";
    let places =
        phrases::numbers(asked).into_iter().find(|(i, _)| pattern::match_at(&asked.words, people, i + 1).is_some()).map_or(1, |(_, n)| n);
    // `Monday to Friday, everyone can enter their name for each day`
    let all = has(asked, "everyone|everybody|all|jeder|alle can|may|kann|konnen enter|put|write|add|sich|ihren|seinen")
        && has(asked, "each|every|jeden|jede");
    let places = if all && places == 1 { 30 } else { places };
    if !(1..=30).contains(&places) {
        return None;
    }
    // `setup 3 people, bar 4 people`: each its own number.
    let own: Vec<Option<(String, u64)>> = names.iter().map(|name| own_places(name)).collect();
    let (names, each): (Vec<String>, Vec<u64>) = if own.len() > 1 && own.iter().all(Option::is_some) {
        own.into_iter().flatten().unzip()
    } else {
        let each = vec![places; names.len()];
        (names, each)
    };
    if each.iter().any(|n| !(1..=30).contains(n)) {
        return None;
    }
    let places = each.iter().copied().max().unwrap_or(1);
    let most = if places == 1 {
        String::new()
    } else {
        let each: Vec<String> = each.iter().map(ToString::to_string).collect();
        let counts = if each.windows(2).all(|w| w[0] == w[1]) { each[0].clone() } else { each.join(", ") };
        if german { format!("; Plätze: {counts}") } else { format!("; places: {counts}") }
    };
    let dish = has(asked, "meal|meals|menu|dinner|lunch|speiseplan|essensplan|menuplan|wochenmenu|dish|essen|eat");
    let label = match (dish, german) {
        (true, false) => "What there is to eat",
        (true, true) => "Was es gibt",
        (false, false) => "Your name",
        (false, true) => "Dein Name",
    };
    let summary = if german {
        format!("Zum Eintragen, wer zuerst kommt: {}{most}.", and_de(&names))
    } else {
        format!("First come, first served: {}{most}.", and(&names))
    };
    Some(Order {
        title: phrases::title(asked, head, "Plan"),
        summary,
        words: vec![("single", raw(places == 1))],
        constants: vec![
            ("SLOTS", Value::Texts(names)),
            ("PLACES", Value::Rust(format!("&[{}]", each.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")))),
            ("LABEL", Value::Text(label.to_owned())),
        ],
        explained,
        leads: false,
    })
}

/// `setup 3 people` → `setup` and 3.
fn own_places(name: &str) -> Option<(String, u64)> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let people =
        ["people", "persons", "person", "helpers", "helper", "personen", "leute", "helfer", "volunteers", "spots", "places", "plätze"];
    let end = words.len() - usize::from(words.last().is_some_and(|w| people.contains(&w.trim_matches(['(', ')']).to_lowercase().as_str())));
    let count = words.get(end.checked_sub(1)?)?.trim_matches(['(', ')']).parse().ok()?;
    (end > 1 && end < words.len()).then(|| (words[..end - 1].join(" "), count))
}

fn and_de(items: &[String]) -> String {
    and(items).replace(" and ", " und ")
}

/// `between 10 and 14`, `von 10 bis 14 Uhr`, `from 9am to 1pm every 30 minutes`: the spans between.
fn hours(asked: &Asked) -> Option<(Vec<String>, Range<usize>)> {
    let at = pattern::find(&asked.words, "between|from|zwischen|von|ab", 0)?;
    let hour = |i: usize| {
        let word = asked.words.get(i)?.text.clone();
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        let hour: u64 = digits.parse().ok()?;
        let afternoon = word.ends_with("pm") || asked.words.get(i + 1).is_some_and(|w| w.text == "pm");
        Some(if afternoon && hour < 12 { hour + 12 } else { hour }).filter(|h| *h <= 24)
    };
    let first = hour(at.end)?;
    let second = (at.end + 1..at.end + 5).find(|i| {
        asked.words.get(*i).is_some_and(|w| w.text.starts_with(|c: char| c.is_ascii_digit())) && hour(*i).is_some_and(|h| h > first)
    })?;
    let last = hour(second)?;
    let minutes = phrases::numbers(asked)
        .into_iter()
        .find(|(i, _)| asked.words.get(i + 1).is_some_and(|w| matches!(w.text.as_str(), "minutes" | "minute" | "min" | "minuten")))
        .map_or(60, |(_, n)| n);
    if !(10..=240).contains(&minutes) || asked.slice(at.start..second + 1).contains(':') {
        return None;
    }
    let clock = |minute: u64| format!("{}:{:02}", minute / 60, minute % 60);
    let names: Vec<String> = (0..)
        .map(|n| first * 60 + n * minutes)
        .take_while(|start| start + minutes <= last * 60)
        .map(|start| format!("{}–{}", clock(start), clock(start + minutes)))
        .collect();
    (2..=48).contains(&names.len()).then(|| (names, at.start..second + 1))
}
