//! Recipes about time.

use super::*;

pub(in crate::recipe) static COUNTDOWN: Recipe = Recipe {
    name: "Countdown",
    slug: "countdown",
    example: "How many days till Christmas?",
    example_de: "Wie viele Tage bis Weihnachten?",
    heads: &[
        ("countdown|countdowns", 15),
        ("count|counts|counting down to|till|until|for", 15),
        ("count|counts|counting the? days|hours|weeks to|till|until|before", 15),
        ("how many|much days|day|weeks|sleeps|hours|time|months .. till|til|until|to|before|left|remain|remaining", 15),
        ("how long|far till|til|until|to|before|away", 15),
        ("days|sleeps|weeks|time|hours till|til|until|left|remaining|to", 14),
        ("wie viele|lange|oft tage|wochen|stunden|zeit|noch? .. bis", 15),
        ("wie lange noch? bis", 15),
        ("when is|are", 11),
        ("tage|schlafen|wochen bis", 14),
    ],
    vocabulary: &[
        "bis|starts|beginnt|noch",
        "new years",
        "night|morning|evening",
        "timer|clock|clocks|days|day|hours|minutes|seconds|left|remaining|until|till|date|time|big|event|watch|counter|count|ticking|ticks|sekunden|stunden|minuten|uhr|zahler|wie|viele",
    ],
    vetoes: &["several|multiple countdowns|events", "each|every visitor|user|person", "since|notification", "letters and|numbers round"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: countdown,
    files: crate_files!("countdown"),
};

fn countdown(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let named = dates::find(asked);
    let is_when = pattern::match_at(&asked.words, "when is|are", head.start).is_some();
    if named.is_none() && (duration(asked).is_some() || is_when) {
        return None;
    }
    let to = pattern::find(
        &asked.words,
        "to|till|til|until|before|for|bis|zu|zum|zur|left zum|zur?",
        head.end.saturating_sub(1).max(head.start),
    )
    .map(|r| r.end);
    let topic = to.map(|start| {
        let rest = asked.rest_of_sentence(start);
        let text = &asked.text[rest.clone()];
        let lower = text.to_lowercase();
        let ends = [" that ", " so ", " please", " with ", " in days", ":", "(", ",", " bitte", " mit "];
        let end = ends.iter().filter_map(|e| lower.find(e)).min().unwrap_or(lower.len()).min(text.len());
        asked.words_in(rest.start..rest.start + end)
    });
    let topic = topic.filter(|r| !r.is_empty() && r.len() <= 10);
    let mut explained: Vec<Range<usize>> = topic.iter().cloned().collect();
    explained.extend(named.iter().map(|n| n.words.clone()));
    // "our wedding on 12 June 2027" → "our wedding"; "christmas" → the feast's own name.
    let bare = topic.clone().map(|r| {
        let end = named.as_ref().filter(|n| n.words.start >= r.start && n.words.start < r.end).map_or(r.end, |n| n.words.start);
        let mut end = end;
        while end > r.start
            && matches!(
                asked.words[end - 1].text.as_str(),
                "on" | "at" | "am" | "in" | "the" | "this" | "next" | "den" | "um" | "is" | "which" | "of"
            )
        {
            end -= 1;
        }
        asked.slice(r.start..end).to_owned()
    });
    let feast = named.as_ref().and_then(|n| n.occasion.clone());
    let occasion = match (bare.filter(|b| !b.is_empty()), feast) {
        (Some(bare), Some(feast)) if bare.split_whitespace().count() <= 1 && !has(asked, "party|dinner|holiday|holidays|market|sale") => {
            let _ = bare;
            feast
        }
        (Some(bare), _) => phrases::capitalise(&bare),
        (None, Some(feast)) => feast,
        (None, None) => match &named {
            Some(n) => phrases::capitalise(asked.slice(n.words.clone())),
            None => phrases::called(asked).map_or_else(|| "The day".to_owned(), |(name, _)| name),
        },
    };
    let occasion = phrases::shorten(&occasion, 60);
    let dates = named.map(|n| n.dates).unwrap_or_default();
    let occasion =
        ["Zu den ", "Zu der ", "Zum ", "Zur "].iter().find_map(|to| occasion.strip_prefix(to)).map_or(occasion.clone(), str::to_owned);
    let default = if occasion == "The day" { "Countdown".to_owned() } else { format!("Countdown: {occasion}") };
    let title = phrases::title(asked, head, &default);
    let summary = match dates.as_slice() {
        [] => format!("The time left until a day that visitors choose: {occasion}."),
        _ if phrases::is_german(asked) => format!("Die Zeit bis {occasion}, auf die Sekunde."),
        _ => format!("The time left until {occasion}, to the second."),
    };
    let open = dates.is_empty();
    Some(Order {
        title,
        summary,
        words: vec![("occasion", text(&occasion)), ("dates", raw(toml_list(&dates))), ("open", raw(open))],
        constants: vec![("OCCASION", Value::Text(occasion)), ("DATES", Value::Texts(dates))],
        explained,
        leads: false,
    })
}

pub(in crate::recipe) static TIMER: Recipe = Recipe {
    name: "Timer",
    slug: "timer",
    example: "A 5 minute timer",
    example_de: "Ein Timer für 5 Minuten",
    heads: &[
        ("timer|timers|stopwatch|stopwatches|stoppuhr|pomodoro|eieruhr|kurzzeitwecker", 14),
        ("stop watch", 15),
        ("egg|tea|kitchen|meeting|pomodoro|standup|focus|workout|break|coffee|shared|exam timer|clock", 15),
        ("countdown .. minutes|minute|seconds|second|hours|hour|mins|min|minuten|sekunden", 16),
        ("count|counts|counting down from", 15),
    ],
    vocabulary: &[
        "minute|minutes|min|mins|second|seconds|hour|hours|start|stop|pause|reset|countdown|clock|watch|timer|egg|tea|kitchen|lap|laps|runde|runden|rundenzeiten|zwischenzeit|zwischenzeiten|starten|anhalten|stoppen|stopp|zurucksetzen|resume|continue|halten|times|zeit|button|lap|started|stopped|meeting|meetings|pomodoro|focus|work|standup|stand|break|eggs|boil|boiling|count|counts|counting|down|time|shared|minuten|sekunden|stunden|fur|exercise|presentation|exam|workout|coffee",
    ],
    vetoes: &["interval|intervals|chess|several|multiple|track|tracking|tabata|cube", "timers"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: timer,
    files: crate_files!("timer"),
};

fn timer(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let pomodoro = has(asked, "pomodoro");
    if !pomodoro && dates::find(asked).is_some() {
        return None;
    }
    if !pomodoro && phrases::numbers(asked).len() >= 3 {
        return None;
    }
    let stopwatch = has(asked, "stopwatch|stopwatches|stoppuhr") || has(asked, "stop watch");
    let seconds = match (stopwatch, duration(asked)) {
        (true, _) => 0,
        (false, Some(seconds)) => seconds,
        (false, None) if pomodoro => 1500,
        (false, None) => phrases::numbers(asked)
            .iter()
            .map(|(_, n)| *n as i64)
            .find(|n| (1..=1440).contains(n))
            .map_or(300, |n| if has(asked, "from") { n } else { n * 60 }),
    };
    if !(0..=86_400).contains(&seconds) || !stopwatch && has(asked, "lap|laps|runde|runden|rundenzeiten|zwischenzeit|zwischenzeiten") {
        return None;
    }
    let spoken = match seconds {
        s if s % 3600 == 0 && s > 0 => format!("{} h", s / 3600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    };
    Some(Order {
        title: phrases::title(asked, head, if stopwatch { "Stopwatch" } else { "Timer" }),
        summary: if stopwatch {
            if phrases::is_german(asked) { "Eine Stoppuhr, die alle laufen sehen." } else { "A stopwatch that everybody sees run." }
                .to_owned()
        } else {
            if phrases::is_german(asked) {
                format!("Ein Timer von {spoken}, den alle laufen sehen; die Zeit lässt sich ändern.")
            } else {
                format!("A timer of {spoken} that everybody sees run; the time can be changed.")
            }
        },
        words: vec![("seconds", raw(seconds)), ("stopwatch", raw(stopwatch))],
        constants: vec![("SECONDS", Value::Number(seconds))],
        explained: vec![],
        leads: false,
    })
}

/// `5 minutes`, `90 seconds`, `an hour`, `1 hour 30 minutes`, in seconds.
fn duration(asked: &Asked) -> Option<i64> {
    const UNITS: [(&str, i64); 3] = [
        ("second|seconds|sec|secs|s|sekunde|sekunden", 1),
        ("minute|minutes|min|mins|m|minuten", 60),
        ("hour|hours|h|hr|hrs|stunde|stunden", 3600),
    ];
    let unit = |i: usize| {
        UNITS.iter().find(|(names, _)| asked.words.get(i).is_some_and(|w| names.split('|').any(|n| n == w.text))).map(|(_, s)| *s)
    };
    let of_numbers: i64 = phrases::numbers(asked)
        .iter()
        .filter_map(|(i, n)| Some(i64::try_from(*n).ok()?.checked_mul(unit(i + 1)?)?.clamp(0, 1_000_000)))
        .sum();
    if of_numbers > 0 {
        return Some(of_numbers);
    }
    // "an hour", "25min"
    let article = (0..asked.words.len())
        .find(|i| matches!(asked.words[*i].text.as_str(), "a" | "an" | "eine" | "einer") && unit(i + 1).is_some())
        .and_then(|i| unit(i + 1));
    article.or_else(|| {
        asked.words.iter().find_map(|w| {
            let digits = w.text.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0)?;
            let (number, name) = w.text.split_at(digits);
            let (_, seconds) = UNITS.iter().find(|(names, _)| names.split('|').any(|n| n == name))?;
            number.parse::<i64>().ok()?.checked_mul(*seconds)
        })
    })
}

pub(in crate::recipe) static CLOCK: Recipe = Recipe {
    name: "World clock",
    slug: "clock",
    example: "What time is it in Tokyo and London?",
    example_de: "Eine Weltuhr für Berlin und Tokio",
    heads: &[
        ("world|digital|live clock|clocks|time", 16),
        ("what time is it", 16),
        ("current|local|exact time", 14),
        ("date and time", 14),
        ("time and date", 14),
        ("time in|zones|zone", 13),
        ("clock|clocks|weltuhr|uhrzeit|weltzeituhr|digitaluhr", 13),
        ("aktuelle uhrzeit", 15),
        ("wie spat|viel ist|uhr", 14),
    ],
    vocabulary: &[
        "time|times|clock|clocks|zone|zones|world|date|cities|city|current|local|live|digital|ticking|seconds|offices|office|uhrzeit|weltuhr|wie|spat|different|major|around|world|globe|where|colleagues|tell|tells",
    ],
    vetoes: &["alarm|chess|analog|analogue|convert|converter|meeting|meetings|card|cards", "clock in|out"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: clock,
    files: crate_files!("clock"),
};

const CITIES: &[(&str, &str, &str)] = &[
    ("new york", "New York", "America/New_York"),
    ("nyc", "New York", "America/New_York"),
    ("los angeles", "Los Angeles", "America/Los_Angeles"),
    ("san francisco", "San Francisco", "America/Los_Angeles"),
    ("chicago", "Chicago", "America/Chicago"),
    ("denver", "Denver", "America/Denver"),
    ("toronto", "Toronto", "America/Toronto"),
    ("vancouver", "Vancouver", "America/Vancouver"),
    ("boston", "Boston", "America/New_York"),
    ("seattle", "Seattle", "America/Los_Angeles"),
    ("austin", "Austin", "America/Chicago"),
    ("miami", "Miami", "America/New_York"),
    ("mexico city?", "Mexico City", "America/Mexico_City"),
    ("sao paulo", "São Paulo", "America/Sao_Paulo"),
    ("buenos aires", "Buenos Aires", "America/Argentina/Buenos_Aires"),
    ("london", "London", "Europe/London"),
    ("dublin", "Dublin", "Europe/Dublin"),
    ("lisbon|lissabon", "Lisbon", "Europe/Lisbon"),
    ("paris", "Paris", "Europe/Paris"),
    ("berlin", "Berlin", "Europe/Berlin"),
    ("munich|munchen", "Munich", "Europe/Berlin"),
    ("hamburg", "Hamburg", "Europe/Berlin"),
    ("vienna|wien", "Vienna", "Europe/Vienna"),
    ("zurich", "Zürich", "Europe/Zurich"),
    ("amsterdam", "Amsterdam", "Europe/Amsterdam"),
    ("brussels", "Brussels", "Europe/Brussels"),
    ("madrid", "Madrid", "Europe/Madrid"),
    ("rome|rom", "Rome", "Europe/Rome"),
    ("stockholm", "Stockholm", "Europe/Stockholm"),
    ("oslo", "Oslo", "Europe/Oslo"),
    ("helsinki", "Helsinki", "Europe/Helsinki"),
    ("warsaw|warschau", "Warsaw", "Europe/Warsaw"),
    ("prague|prag", "Prague", "Europe/Prague"),
    ("athens", "Athens", "Europe/Athens"),
    ("istanbul", "Istanbul", "Europe/Istanbul"),
    ("kyiv|kiev", "Kyiv", "Europe/Kyiv"),
    ("cairo", "Cairo", "Africa/Cairo"),
    ("lagos", "Lagos", "Africa/Lagos"),
    ("nairobi", "Nairobi", "Africa/Nairobi"),
    ("johannesburg", "Johannesburg", "Africa/Johannesburg"),
    ("cape town", "Cape Town", "Africa/Johannesburg"),
    ("dubai", "Dubai", "Asia/Dubai"),
    ("delhi", "Delhi", "Asia/Kolkata"),
    ("mumbai", "Mumbai", "Asia/Kolkata"),
    ("bangalore", "Bangalore", "Asia/Kolkata"),
    ("india", "India", "Asia/Kolkata"),
    ("bangkok", "Bangkok", "Asia/Bangkok"),
    ("singapore|singapur", "Singapore", "Asia/Singapore"),
    ("hong kong", "Hong Kong", "Asia/Hong_Kong"),
    ("beijing|peking", "Beijing", "Asia/Shanghai"),
    ("shanghai", "Shanghai", "Asia/Shanghai"),
    ("taipei", "Taipei", "Asia/Taipei"),
    ("seoul", "Seoul", "Asia/Seoul"),
    ("tokyo|tokio", "Tokyo", "Asia/Tokyo"),
    ("japan", "Japan", "Asia/Tokyo"),
    ("sydney", "Sydney", "Australia/Sydney"),
    ("melbourne", "Melbourne", "Australia/Melbourne"),
    ("auckland", "Auckland", "Pacific/Auckland"),
    ("honolulu|hawaii", "Honolulu", "Pacific/Honolulu"),
    ("utc|gmt", "UTC", "UTC"),
];

fn clock(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let mut found: Vec<(Range<usize>, &str, &str)> =
        CITIES.iter().filter_map(|(pattern, name, zone)| pattern::find(&asked.words, pattern, 0).map(|at| (at, *name, *zone))).collect();
    found.sort_by_key(|(at, _, _)| at.start);
    found.dedup_by_key(|(_, name, _)| *name);
    let world = has(asked, "world|weltuhr|weltzeituhr|zones|cities|offices|around|different|globe");
    let places: Vec<(&str, &str)> = match (found.is_empty(), world) {
        (false, _) => found.iter().map(|(_, name, zone)| (*name, *zone)).collect(),
        (true, true) => vec![
            ("San Francisco", "America/Los_Angeles"),
            ("New York", "America/New_York"),
            ("London", "Europe/London"),
            ("Berlin", "Europe/Berlin"),
            ("Delhi", "Asia/Kolkata"),
            ("Tokyo", "Asia/Tokyo"),
        ],
        (true, false) => vec![(if phrases::is_german(asked) { "Hier" } else { "Here" }, "")],
    };
    let names: Vec<String> = places.iter().map(|(name, _)| (*name).to_owned()).collect();
    let rust: Vec<String> = places.iter().map(|(name, zone)| format!("({}, {})", literal(name), literal(zone))).collect();
    let toml: Vec<String> = places.iter().map(|(name, zone)| format!("{{ name = \"{name}\", zone = \"{zone}\" }}")).collect();
    Some(Order {
        title: phrases::title(asked, head, "World clock").trim_end_matches('?').to_owned(),
        summary: if phrases::is_german(asked) {
            format!("Wie spät es ist: {}.", names.join(", "))
        } else {
            format!("What time it is: {}.", and(&names))
        },
        words: vec![("places", raw(format!("[{}]", toml.join(", "))))],
        constants: vec![("PLACES", Value::Rust(format!("&[{}]", rust.join(", "))))],
        explained: found.into_iter().map(|(at, _, _)| at).collect(),
        leads: false,
    })
}
