//! Every state renders in every language, and nothing that a stranger wrote becomes markup.

use super::{
    assets,
    fixtures::{self, HOSTILE},
    view::{RunView, step_of},
    words::Language,
};
use kandra_model::{RunState, Stage, StageOutcome};
use std::collections::BTreeSet;

#[test]
fn no_text_from_a_stranger_becomes_markup() {
    for (name, html) in fixtures::all(Language::English) {
        assert!(!html.contains("<script>alert"), "{name}: a title became a script");
        assert!(!html.contains("onload='x'"), "{name}: a quote got out of its attribute");
        assert!(!html.contains("</title>&lt;"), "{name}: a title closed an element");
        assert!(!html.contains("<b>counts</b>"), "{name}: a contract's name became markup");
    }
    let (_, home) = fixtures::all(Language::English).swap_remove(0);
    assert!(home.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "the hostile title is there, escaped");
    assert!(HOSTILE.contains("<script>"));
}

#[test]
fn every_state_renders_without_a_missing_sentence() {
    for language in Language::ALL {
        let keys: BTreeSet<&str> = language.words().keys().collect();
        for (name, html) in fixtures::all(language) {
            for key in keys.iter().filter(|key| key.contains('.') && !key.starts_with("js.")) {
                assert!(!html.contains(&format!(">{key}<")), "{name} ({}) shows the key {key}", language.tag());
            }
            for group in [
                "ask.",
                "build.",
                "cause.",
                "step.",
                "features.",
                "feature_state.",
                "request_state.",
                "status.",
                "owner.",
                "stage.",
                "outcome.",
                "tier.",
            ] {
                for start in [">", "\"", " "] {
                    let shown = html.split(&format!("{start}{group}")).nth(1).map(|rest| rest.chars().take(20).collect::<String>());
                    assert!(shown.is_none(), "{name} ({}) shows the key {group}{}", language.tag(), shown.unwrap_or_default());
                }
            }
            let page = html.split("id=\"words\"").next().unwrap_or_default();
            assert!(
                !page.contains("{n}") && !page.contains("{title}</"),
                "{name} ({}) has a placeholder that nobody filled",
                language.tag()
            );
        }
    }
}

#[test]
fn pages_keep_to_the_content_security_policy() {
    for (name, html) in fixtures::all(Language::English) {
        for forbidden in [" style=", " onclick=", " onsubmit=", "javascript:", "http://fonts", "<style"] {
            assert!(!html.contains(forbidden), "{name} has {forbidden}");
        }
        for script in html.split("<script").skip(1) {
            assert!(script.starts_with(" nonce=\"nonce-1\""), "{name} has a script without the nonce");
        }
        for frame in html.split("<iframe").skip(1) {
            let tag = frame.split('>').next().unwrap();
            assert!(tag.contains("sandbox=\"allow-scripts allow-forms\"") && tag.contains(" title=\""), "{name}: {tag}");
        }
    }
}

#[test]
fn every_control_has_a_name_and_every_picture_is_hidden() {
    for (name, html) in fixtures::all(Language::English) {
        for svg in html.split("<svg").skip(1) {
            assert!(svg.starts_with(" aria-hidden=\"true\""), "{name} has a picture without a name");
        }
        for button in html.split("<button").skip(1) {
            let inside = button.split("</button>").next().unwrap();
            let text: String = inside.split('>').skip(1).map(|piece| piece.split('<').next().unwrap()).collect();
            assert!(!text.trim().is_empty(), "{name} has a button without a name: {inside}");
        }
        let mut ids = BTreeSet::new();
        for id in html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(ids.insert(id), "{name} has the id {id} twice");
        }
    }
}

#[test]
fn with_an_origin_for_each_feature_frames_keep_theirs() {
    let feature =
        fixtures::feature("poll", "Poll", "", kandra_model::Height::S, kandra_model::FeatureState::Live, kandra_model::Origin::Hand);
    let card = super::view::CardView::new(&feature, String::new(), "https://{slug}.live.example");
    assert_eq!(card.widget_url(), "https://poll.live.example/poll/widget?rev=2");
    assert_eq!(card.sandbox(), "allow-scripts allow-forms allow-same-origin");
    let shared = super::view::CardView::new(&feature, String::new(), "http://127.0.0.1:8081");
    assert_eq!(shared.own_page(), "http://127.0.0.1:8081/poll/");
    assert_eq!(shared.sandbox(), "allow-scripts allow-forms");
}

#[test]
fn nine_stages_become_five_steps() {
    let steps: Vec<usize> = Stage::ALL.into_iter().map(|stage| step_of(stage, true)).collect();
    assert_eq!(steps, [1, 2, 2, 3, 3, 4, 4, 4, 4]);
    assert_eq!(step_of(Stage::Prompt, false), 0);
    let states = |state, stage, outcome, plan| {
        let run = fixtures::run(1, state, vec![fixtures::stage(stage, outcome, 5)], plan);
        RunView::new(&run, "x".into(), fixtures::USUAL).steps.iter().map(|step| step.state).collect::<Vec<_>>()
    };
    assert_eq!(states(RunState::Running, Stage::Prompt, StageOutcome::Running, None), ["now", "todo", "todo", "todo", "todo"]);
    assert_eq!(states(RunState::Running, Stage::Prompt, StageOutcome::Running, Some("plan")), ["done", "now", "todo", "todo", "todo"]);
    assert_eq!(states(RunState::Running, Stage::Build, StageOutcome::Running, Some("plan")), ["done", "done", "done", "now", "todo"]);
    assert_eq!(states(RunState::Failed, Stage::Lint, StageOutcome::Refused, None), ["done", "done", "failed", "todo", "todo"]);
    assert_eq!(states(RunState::Succeeded, Stage::Mount, StageOutcome::Passed, None), ["done"; 5]);
}

#[test]
fn assets_are_there_and_import_only_each_other() {
    let names: Vec<String> = assets::names().collect();
    for wanted in
        ["tokens.css", "layout.css", "parts.css", "pages.css", "main.js", "early.js", "hub-worker.js", "pow-worker.js", "icon.svg"]
    {
        assert!(names.iter().any(|name| name == wanted), "{wanted} is missing");
    }
    for name in names.iter().filter(|name| name.ends_with(".js")) {
        let text = assets::text(name);
        for import in text.split("\"./").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(names.iter().any(|other| other == import), "{name} imports {import}, which is not there");
        }
        assert!(!text.contains("innerHTML = `") && !text.contains("eval(") && !text.contains("document.cookie"), "{name}");
        assert!(text.lines().count() <= 220, "{name} is long");
    }
    for name in names.iter().filter(|name| name.ends_with(".css")) {
        assert!(!assets::text(name).contains("url("), "{name} loads something");
    }
}

#[test]
fn scripts_and_templates_use_only_sentences_that_exist() {
    let keys: BTreeSet<&str> = Language::English.words().keys().collect();
    let mut used = 0;
    for name in assets::names().filter(|name| name.ends_with(".js")) {
        let text = assets::text(&name);
        for key in text.split(" t(\"").chain(text.split("(t(\"")).skip(1).filter_map(|rest| rest.split('"').next()) {
            if key.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !key.is_empty() {
                used += 1;
                assert!(keys.contains(format!("js.{key}").as_str()), "{name} says js.{key}, which no file has");
            }
        }
    }
    assert!(used > 20, "the scan found only {used} uses");
}
