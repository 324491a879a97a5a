//! Recipes for a round of people who play: dice of several kinds, whose turn it is, predictions, clicking, phases.

use super::*;

pub(in crate::recipe) static DICE_SET: Recipe = Recipe {
    name: "Dice set",
    slug: "dice-set",
    example: "Dice: d4, d6, d8, d12 and d20",
    example_de: "Würfel: W4, W6, W8, W12 und W20",
    heads: &[],
    vocabulary: &[
        "dice|die|wurfel|wurfeln|roll|rolls|roller|rolling|throw|throws|set|kinds|several|different|verschiedene|choose|all|and|or",
        "the? last|previous|recent|letzten|letzte rolls|throws|results|wurfe|ergebnisse",
        "dungeons|dragons|dnd|rpg|role|playing|tabletop|pen|paper|rollenspiel|rollenspielrunde|round|night|adventure|campaign|shows|shared|zeigt",
        "history|verlauf",
    ],
    vetoes: &["players|modifier|advantage|disadvantage|bonus"],
    subject: Subject::Closed,
    extra: Some(|asked| {
        (kinds(asked).len() > 1).then(|| asked.words.iter().position(|w| one_kind(&w.text).is_some())).flatten().map(|i| i..i + 1)
    }),
    extra_points: 22,
    fill: dice_set,
    files: crate_files!("dice-set"),
};

/// `d20`, `w8`.
fn one_kind(word: &str) -> Option<u64> {
    let sides = word.strip_prefix(['d', 'w'])?.parse().ok()?;
    (2..=1000).contains(&sides).then_some(sides)
}

fn kinds(asked: &Asked) -> Vec<u64> {
    let mut kinds: Vec<u64> = asked.words.iter().filter_map(|w| one_kind(&w.text)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn dice_set(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let kinds = kinds(asked);
    if kinds.len() > 12 {
        return None;
    }
    let remembered = super::chance::remembered(asked).unwrap_or(10);
    if !(1..=50).contains(&remembered) {
        return None;
    }
    let german = phrases::is_german(asked);
    let names: Vec<String> = kinds.iter().map(|k| format!("{}{k}", if german { 'W' } else { 'd' })).collect();
    let written = kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Some(Order {
        title: phrases::called(asked).map_or_else(|| if german { "Würfel" } else { "Dice" }.to_owned(), |(name, _)| name),
        summary: if german {
            format!("Würfel zum Auswählen: {}; alle sehen die letzten {remembered} Würfe.", and_de(&names))
        } else {
            format!("Dice to choose from: {}; everybody sees the last {remembered} rolls.", and(&names))
        },
        words: vec![("kinds", raw(format!("[{written}]"))), ("first", raw(kinds[0])), ("last", raw(kinds[kinds.len() - 1]))],
        constants: vec![("KINDS", Value::Rust(format!("&[{written}]"))), ("REMEMBERED", Value::Number(remembered as i64))],
        explained: vec![head],
        leads: false,
    })
}

pub(in crate::recipe) static INITIATIVE: Recipe = Recipe {
    name: "Initiative tracker",
    slug: "initiative",
    example: "An initiative tracker with a button for the next turn",
    example_de: "Initiative-Liste mit Knopf für den nächsten Zug",
    heads: &[
        ("initiative tracker|order|list|board|liste|reihenfolge|tabelle", 22),
        ("initiative|initiativereihenfolge|initiativeliste", 20),
        ("combat|fight|battle|turn tracker|order", 16),
    ],
    vocabulary: &[
        "tracker|order|list|turn|turns|next|button|name|names|number|roll|rolls|value|initiative|highest|top|first|sorted|descending|by|high|low|round|rounds|combat|battle|fight|fighter|fighters|monsters|players|character|characters|whose|current|remove|clear|dungeons|dragons|pathfinder|dnd|rpg|group|campaign|session|knopf|nachste|nachsten|nachster|zug|runde|hochste|hochsten|oben|zuerst|sortiert|absteigend|zahl|wert|liste|spieler|monster|rollenspiel|rollenspielrunde|dran|add|marks|shows|score|scores",
        "dnd|5e",
    ],
    vetoes: &["hit|hp|health|damage|conditions|lebenspunkte|timer|lowest"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked);
        Some(Order {
            title: phrases::title(asked, head, if german { "Initiative" } else { "Initiative tracker" }),
            summary: if german {
                "Name und Initiative, die höchste Zahl oben; ein Knopf geht zum nächsten Zug."
            } else {
                "Name and initiative, the highest number on top; a button goes to the next turn."
            }
            .to_owned(),
            ..Order::default()
        })
    },
    files: crate_files!("initiative"),
};

pub(in crate::recipe) static TIPS: Recipe = Recipe {
    name: "Prediction game",
    slug: "tips",
    example: "A prediction game for our league with points",
    example_de: "Ein Tippspiel mit Punkten",
    heads: &[
        ("tippspiel|tipprunde|fussballtippspiel|bundesligatippspiel|tipspiel", 22),
        ("prediction|predictions|tipping|tipster game|league|competition|contest|pool", 22),
        ("predict|predicting|guess|tip the? results|result|scores|score|outcome|matches|games", 20),
        ("score predictor|predictions", 22),
    ],
    vocabulary: &[
        "seinen|seine|sieht|gibt|tippt|abgeben",
        "tippspiel|tipp|tipps|tippen|ergebnis|ergebnisse|punkte|spiel|spiele|spieltag|jeder|ab|ende|am|wer|meisten|gewinnt|tabelle|rangliste|bundesliga|em|wm|fussball|liga|pokal|champions|saison|turnier",
        "prediction|predictions|predict|predicts|tip|tips|result|results|score|scores|match|matches|game|games|points|point|league|football|soccer|rugby|cup|world|euro|season|tournament|table|leaderboard|correct|exact|end|most|wins|win|enter|enters",
    ],
    vetoes: &["money|geld|live|automatically|automatisch|deadline|bonus|quote|quoten|odds|champion|weltmeister"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked);
        Some(Order {
            title: phrases::title(asked, head, if german { "Tippspiel" } else { "Prediction game" }),
            summary: if german {
                "Alle tragen Spiele, Tipps und Ergebnisse ein; 3 Punkte für das genaue Ergebnis, 1 für den Sieger, mit Tabelle."
            } else {
                "Visitors enter matches, tips and results; 3 points for the exact result, 1 for the winner, with a table."
            }
            .to_owned(),
            ..Order::default()
        })
    },
    files: crate_files!("tips"),
};

pub(in crate::recipe) static CLICKS: Recipe = Recipe {
    name: "Click race",
    slug: "clicks",
    example: "A game to click as fast as you can in 10 seconds, with a high-score list",
    example_de: "Ein Klickspiel, 10 Sekunden, mit Bestenliste",
    heads: &[
        ("click|clicks|clicking|tap|tapping speed? game|challenge|race|contest|test|speed", 22),
        ("klickspiel|klickwettbewerb|schnellklicken|klickrennen", 22),
        ("klicken .. muss|soll|kann", 14),
        ("fast|quickly|often as you|possible|one can|possible", 12),
        ("schnell|oft wie moglich|man kann", 13),
        ("click|clicks|klicken|klickt .. fast|quickly|quick|schnell|often", 16),
    ],
    vocabulary: &[
        "click|clicks|clicking|clicker|tap|tapping|game|speed|fast|fastest|quick|quickly|often|many|possible|times|second|seconds|within|high|score|scores|highscore|highscores|leaderboard|best|list|wins|button|race|challenge|contest|result|results|name|klick|klicks|klicken|klickt|klickspiel|spiel|schnell|oft|moglich|wie|muss|sekunde|sekunden|bestenliste|rangliste|knopf|so|ergebnisse|man|als|names|record|records",
    ],
    vetoes: &["moving|targets|target|level|levels|mole|double"],
    subject: Subject::Closed,
    extra: Some(is_click_game),
    extra_points: 21,
    fill: |asked, head| {
        is_click_game(asked)?;
        let german = phrases::is_german(asked);
        let seconds = phrases::numbers(asked)
            .into_iter()
            .find(|(i, _)| pattern::match_at(&asked.words, "second|seconds|sec|s|sekunde|sekunden", i + 1).is_some())
            .map_or(10, |(_, n)| n as i64);
        (3..=120).contains(&seconds).then(|| Order {
            title: phrases::title(asked, head, if german { "Klickspiel" } else { "Click race" }),
            summary: if german {
                format!("So oft wie möglich klicken, {seconds} Sekunden lang, mit Bestenliste.")
            } else {
                format!("Click as often as you can in {seconds} seconds, with a high-score list.")
            },
            words: vec![("seconds", raw(seconds))],
            constants: vec![("SECONDS", Value::Number(seconds))],
            ..Order::default()
        })
    },
    files: crate_files!("clicks"),
};

fn is_click_game(asked: &Asked) -> Option<Range<usize>> {
    let click = pattern::find(
        &asked.words,
        "click|clicks|clicking|tap|tapping|klick|klicken|klickt|klickspiel|klickwettbewerb|schnellklicken|klickrennen",
        0,
    )?;
    let race =
        has(asked, "game|speed|race|challenge|contest|fast|quickly|spiel|schnell|klickspiel|klickwettbewerb|schnellklicken|klickrennen");
    let timed = has(asked, "second|seconds|sekunden|speed|fast|quickly|schnell|klickspiel|highscore|leaderboard|bestenliste")
        || has(asked, "high score|scores");
    (race && timed).then_some(click)
}

pub(in crate::recipe) static POMODORO: Recipe = Recipe {
    name: "Work and break timer",
    slug: "pomodoro",
    example: "A pomodoro timer with 25 minutes of work and 5 minutes of break",
    example_de: "Pomodoro-Timer, 25 Minuten Arbeit und 5 Minuten Pause",
    heads: &[],
    vocabulary: &[
        "with|mit|of",
        "exercise|workout|interval|intervals|training|hiit|tabata|class",
        "pomodoro|timer|timers|clock|minute|minutes|min|mins|second|seconds|work|working|focus|break|breaks|rest|pause|pausen|arbeit|arbeiten|minuten|sekunden|then|start|stop|reset|alternating|switch|switches|between|phases|round|rounds|of|session|sessions|pairs|programming|learning|study|studying|lernen|konzentration|abwechselnd|technique|danach",
    ],
    vetoes: &["long|longer|every|after|lange|jede|nach|sound|task|tasks"],
    subject: Subject::Closed,
    extra: Some(|asked| phases(asked).map(|(words, ..)| words)),
    extra_points: 22,
    fill: |asked, _| {
        let (words, work, rest) = phases(asked)?;
        let german = phrases::is_german(asked);
        let spoken = |s: i64| if s % 60 == 0 { format!("{} min", s / 60) } else { format!("{s} s") };
        Some(Order {
            title: phrases::called(asked).map_or_else(
                || match (has(asked, "pomodoro"), german) {
                    (true, _) => "Pomodoro".to_owned(),
                    (false, true) => "Arbeit und Pause".to_owned(),
                    (false, false) => "Work and breaks".to_owned(),
                },
                |(name, _)| name,
            ),
            summary: if german {
                format!("{} Arbeit und {} Pause im Wechsel, für alle zugleich.", spoken(work), spoken(rest))
            } else {
                format!("{} of work and {} of break in turn, the same for everybody.", spoken(work), spoken(rest))
            },
            words: vec![("work", raw(work)), ("break", raw(rest))],
            constants: vec![("WORK", Value::Number(work)), ("BREAK", Value::Number(rest))],
            explained: vec![words],
            leads: false,
        })
    },
    files: crate_files!("pomodoro"),
};

/// `25 minutes work 5 minutes break`, `pomodoro 25/5`: where, and how many seconds each.
fn phases(asked: &Asked) -> Option<(Range<usize>, i64, i64)> {
    let pomodoro = has(asked, "pomodoro|pomodori");
    let names_break = has(asked, "break|breaks|rest|pause|pausen")
        && has(asked, "work|working|focus|arbeit|arbeiten|lernen|study|studying|learning|programming");
    let numbers: Vec<(usize, i64)> = phrases::numbers(asked)
        .into_iter()
        .filter_map(|(i, n)| Some((i, i64::try_from(n).ok().filter(|n| (1..=600).contains(n))?)))
        .collect();
    let is_seconds = has(asked, "second|seconds|sekunden");
    let unit = if is_seconds && !has(asked, "minute|minutes|min|minuten") { 1 } else { 60 };
    match numbers[..] {
        [] if pomodoro => {
            let at = pattern::find(&asked.words, "pomodoro|pomodori", 0)?;
            Some((at, 1500, 300))
        }
        [(a, first), (b, second)] if (pomodoro || names_break) && !(is_seconds && unit == 60) => {
            // `5 minutes break after 25 minutes of work`
            let rest = pattern::find(&asked.words, "break|breaks|rest|pause|pausen", 0);
            let swapped = rest.is_some_and(|at| at.start > a && at.start < b);
            let (work, rest) = if swapped { (second, first) } else { (first, second) };
            Some((a..b + 1, work * unit, rest * unit))
        }
        _ => None,
    }
}

fn and_de(items: &[String]) -> String {
    and(items).replace(" and ", " und ")
}
