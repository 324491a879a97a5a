//! Recipes for people who agree on something: dates, orders, seats in cars, duties that go round.

use super::*;

pub(in crate::recipe) static DATES: Recipe = Recipe {
    name: "Date finder",
    slug: "dates",
    example: "Find a date with yes, no or maybe: 3 May, 10 May or 17 May",
    example_de: "Terminumfrage mit ja, nein und vielleicht",
    heads: &[
        ("terminumfrage|terminfindung|terminfinder|terminabstimmung|terminplaner", 24),
        ("find|finding a|the|our? common|good|best? date|dates|day", 21),
        ("date|dates|day|meeting poll|finder|survey|voting", 21),
        ("like|a|wie doodle", 21),
        ("doodle|doodleumfrage", 20),
        ("termin|datum fur|zum|zur .. finden|ausmachen|suchen", 20),
        ("termin|datum finden|ausmachen", 18),
        ("several|mehrere|different|verschiedene dates|days|termine|tage", 21),
        ("umfrage|abstimmung wann", 20),
    ],
    vocabulary: &[
        "poll|survey|vote|voting|umfrage|abstimmung|find|date|dates|day|days|time|times|termin|termine|tage|tag|yes|no|maybe|ja|nein|vielleicht|oder|or|and|several|mehrere|answer|answers|tick|mark|say|ankreuzen|zum|antworten|jeder|name|names|namen|who|can|wer|kann|meet|meeting|next|rehearsal|treffen|probe|nachsten|nachste|nachster|suggest|suggested|vorschlagen|wann|when|suits|works|best|passt|doodle|like|different|which|option|options|dinner|evening|abend|each|every|everyone",
    ],
    vetoes: &["calendar|kalender|reminder|deadline|location|hours|chart"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: dates,
    files: crate_files!("dates"),
};

fn dates(asked: &Asked, head: Range<usize>) -> Option<Order> {
    // Without the three answers it is a poll.
    let three = has(asked, "maybe|vielleicht")
        || has(asked, "doodle") && has(asked, "poll|date|dates|survey|umfrage|termin|termine|meeting")
        || has(asked, "termin|datum finden|ausmachen")
        || has(asked, "termin|datum .. finden|ausmachen|suchen")
        || has(asked, "terminfindung|terminumfrage|terminfinder|terminabstimmung");
    if !three {
        return None;
    }
    let german = phrases::is_german(asked);
    let is_answer = |item: &str| {
        let folded = super::super::asked::fold(item);
        folded.split(|c: char| !c.is_alphanumeric()).any(|w| ["yes", "no", "maybe", "ja", "nein", "vielleicht"].contains(&w))
            || folded.starts_with("mehrere")
            || folded.starts_with("several")
    };
    let listed = after_colon(asked).or_else(|| lists::choices(asked).map(|l| (l.items, l.words)));
    let (given, words) = match listed {
        Some((items, words)) => {
            let kept: Vec<String> = items.iter().filter(|i| !is_answer(i)).cloned().collect();
            // What stands behind the dates is said of the answers.
            let last = kept.last().and_then(|last| place(asked, last));
            (kept, last.map(|end| words.start..end).unwrap_or(words.start..words.start))
        }
        None => (vec![], 0..0),
    };
    let given: Vec<String> = if given.len() == 1 { return None } else { given };
    let title = phrases::title(asked, head, if german { "Terminumfrage" } else { "Find a date" });
    let title = if super::super::asked::fold(&title).starts_with("umfrage wann") || title.starts_with("Find ") {
        if german { "Terminumfrage" } else { "Find a date" }.to_owned()
    } else {
        title
    };
    Some(Order {
        title,
        summary: match (given.is_empty(), german) {
            (true, true) => "Alle tragen Termine ein und antworten mit ja, vielleicht oder nein, mit Namen.".to_owned(),
            (true, false) => "Visitors add dates and answer each with yes, maybe or no, with their names.".to_owned(),
            (false, true) => format!("Ja, vielleicht oder nein zu jedem Termin, mit Namen: {}.", given.join(", ")),
            (false, false) => format!("Yes, maybe or no to each date, with names: {}.", and(&given)),
        },
        words: vec![("dates", raw(toml_list(&given)))],
        constants: vec![("DATES", Value::Texts(given))],
        explained: vec![words],
        leads: true,
    })
}

/// Where the words of this item end.
fn place(asked: &Asked, item: &str) -> Option<usize> {
    let at = asked.text.to_lowercase().rfind(&item.to_lowercase())?;
    Some(asked.words_in(at..at + item.len()).end)
}

/// What is listed behind a colon, up to the end of the sentence, cut at commas.
fn after_colon(asked: &Asked) -> Option<(Vec<String>, Range<usize>)> {
    let at = asked.text.find(':')? + 1;
    let first = asked.words.partition_point(|w| w.at.start < at);
    let rest = asked.rest_of_sentence(first);
    let items = lists::items(asked.text.get(rest.clone())?);
    (items.len() > 1).then(|| (items, asked.words_in(rest)))
}

pub(in crate::recipe) static ORDERS: Recipe = Recipe {
    name: "Orders",
    slug: "orders",
    example: "Bread orders: name, which bread (rye, sourdough, baguette), how many, and a total per bread",
    example_de: "Brotbestellung: Name, welches Brot (Roggen, Dinkel, Baguette), wie viele, mit Summe je Sorte",
    heads: &[
        ("order|orders|preorder|preorders|ordering", 19),
        ("pre order|orders", 19),
        (
            "bestellung|bestellungen|bestellliste|vorbestellung|vorbestellungen|sammelbestellung|brotbestellung|brotchenbestellung|bestellen",
            19,
        ),
    ],
    vocabulary: &[
        "pancake|pancakes|number of",
        "order|orders|pre|preorder|preorders|ordering|collect|list|name|names|which|what|kind|kinds|type|sort|many|number|quantity|amount|total|totals|sum|sums|per|each|of|for|every|show|together|how|bestellung|bestellungen|bestellliste|vorbestellung|vorbestellungen|welche|welches|welcher|welchen|sorte|sorten|art|wie|viele|anzahl|menge|summe|summen|gesamt|gesamtzahl|pro|je|jede|jeder|mit|saturday|sunday|samstag|sonntag|one|a|bake|baking|buy|knows|know|weiss|overall",
    ],
    vetoes: &["price|prices|preis|cost|paid|bezahlt|pay|time|pickup|size|phone|date|note|email"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: orders,
    files: crate_files!("orders"),
};

fn orders(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let open = asked.text.find('(')?;
    let close = open + asked.text[open..].find(')')?;
    if asked.text[close + 1..].contains('(') {
        return None;
    }
    let kinds = lists::items(&asked.text[open + 1..close]);
    if !(2..=20).contains(&kinds.len()) || kinds.iter().any(|k| k.chars().count() > 40) {
        return None;
    }
    if !has(asked, "many|number|quantity|amount|anzahl|viele|menge|viel")
        || !has(asked, "total|totals|sum|sums|summe|summen|gesamt|gesamtzahl|insgesamt")
    {
        return None;
    }
    let german = phrases::is_german(asked);
    // `which bread (`: the word before the parenthesis is what a kind is called.
    let inside = asked.words_in(open..close);
    let label = inside.start.checked_sub(1).map(|i| i..i + 1).filter(|r| !super::super::words::is_filler(&asked.words[r.start].text));
    let name = label.clone().map_or_else(|| if german { "Sorte" } else { "Kind" }.to_owned(), |r| phrases::capitalise(asked.slice(r)));
    let before = asked.words[..label.as_ref().map_or(inside.start, |l| l.start)].iter().map(|w| w.text.clone()).collect::<Vec<_>>();
    if !before.iter().any(|w| w == "name" || w == "names" || w == "wer" || w == "who") && !has(asked, "name|names|namen|who|wer") {
        return None;
    }
    // The same word again (`a total per bread`) is that kind too.
    let again: Vec<Range<usize>> = label
        .clone()
        .map(|l| {
            let word = asked.words[l.start].text.clone();
            (0..asked.words.len())
                .filter(|i| asked.words[*i].text.trim_end_matches('s') == word.trim_end_matches('s'))
                .map(|i| i..i + 1)
                .collect()
        })
        .unwrap_or_default();
    let first = kinds[0].clone();
    Some(Order {
        title: phrases::title(asked, head, if german { "Bestellungen" } else { "Orders" }),
        summary: if german {
            format!("Name, {name} ({}) und wie viele, mit der Summe je Sorte.", kinds.join(", "))
        } else {
            format!("Name, {} ({}) and how many, with the total of each.", name.to_lowercase(), kinds.join(", "))
        },
        words: vec![("kinds", raw(toml_list(&kinds))), ("first", text(&first))],
        constants: vec![("KINDS", Value::Texts(kinds)), ("LABEL", Value::Text(name))],
        explained: again.into_iter().chain([inside]).collect(),
        leads: false,
    })
}

pub(in crate::recipe) static RIDES: Recipe = Recipe {
    name: "Car share",
    slug: "rides",
    example: "Car share: driver, from where, time, and 4 seats per car to put your name into",
    example_de: "Fahrgemeinschaften: Fahrer, Abfahrtsort, Uhrzeit und 4 Plätze pro Auto zum Eintragen",
    heads: &[],
    vocabulary: &[
        "nimmt|wen|mit|zum",
        "car|cars|carpool|carpooling|ride|rides|lift|lifts|share|shares|sharing|sign|signup|up|list|pool|driver|drivers|drives|driving|from|where|time|departure|leaves|when|seat|seats|free|max|maximum|most|per|each|at|name|names|join|joins|put|into|enter|their|passenger|passengers|take|book|place|places|spaces|away|game|games|match|matches",
        "fahrgemeinschaft|fahrgemeinschaften|mitfahrliste|mitfahrborse|mitfahrgelegenheit|mitfahrgelegenheiten|mitfahren|mitfahrer|fahrer|fahrerin|fahrt|auto|autos|abfahrt|abfahrtsort|abfahrtszeit|ab|wo|wann|uhrzeit|zeit|platz|platze|platzen|freie|maximal|hochstens|max|pro|je|jedem|eintragen|namen|name|auswartsspiel|auswartsspiele|auswartsspielen|start|startort|wer",
    ],
    vetoes: &["price|cost|phone|telefon|back|return|ziel|destination|date|datum|luggage|to where"],
    subject: Subject::Closed,
    extra: Some(in_cars),
    extra_points: 23,
    fill: |asked, head| {
        in_cars(asked)?;
        let german = phrases::is_german(asked);
        let is_seats = |i: usize| {
            pattern::match_at(
                &asked.words,
                "seats|seat|places|spaces|people|passengers|names|platze|platzen|freie|mitfahrer|personen",
                i + 1,
            )
            .is_some()
        };
        let seats = phrases::numbers(asked).into_iter().find(|(i, _)| is_seats(*i)).map_or(8, |(_, n)| n);
        if !(1..=20).contains(&seats) {
            return None;
        }
        Some(Order {
            title: phrases::title(asked, head, if german { "Fahrgemeinschaften" } else { "Car share" }),
            summary: if german {
                format!("Autos mit Fahrer, Abfahrtsort und Uhrzeit, und bis zu {seats} Plätze je Auto, in die man sich einträgt.")
            } else {
                format!("Cars with driver, from where and time, and up to {seats} seats each that people put their names into.")
            },
            words: vec![("seats", raw(seats)), ("too_many", raw(seats + 1))],
            constants: vec![("SEATS", Value::Number(seats as i64))],
            ..Order::default()
        })
    },
    files: crate_files!("rides"),
};

/// Cars with seats that people take: not merely a table with a column for seats.
fn in_cars(asked: &Asked) -> Option<Range<usize>> {
    let car = pattern::find(
        &asked.words,
        "car|cars|carpool|carpooling|ride|rides|lift|lifts|fahrgemeinschaft|fahrgemeinschaften|mitfahrliste|mitfahrborse|mitfahrgelegenheit|mitfahrgelegenheiten|auto|autos|fahrer|driver",
        0,
    )?;
    let seats = has(asked, "seat|seats|spaces|platze|platzen|platz|passengers");
    let taken = has(asked, "per|pro|je|each car|auto")
        || has(asked, "put|puts|enter|join|joins|book|take|sign|eintragen|mitfahren .. name|names|seat|seats|in|into|up")
        || has(asked, "eintragen|mitfahren");
    (seats && taken && has(asked, "driver|drives|driving|fahrer|fahrt|fahrerin")).then_some(car)
}

pub(in crate::recipe) static ROTATION: Recipe = Recipe {
    name: "Rotating duties",
    slug: "rotation",
    example: "A cleaning rota that rotates every week between Ann, Bob and Cem: bathroom, kitchen, hall",
    example_de: "Putzplan: Bad, Küche und Flur, jede Woche rotiert es zwischen Anna, Ben und Cem",
    heads: &[],
    vocabulary: &[
        "rota|roster|plan|schedule|duty|duties|chore|chores|cleaning|kitchen|bin|bins|rotate|rotates|rotating|rotation|change|changes|changing|switch|switches|weekly|daily|every|each|week|day|between|among|turn|turns|putzplan|dienstplan|wochenplan|dienst|plan|jede|jeden|woche|tag|wochentlich|taglich|rotiert|rotieren|rotierend|rotierender|wechselt|wechseln|wechselnd|reihum|abwechselnd|zwischen|automatically|automatisch|tasks|aufgaben|who|does|what|wer|macht|was|on",
    ],
    vetoes: &["month|monat|two|second|zwei|swap|tauschen|erledigt|done|tick"],
    subject: Subject::Free,
    extra: Some(|asked| goes_round(asked).map(|(words, ..)| words)),
    extra_points: 24,
    fill: |asked, head| {
        let (_, days) = goes_round(asked)?;
        let (people, of_people) = people(asked)?;
        let german = phrases::is_german(asked);
        let (tasks, of_tasks) = match tasks(asked, &of_people) {
            Some((tasks, words)) => (tasks, Some(words)),
            None => (vec![single_task(asked, german)?], None),
        };
        let names = phrases::title(asked, head, "");
        let title = if names.is_empty() { first_words(asked, german) } else { names };
        Some(Order {
            title,
            summary: match (german, days) {
                (true, 7) => format!("{}: jede Woche der Reihe nach {}.", tasks.join(", "), and(&people).replace(" and ", " und ")),
                (true, _) => format!("{}: jeden Tag der Reihe nach {}.", tasks.join(", "), and(&people).replace(" and ", " und ")),
                (false, 7) => format!("{}: every week in turn {}.", and(&tasks), and(&people)),
                (false, _) => format!("{}: every day in turn {}.", and(&tasks), and(&people)),
            },
            words: vec![("people", raw(toml_list(&people))), ("days", raw(days)), ("first", text(&tasks[0]))],
            constants: vec![("TASKS", Value::Texts(tasks)), ("PEOPLE", Value::Texts(people)), ("DAYS", Value::Number(days))],
            explained: of_tasks.into_iter().chain([of_people]).collect(),
            leads: true,
        })
    },
    files: crate_files!("rotation"),
};

/// That duties go round, and after how many days.
fn goes_round(asked: &Asked) -> Option<(Range<usize>, i64)> {
    let at = pattern::find(
        &asked.words,
        "rotate|rotates|rotating|rotation|rotiert|rotieren|rotierend|rotierender|wechselt|wechselnd|reihum|abwechselnd|switches|changes|turns",
        0,
    )?;
    let weekly = has(asked, "weekly|wochentlich|wochenplan") || has(asked, "every|each|jede week|woche");
    let daily = has(asked, "daily|taglich") || has(asked, "every|each|jeden day|tag");
    match (weekly, daily) {
        (true, false) => Some((at, 7)),
        (false, true) => Some((at, 1)),
        _ => None,
    }
}

/// `between Anna, Ben and Cem`.
fn people(asked: &Asked) -> Option<(Vec<String>, Range<usize>)> {
    let at = pattern::find(&asked.words, "between|zwischen|among|unter", 0)?;
    let rest = asked.rest_of_sentence(at.end);
    let text = &asked.text[rest.clone()];
    let lower = text.to_ascii_lowercase();
    let ends = [
        ", chang",
        ", rotat",
        ", every",
        ", each",
        ", week",
        ", jede",
        ", w\u{f6}chentlich",
        ", switch",
        " every ",
        " each ",
        " jede ",
        ":",
        " weekly",
        ", bath",
        " - ",
    ];
    let cut = ends.iter().filter_map(|e| lower.find(e)).min().unwrap_or(text.len());
    let items = lists::items(&text[..cut]);
    // `flats 1, 2 and 3`: each is a flat.
    let items = match items[0].rsplit_once(' ') {
        Some((what, number)) if number.parse::<u32>().is_ok() && items[1..].iter().all(|i| i.parse::<u32>().is_ok()) => {
            let what = what.strip_suffix('s').unwrap_or(what);
            [number.to_owned()].into_iter().chain(items[1..].iter().cloned()).map(|n| format!("{what} {n}")).collect()
        }
        _ => items,
    };
    let fits = (2..=20).contains(&items.len()) && items.iter().all(|i| i.split_whitespace().count() <= 3 && i.chars().count() <= 40);
    fits.then(|| (items, asked.words_in(rest.start..rest.start + cut)))
}

/// What is listed behind a colon, up to where it says how that goes round.
fn tasks(asked: &Asked, people: &Range<usize>) -> Option<(Vec<String>, Range<usize>)> {
    let start = asked.text.find(':')? + 1;
    let text = &asked.text[start..];
    let lower = text.to_ascii_lowercase();
    let ends = [
        ", jede",
        ", es ",
        " between ",
        " zwischen ",
        ", every",
        ", each",
        ", weekly",
        ", rotat",
        ", w\u{f6}chentlich",
        "\n",
        " among ",
        ", changes",
        ", reihum",
    ];
    let cut = ends.iter().filter_map(|e| lower.find(e)).min().unwrap_or(text.len());
    let words = asked.words_in(start..start + cut);
    let items = lists::items(&text[..cut]);
    let fits = (1..=12).contains(&items.len()) && items.iter().all(|i| i.split_whitespace().count() <= 4 && i.chars().count() <= 40);
    (fits && (words.end <= people.start || words.start >= people.end)).then_some((items, words))
}

/// The one task that the plan is for: `rotating bin duty` → `Bin duty`.
fn single_task(asked: &Asked, german: bool) -> Option<String> {
    let at = pattern::find(
        &asked.words,
        "cleaning|kitchen|bin|dish|dishes|coffee|cooking|washing|laundry|garden duty|rota|roster|plan|schedule",
        0,
    );
    match at {
        Some(at) if at.len() > 1 => Some(phrases::capitalise(asked.slice(at.start..at.start + 1))),
        // `rota for feeding the hamster between`
        _ if single_for(asked).is_some() => single_for(asked),
        _ if german && has(asked, "putzplan|putzdienst") => Some("Putzen".to_owned()),
        _ if german && has(asked, "kuchendienst") => Some("Küche".to_owned()),
        _ => None,
    }
}

/// `rota for [feeding the hamster] between …`.
fn single_for(asked: &Asked) -> Option<String> {
    let at = pattern::find(&asked.words, "for|fur", 0)?;
    let to = pattern::find(&asked.words, "between|zwischen|among", at.end)?;
    let name = asked.slice(at.end..to.start);
    let task = (1..=5).contains(&name.split_whitespace().count()) && !name.contains([',', ':']);
    task.then(|| phrases::capitalise(name))
}

fn first_words(asked: &Asked, german: bool) -> String {
    let start = asked.text.find(':').unwrap_or(0);
    let named = asked.text[..start].trim();
    let fallback = match (has(asked, "putzplan"), german) {
        (true, _) => "Putzplan",
        (false, true) => "Dienstplan",
        (false, false) => "Rota",
    };
    if (3..=40).contains(&named.chars().count()) && named.split_whitespace().count() <= 5 {
        phrases::capitalise(named)
    } else {
        fallback.to_owned()
    }
}
