//! Recipes that count towards something or since something, and for each day of the week.

use super::*;

pub(in crate::recipe) static GOAL: Recipe = Recipe {
    name: "Goal",
    slug: "goal",
    example: "A water tracker: a button for each glass, goal 8 glasses, starts over every day",
    example_de: "Ein Fortschrittsbalken: Ziel 1000 Kilometer gemeinsam",
    heads: &[
        ("water|drink|drinking|hydration|glass|glasses tracker|counter|log|goal|intake", 19),
        ("trinktracker|wassertracker|trinkprotokoll|wasserzahler|trinkzahler", 19),
        ("goal|target|ziel|thermometer|fortschrittsbalken|spendenbarometer|spendenthermometer|fortschritt", 14),
        ("progress bar|towards|to", 16),
        ("fundraising|donation|spenden thermometer|tracker|barometer|progress|goal|meter", 18),
    ],
    vocabulary: &[
        "water|drink|drinks|drinking|tracker|counter|log|intake|goal|target|of|button|each|every|glass|glasses|cups|day|daily|starts|start|over|again|anew|reset|resets|per|how|many|far|we|are|toward|towards|progress|bar|show|shows|reach|thermometer|together|count|counts|add|adds|amount|amounts|ziel|fortschritt|fortschrittsbalken|bis|glaser|glas|wasser|trinken|pro|tag|taglich|jeden|neu|gemeinsam|zusammen|schon|haben|knopf|fur|jedes|steps|km|kilometers|kilometres|kilometer|miles|euro|euros|pages|push|ups|pushups|books|bucher|seiten|raised|collected|gesammelt|fundraising|school|a|raise|collect|read|walk|run|challenge|everyone|total|liters|litres",
    ],
    vetoes: &["person|who|name|names|deadline|chart|history|reminder|streak|several|kopf|money|pay|donate|weekly|monthly|each kid"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: goal,
    files: crate_files!("goal"),
};

fn goal(asked: &Asked, _head: Range<usize>) -> Option<Order> {
    let german = phrases::is_german(asked);
    let water = has(
        asked,
        "water|drink|drinking|hydration|glass|glasses|wasser|trinken|trinktracker|wassertracker|trinkprotokoll|wasserzahler|trinkzahler|glaser",
    );
    let mut numbers = phrases::numbers(asked).into_iter().filter(|(_, n)| *n > 1);
    let found = numbers.next();
    if numbers.next().is_some() {
        return None;
    }
    let goal = match found {
        Some((_, n)) => i64::try_from(n).ok().filter(|n| *n <= 10_000_000)?,
        None if water => 8,
        None => return None,
    };
    // What stands behind the number is what is counted.
    let unit = found.and_then(|(i, _)| {
        asked
            .words
            .get(i + 1)
            .filter(|w| !w.starts_sentence && !super::super::words::is_filler(&w.text) && !super::super::words::is_rule(&w.text))
            .map(|_| i + 1..i + 2)
    });
    let name = unit.clone().map_or_else(
        || match (water, german) {
            (true, false) => "glasses".to_owned(),
            (true, true) => "Gläser".to_owned(),
            _ => String::new(),
        },
        |r| asked.slice(r).to_owned(),
    );
    let daily = has(asked, "every|each day|morning")
        || has(asked, "daily|taglich")
        || has(asked, "jeden tag|morgen")
        || has(asked, "per|pro|a day|tag");
    let together = has(asked, "we|together|our|everyone|everybody|gemeinsam|zusammen|alle|wir|fundraising|spenden|class|team|club|school");
    let own = water && !together;
    let title = match (water, german) {
        (true, false) => "Water tracker",
        (true, true) => "Wassertracker",
        (false, false) => "Our goal",
        (false, true) => "Unser Ziel",
    };
    let title = phrases::called(asked).map_or_else(|| title.to_owned(), |(name, _)| name);
    let anew = match (daily || water && found.is_none(), german) {
        (true, false) => ", anew each day (UTC)",
        (true, true) => ", jeden Tag neu (UTC)",
        _ => "",
    };
    let whose = match (own, german) {
        (true, false) => "Every visitor counts their own",
        (true, true) => "Alle zählen für sich",
        (false, false) => "All add to one bar",
        (false, true) => "Alle zählen gemeinsam",
    };
    Some(Order {
        title,
        summary: if german { format!("{whose}: Ziel {goal} {name}{anew}.") } else { format!("{whose}: goal {goal} {name}{anew}.") }
            .replace(" .", "."),
        words: vec![("goal", raw(goal))],
        constants: vec![
            ("GOAL", Value::Number(goal)),
            ("UNIT", Value::Text(name)),
            ("DAILY", Value::Flag(!anew.is_empty())),
            ("OWN", Value::Flag(own)),
        ],
        explained: unit.into_iter().chain(found.map(|(i, _)| i..i + 1)).collect(),
        leads: false,
    })
}

pub(in crate::recipe) static SINCE: Recipe = Recipe {
    name: "Days since",
    slug: "days-since",
    example: "Days since the last accident",
    example_de: "Tage ohne Unfall",
    heads: &[
        ("days|day since|without", 16),
        ("accident|injury|incident free days?", 16),
        ("days .. been smoke|alcohol|sugar|meat|accident|incident free|without", 18),
        ("days smoke|alcohol|sugar|accident free", 17),
        ("tage|tag ohne|seit", 16),
        ("unfallfreie tage", 16),
    ],
    vocabulary: &[
        "smoke|alcohol|sugar|meat|been|have|we|for|i|has",
        "days|day|since|without|counter|how|many|it|was|the|last|tage|ohne|seit|zahler|wie|viele|dem|der|letzten|letztem|unfallfreie|unfallfrei|accident|accidents|free|incident|reset|resets|button|counts|happened|show|shows|with|record|longest|rekord|knopf|zurucksetzen|es|gab|keinen|keine|kein|no|there",
    ],
    vetoes: &["hours|weeks|months|each|person|list|pro|jede|stunden|birthday|date|datum|countdown|between|until"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked);
        let rest = asked.rest_of_sentence(head.start);
        let text = asked.text.get(rest.clone())?;
        let cut = text.find([',', ':', '(', '.']).unwrap_or(text.len());
        let cut = [" with ", " and ", " mit ", " und "].iter().filter_map(|e| text.find(e)).min().unwrap_or(cut).min(cut);
        let words = asked.words_in(rest.start..rest.start + cut);
        if !(2..=8).contains(&words.len()) {
            return None;
        }
        let what = phrases::capitalise(asked.slice(words.clone()));
        Some(Order {
            title: phrases::called(asked).map_or_else(|| what.clone(), |(name, _)| name),
            summary: if german {
                format!("{what}: die Zahl der Tage, die längste Zeit, und ein Knopf, wenn es wieder passiert ist.")
            } else {
                format!("{what}: the number, the longest so far, and a button for when it happened again.")
            },
            words: vec![("what", text_word(&what))],
            constants: vec![("WHAT", Value::Text(what))],
            explained: vec![words],
            leads: false,
        })
    },
    files: crate_files!("since"),
};

fn text_word(what: &str) -> Word {
    text(what.to_owned())
}

pub(in crate::recipe) static HABIT: Recipe = Recipe {
    name: "Week of ticks",
    slug: "week",
    example: "A habit tracker with streaks",
    example_de: "Ein Gewohnheitstracker mit Haken für jeden Tag",
    heads: &[
        ("habit|habits|routine|routines tracker|trackers|list|chart|log", 20),
        ("gewohnheitstracker|gewohnheiten|habittracker", 18),
        ("chore|chores|reward|star|sticker|behaviour|behavior chart|charts|board", 19),
        ("tick|checkbox|check|box|mark for|per each|every|per? day|weekday", 18),
        ("haken|hakchen|kastchen fur jeden|pro tag|wochentag", 18),
        ("each|every day of the week", 13),
    ],
    vocabulary: &[
        "habit|habits|tracker|track|tracking|streak|streaks|daily|every|each|day|days|week|weekly|tick|ticks|ticked|check|checkbox|chore|chores|chart|kids|routine|of|the|for|with|and|in|row|how|many|my|list|mark|off|done|gewohnheit|gewohnheiten|gewohnheitstracker|haken|hakchen|jeden|tag|tage|woche|pro|wochentag|fur|abhaken|kastchen|zum|monday|sunday|to|montag|sonntag|bis|star|sticker|reward|did|someone|serie",
    ],
    vetoes: &["month|monthly|monat|chart over|graph|reminder|points|reward points|each kid|who|percent|time|per kid|per child|pro kind"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked);
        let listed =
            lists::choices(asked).filter(|l| l.items.iter().all(|i| i.split_whitespace().count() <= 4 && !super::rules::is_no_name(i)));
        let lines = listed.as_ref().map(|l| l.items.clone()).unwrap_or_default();
        let chores = has(asked, "chore|chores");
        let thing = match (chores, german) {
            (true, false) => "Chore",
            (true, true) => "Aufgabe",
            (false, false) if has(asked, "habit|habits") => "Habit",
            (false, false) => "Entry",
            (false, true) => "Eintrag",
        };
        let there = if lines.is_empty() { String::new() } else { format!(": {}", lines.join(", ")) };
        Some(Order {
            title: phrases::title(asked, head, if german { "Diese Woche" } else { "This week" }),
            summary: if german {
                format!("Haken für jeden Tag der Woche und die Tage in Folge{there}; alle können Zeilen dazuschreiben.")
            } else {
                format!("A tick for each day of the week and the days in a row{there}; everybody may add lines.")
            },
            words: vec![],
            constants: vec![("LINES", Value::Texts(lines)), ("THING", Value::Text(thing.to_owned()))],
            explained: listed.map(|l| l.words).into_iter().collect(),
            leads: false,
        })
    },
    files: crate_files!("habit"),
};
