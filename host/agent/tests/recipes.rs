//! Every recipe, filled in with ordinary and with hostile words, is a crate that the first two gates accept and whose
//! contract says something.

use kandra_agent::{Agent, AgentConfig, AgentKind, Draft, Recipes, Silent, Task};
use kandra_lint::Source;
use kandra_model::Contract;

/// Words that would break out of a Rust string, a TOML string, HTML, a script or a line, if they were not data.
const HOSTILE: &[&str] = &[
    r#"a "quoted" \ back\\slash"#,
    "\"#; fn evil() {} //",
    "{braces} {{slug}} {id} {}",
    "</script><script>alert(1)</script>",
    "line one\nline two\r\n[package]",
    "\u{202e}desrever\u{202c} \u{200b}x\u{2066}y\u{2069}",
    "nul \u{0}\u{7}\u{1b}[31m",
    "Ünïcödé 日本語 العربية",
    "👩‍👩‍👧‍👦 🏳️‍🌈 e\u{301}",
    "'''\n\"\"\"\n'''",
    "`${x}` %s \\u{41} \\x41",
    "]] = 1 # comment",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp;",
    "a\u{feff}b\u{ad}c\u{2028}d",
];

fn draft(title: &str, details: &str) -> Option<Draft> {
    let agent = Agent::from_config(AgentConfig { kind: Some(AgentKind::Offline), ..AgentConfig::default() }).unwrap();
    let task = Task { title: title.to_owned(), details: details.to_owned(), taken: vec![], live: vec![], crates: vec![], repair: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(agent.develop(task, &mut Silent)).ok()
}

/// The gates that need neither cargo nor a child process.
fn passes(words: &str, draft: &Draft) {
    let files = draft.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
    let source =
        Source::check(files).unwrap_or_else(|findings| panic!("{words:?}: source refused: {findings:#?}\n{}", draft.files["Cargo.toml"]));
    assert_eq!(source.slug(), draft.slug.as_str(), "{words:?}");
    let linted = kandra_lint::lint(source).unwrap_or_else(|findings| panic!("{words:?}: lint refused: {findings:#?}"));
    assert!(linted.warnings().is_empty(), "{words:?}: {:#?}", linted.warnings());
    let contract =
        Contract::parse(&draft.files["contract.toml"]).unwrap_or_else(|e| panic!("{words:?}: {e}\n{}", draft.files["contract.toml"]));
    assert!(contract.exchanges.len() >= 2, "{words:?}");
}

#[test]
fn every_recipe_passes_source_and_lint() {
    let all = Recipes::all();
    assert!(all.len() >= 18, "{}", all.len());
    for recipe in all {
        for example in [recipe.example, recipe.example_de] {
            let draft = draft(example, "").unwrap_or_else(|| panic!("{example}: no recipe"));
            passes(example, &draft);
            assert!(!draft.files.values().any(|text| text.contains("{{")), "{example}: a placeholder is left");
        }
    }
}

/// Wishes that together ask for each rule that a list may have, in both languages.
const RULES: &[&str] = &[
    "Harvest table: vegetable, kilos, with total per vegetable, filter by vegetable, newest first",
    "Lustige Sprüche sammeln, mit Herzchen, jeder höchstens 3",
    "parking lot for ideas with comments, everyone has 3 votes, random one button",
    "Lunch orders for today, name and dish, cleared every day, count of each",
    "Wish list: gift, link, price, people can reserve a gift, at most 30 entries, one each",
    "table with date, distance and minutes, best one highlighted, grouped by distance, total at the bottom",
    "a list of films with title and year, everyone can rate them, no duplicates, pick one at random",
    "list of tasks with task, due date, status (open, doing, done), grouped by status, overdue ones are marked, ticks reset every week",
    "Laufgruppe: nächste Läufe mit Datum, Treffpunkt, freie Plätze und wer mitkommt",
    "A list of who signed: name, town, paid yes/no, and how many have paid",
    "Eine Liste für Fahrräder zum Ausleihen: Rad, Standort, frei oder verliehen, jeden Tag neu",
    "Film-Liste mit Titel, alle können abstimmen, jede Woche neu",
    "To return: item, owner, and a button to mark it as picked up, clear the ticked ones",
    "Packing list with item and owner, tick off, reset all ticks",
];

#[test]
fn every_rule_of_a_list_passes_source_and_lint() {
    let drafts: Vec<Draft> = RULES.iter().map(|wish| draft(wish, "").unwrap_or_else(|| panic!("{wish}: no recipe"))).collect();
    for (wish, draft) in RULES.iter().zip(&drafts) {
        assert!(matches!(&draft.origin, kandra_model::Origin::Recipe { recipe } if recipe == "List"), "{wish}: {:?}", draft.origin);
        passes(wish, draft);
    }
    // Each part of the crate is in one of them, and the marks in none.
    let all: String = drafts.iter().flat_map(|draft| draft.files.values()).cloned().collect();
    assert!(!all.contains("//{{"), "a mark is left");
    for part in [
        "votes::vote",
        "stars::rate",
        "places::join",
        "comments::comment",
        "ticks::clear",
        "ticks::untick",
        "groups::groups",
        "async fn renew",
    ] {
        assert!(all.contains(part), "nobody asks for {part}");
    }
    for constant in ["EACH", "UNIQUE", "MOST_VOTES", "BEST", "DUE", "BOARD", "FILTER", "LIVE", "PLACES_FROM", "DAYS"] {
        assert!(all.contains(&format!("const {constant}: ")), "nobody asks for {constant}");
    }
}

#[test]
fn hostile_words_stay_data() {
    let mut answered = 0;
    for evil in HOSTILE {
        let wishes = [
            (format!("Poll: {evil}, tea or coffee"), String::new()),
            (format!("A poll about {evil}"), String::new()),
            (format!("Poll called \"{evil}\""), "Options: one, two".to_owned()),
            ("Lunch poll".to_owned(), format!("- {evil}\n- soup\n- salad")),
            (format!("a list of {evil} with name, {evil} and date"), String::new()),
            (format!("a list of plants with name, state ({evil}, ok, bad)"), String::new()),
            (format!("countdown to {evil} on 24 December"), String::new()),
            (format!("who should cook: {evil}, Bob or Eve"), String::new()),
            (format!("scoreboard for {evil} and Blue"), String::new()),
            ("todo list".to_owned(), format!("- {evil}\n- milk")),
            (format!("a guestbook called {evil}"), evil.to_string()),
            (format!("rate {evil} with stars"), String::new()),
            (format!("counter for {evil}"), String::new()),
            (format!("suggestion box for {evil}"), String::new()),
            (format!("who is coming to {evil}?"), String::new()),
            (format!("emoji reactions for {evil} 👍 👎"), String::new()),
            (format!("quotes: {evil}, another line, a third"), String::new()),
        ];
        for (title, details) in wishes {
            if let Some(draft) = draft(&title, &details) {
                passes(&title, &draft);
                answered += 1;
            }
        }
    }
    println!("{answered} hostile wishes answered");
    assert!(answered >= 120, "too few to prove anything: {answered}");
}

#[test]
fn long_and_odd_requests_are_survived() {
    let long = "x".repeat(5_000);
    let many: String = (0..600).map(|i| format!("option {i}, ")).collect();
    for (title, details) in [
        (long.as_str(), long.as_str()),
        ("Poll", &many),
        (&many, ""),
        ("", ""),
        ("poll", "\n\n\n- \n- \n"),
        ("((((((((((", "))))))"),
        ("or or or or or?", "and, and, and"),
    ] {
        if let Some(draft) = draft(title, details) {
            passes(title, &draft);
        }
    }
}

#[test]
fn a_taken_slug_gets_a_number_and_a_recipe_cannot_be_repaired() {
    let agent = Agent::from_config(AgentConfig::default()).unwrap();
    assert_eq!(agent.kind(), AgentKind::Offline);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let first = draft("a guestbook", "").unwrap();
    let mut task = Task {
        title: "a guestbook".into(),
        details: String::new(),
        taken: vec![first.slug.clone(), first.slug.numbered(2)],
        live: vec![],
        crates: vec![],
        repair: None,
    };
    let third = runtime.block_on(agent.develop(task.clone(), &mut Silent)).unwrap();
    assert_eq!((first.slug.as_str(), third.slug.as_str()), ("guestbook", "guestbook-3"));
    assert!(third.files["Cargo.toml"].contains("name = \"kandra-feature-guestbook-3\""));
    task.repair = Some(kandra_agent::Repair {
        broken: kandra_agent::Broken::Draft,
        slug: third.slug,
        plan: third.plan,
        files: third.files,
        findings: vec![],
        turn: 1,
    });
    assert_eq!(runtime.block_on(agent.develop(task, &mut Silent)).unwrap_err().code(), "recipe_refused");
}
