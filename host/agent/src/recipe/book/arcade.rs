//! Games for one with a list of the best, and clocks that run in the visitor's own browser.

use super::*;

/// A game of the crate `arcade`: which part of it, the id its board has, what it says of itself.
fn arcade(asked: &Asked, which: &'static str, titles: [&str; 2], summaries: [&str; 2]) -> Order {
    let german = phrases::is_german(asked);
    let pick = |[english, deutsch]: [&str; 2]| if german { deutsch } else { english }.to_owned();
    let parts = ["snake", "tiles", "mole", "typing", "times"];
    let mut words: Vec<(&'static str, Word)> = parts.into_iter().map(|part| (part, raw(part == which))).collect();
    words.push(("board", raw("board")));
    Order {
        title: phrases::called(asked).map_or_else(|| pick(titles), |(name, _)| name),
        summary: pick(summaries),
        words,
        ..Order::default()
    }
}

const SCORES: &str = "game|play|spiel|spielen|highscore|highscores|leaderboard|high|score|scores|best|list|bestenliste|rangliste|classic|old|nokia|arcade|mini|simple|little|phone|record|records|result|results|online|retro|name|names|keyboard|arrow|keys|kids|break|lunch|pause";

pub(in crate::recipe) static SNAKE: Recipe = Recipe {
    name: "Snake",
    slug: "snake",
    example: "The game snake with a high-score list",
    example_de: "Das Spiel Snake mit Bestenliste",
    heads: &[("snake|schlangenspiel", 18)],
    vocabulary: &[SCORES, "snake|schlange|schlangenspiel"],
    vetoes: &["multiplayer|two|players|against|sound|speed|levels"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, _| {
        Some(arcade(
            asked,
            "snake",
            ["Snake", "Snake"],
            [
                "Steer the snake by keys, buttons or swipes; eat, grow, hit nothing. With a high-score list.",
                "Die Schlange mit Tasten, Knöpfen oder Wischen lenken; fressen, wachsen, nirgends anstoßen. Mit Bestenliste.",
            ],
        ))
    },
    files: crate_files!("arcade"),
};

pub(in crate::recipe) static TILES: Recipe = Recipe {
    name: "2048",
    slug: "tiles",
    example: "The game 2048 with a high-score list",
    example_de: "Das Spiel 2048 mit Bestenliste",
    heads: &[("2048", 18)],
    vocabulary: &[SCORES, "2048|number|numbers|tile|tiles|puzzle|zahlen|zahlenspiel|push|merge|sliding"],
    vetoes: &["multiplayer|two|players|against|undo|levels"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, _| {
        Some(arcade(
            asked,
            "tiles",
            ["2048", "2048"],
            [
                "Push equal numbers together, by keys, buttons or swipes. With a high-score list.",
                "Gleiche Zahlen zusammenschieben, mit Tasten, Knöpfen oder Wischen. Mit Bestenliste.",
            ],
        ))
    },
    files: crate_files!("arcade"),
};

pub(in crate::recipe) static MOLE: Recipe = Recipe {
    name: "Whack a mole",
    slug: "mole",
    example: "Whack a mole",
    example_de: "Ein Spiel, bei dem man den Maulwurf trifft",
    heads: &[
        ("whack|hit|catch a|the mole|moles", 18),
        ("whackamole|maulwurfspiel", 18),
        ("maulwurf trifft|treffen|schlagen|hauen", 16),
        ("hau den maulwurf|lukas", 17),
    ],
    vocabulary: &[SCORES, "whack|mole|moles|hit|maulwurf|den|bei|trifft|second|seconds|30"],
    vetoes: &["multiplayer|two|players|against|levels"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, _| {
        Some(arcade(
            asked,
            "mole",
            ["Whack a mole", "Triff den Maulwurf"],
            [
                "Hit the mole as often as you can in 30 seconds. With a high-score list.",
                "Den Maulwurf so oft wie möglich treffen, 30 Sekunden lang. Mit Bestenliste.",
            ],
        ))
    },
    files: crate_files!("arcade"),
};

pub(in crate::recipe) static TYPING: Recipe = Recipe {
    name: "Typing test",
    slug: "typing",
    example: "A typing speed test",
    example_de: "Ein Tipptest mit Bestenliste",
    heads: &[
        ("typing|type speed? test|game|race|trainer|practice|challenge|contest|competition", 18),
        ("how fast .. type|can", 15),
        ("tipptest|schreibtest|tipptrainer|schnelltippen|tippgeschwindigkeit|tastaturtest", 18),
    ],
    vocabulary: &[
        SCORES,
        "typing|type|types|speed|test|fast|quick|quickly|wpm|words|minute|per|a|text|sentence|measure|measures|tippen|tippt|schnell|worter|pro|how|can|me",
    ],
    vetoes: &["own|custom|code|live|against|upload"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, _| {
        Some(arcade(
            asked,
            "typing",
            ["Typing test", "Tipptest"],
            [
                "Copy a sentence as fast as you can: words a minute, with a high-score list.",
                "Einen Satz so schnell wie möglich abtippen: Wörter in der Minute, mit Bestenliste.",
            ],
        ))
    },
    files: crate_files!("arcade"),
};

pub(in crate::recipe) static TIMES: Recipe = Recipe {
    name: "Sums against the clock",
    slug: "sums",
    example: "A multiplication quiz for kids",
    example_de: "Ein Einmaleins-Trainer",
    heads: &[
        (
            "multiplication|times|addition|subtraction|division|arithmetic|maths|math|mental tables|table|facts|maths|math|arithmetic? quiz|trainer|practice|practise|game|drill|test|exercise|exercises|training",
            20,
        ),
        ("practise|practice|learn|train|quiz the? times|multiplication tables|table", 20),
        (
            "einmaleins|kopfrechnen|kopfrechentrainer|rechentrainer|mathetrainer|rechenspiel|einmaleinstrainer|1x1|matheaufgaben|rechenaufgaben",
            20,
        ),
        ("times|multiplication tables", 16),
    ],
    vocabulary: &[
        SCORES,
        "multiplication|times|table|tables|addition|adding|subtraction|division|plus|minus|arithmetic|maths|math|mental|quiz|trainer|practice|practise|learn|learning|test|drill|second|seconds|minute|sums|sum|facts|einmaleins|kopfrechnen|uben|lernen|trainer|rechnen|aufgaben|kleine|kleines|small|numbers|up|to|10|ten|question|questions|random|grade|zum|1x1",
    ],
    vetoes: &["fractions|bruche|algebra|equations|explain|big|grosse|grosses|12|20|100|choose|level|levels|words"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, _| {
        let mut signs: Vec<String> = Vec::new();
        for (words, sign) in [
            ("multiplication|times|einmaleins|1x1|mal|einmaleinstrainer", "×"),
            ("addition|adding|plus", "+"),
            ("subtraction|minus|subtracting", "−"),
            ("division|geteilt|dividing", ":"),
        ] {
            if has(asked, words) {
                signs.push(sign.to_owned());
            }
        }
        if signs.is_empty() {
            signs = ["×", "+", "−"].map(str::to_owned).to_vec();
        }
        let which = signs.join(" ");
        let english = format!("Sums with {which}, as many as you can in 60 seconds. With a high-score list.");
        let deutsch = format!("Aufgaben mit {which}, so viele wie möglich in 60 Sekunden. Mit Bestenliste.");
        let only_times = signs.len() == 1 && signs[0] == "×";
        let titles = if only_times { ["Times tables", "Einmaleins"] } else { ["Mental arithmetic", "Kopfrechnen"] };
        let mut order = arcade(asked, "times", titles, [&english, &deutsch]);
        order.constants = vec![("SIGNS", Value::Texts(signs))];
        Some(order)
    },
    files: crate_files!("arcade"),
};

/// A clock of the crate `clocks`.
fn clock(chess: bool, (first, second, rounds): (i64, i64, i64), title: String, summary: String) -> Order {
    Order {
        title,
        summary,
        words: vec![
            ("chess", raw(chess)),
            ("interval", raw(!chess)),
            ("first", raw(first)),
            ("second", raw(second)),
            ("rounds", raw(rounds)),
        ],
        constants: vec![("FIRST", Value::Number(first)), ("SECOND", Value::Number(second)), ("ROUNDS", Value::Number(rounds))],
        ..Order::default()
    }
}

fn spoken(seconds: i64) -> String {
    if seconds % 60 == 0 { format!("{} min", seconds / 60) } else { format!("{seconds} s") }
}

pub(in crate::recipe) static CHESS_CLOCK: Recipe = Recipe {
    name: "Chess clock",
    slug: "chess-clock",
    example: "A chess clock with 5 minutes for each player",
    example_de: "Eine Schachuhr mit 10 Minuten pro Spieler",
    heads: &[("chess clock|timer", 22), ("schachuhr", 22)],
    vocabulary: &[
        "chess|clock|timer|minute|minutes|min|each|per|player|players|for|two|blitz|game|schachuhr|minuten|pro|je|spieler|time|person|side|blitzschach|fur|zwei|spieler",
    ],
    vetoes: &["increment|increments|fischer|bonus|delay|move|moves|second|seconds|sekunden|different"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, _| {
        let numbers = phrases::numbers(asked);
        let minutes = numbers
            .iter()
            .find(|(i, _)| pattern::match_at(&asked.words, "minute|minutes|min|mins|minuten", i + 1).is_some())
            .map_or(5, |(_, n)| *n as i64);
        (1..=180).contains(&minutes).then(|| {
            let german = phrases::is_german(asked);
            let title = if german { "Schachuhr" } else { "Chess clock" }.to_owned();
            let summary = if german {
                format!("Zwei Uhren mit je {minutes} Minuten; wer gezogen hat, drückt die eigene Seite.")
            } else {
                format!("Two clocks of {minutes} minutes each; whoever moved presses their own side.")
            };
            clock(true, (minutes * 60, minutes * 60, 1), title, summary)
        })
    },
    files: crate_files!("clocks"),
};

pub(in crate::recipe) static INTERVAL: Recipe = Recipe {
    name: "Interval timer",
    slug: "interval",
    example: "An interval timer: 40 seconds work, 20 seconds rest, 8 rounds",
    example_de: "Ein Intervalltimer: 40 Sekunden Übung, 20 Sekunden Pause, 8 Runden",
    heads: &[
        ("interval|tabata|hiit|workout|circuit timer|timers|clock", 23),
        ("intervalltimer|tabata|intervalluhr|zirkeltraining", 23),
        ("rounds|runden .. rest|pause", 12),
    ],
    vocabulary: &[
        "interval|tabata|hiit|workout|circuit|training|timer|clock|second|seconds|sec|s|minute|minutes|min|work|exercise|rest|break|pause|round|rounds|times|of|with|then|and|intervalltimer|intervalluhr|sekunden|minuten|ubung|belastung|runden|mit|mal|start|stop|fitness|sport|repeat|repeats|each",
    ],
    vetoes: &["sound|beep|voice|warmup|cooldown|different"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, _| {
        let numbers = phrases::numbers(asked);
        let unit = |i: usize| match asked.words.get(i + 1).map(|w| w.text.as_str()) {
            Some("second" | "seconds" | "sec" | "secs" | "s" | "sekunden" | "sek") => Some(1),
            Some("minute" | "minutes" | "min" | "mins" | "minuten") => Some(60),
            _ => None,
        };
        let times: Vec<i64> = numbers.iter().filter_map(|(i, n)| unit(*i).map(|unit| *n as i64 * unit)).collect();
        let rounds = numbers
            .iter()
            .find(|(i, _)| pattern::match_at(&asked.words, "rounds|round|runden|times|mal|sets|repetitions", i + 1).is_some())
            .map(|(_, n)| *n as i64);
        let (first, second) = match times[..] {
            [first, second] => (first, second),
            [] if has(asked, "tabata") => (20, 10),
            [] => (40, 20),
            _ => return None,
        };
        let rounds = rounds.unwrap_or(8);
        // Each numeral is one of them.
        let carried = times.len() + usize::from(numbers.iter().any(|(_, n)| *n as i64 == rounds));
        if numbers.len() > carried || !(1..=3600).contains(&first) || !(1..=3600).contains(&second) || !(1..=99).contains(&rounds) {
            return None;
        }
        let german = phrases::is_german(asked);
        let title = if german { "Intervalltimer" } else { "Interval timer" }.to_owned();
        let summary = if german {
            format!("{} Übung und {} Pause im Wechsel, {rounds} Runden.", spoken(first), spoken(second))
        } else {
            format!("{} of work and {} of rest in turn, {rounds} rounds.", spoken(first), spoken(second))
        };
        Some(clock(false, (first, second, rounds), title, summary))
    },
    files: crate_files!("clocks"),
};
