//! Every page and fragment in its states, for the tests: hostile and foreign titles included.

use super::{
    render::*,
    view::{
        ActivityView, AskView, CardView, CodeView, ContractView, DiffFile, DiffLine, DiffView, FeatureView, FileView, LayerView, LogLine,
        Notice, Page, RefusedEdit, ReportView, RequestView, RevisionView, RouteView, RunView, Section, Sentence, Shell, StatusView,
        TableRow, UsualTimes, WantView,
    },
    words::Language,
};
use crate::app::{Adding, Crates, WarmStatus};
use crate::outgoing::SecretRecord;
use askama::Template;
use kandra_model::*;
use kandra_wire::{CallStatistics, LiveReport, LoadedLibrary, RouteStatistics, UnloadReport};

pub const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
pub const HOSTILE: &str = "<script>alert(1)</script>\" onload='x' </title>&lt;";

pub fn shell(language: Language, page: Page) -> Shell {
    Shell::new(language, "nonce-1".into(), page, NOW, EventId(41), "http://127.0.0.1:8081".into())
}

fn id<T: std::str::FromStr>(n: u32) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("01990000-0000-7000-8000-{n:012}").parse().unwrap()
}

pub fn request(n: u32, title: &str, state: RequestState) -> Request {
    Request {
        id: id(n),
        title: title.into(),
        details: String::new(),
        state,
        votes: 12 / n.max(1) + 1,
        place: (state == RequestState::Pending).then_some(n),
        repairs: None,
        feature: None,
        reason: None,
        recipe: None,
        merged_into: None,
        run: None,
        created_at: NOW.plus_millis(-200_000),
        updated_at: NOW.plus_millis(-100_000),
        starts_at: None,
    }
}

pub fn feature(slug: &str, title: &str, icon: &str, height: Height, state: FeatureState, origin: Origin) -> Feature {
    Feature {
        slug: slug.parse().unwrap(),
        state,
        reason: None,
        revision: Revision(2),
        artifact: Some("ab".repeat(32).parse().unwrap()),
        tier: Tier::Optimised,
        presentation: Presentation {
            title: title.into(),
            summary: "What it does, in one sentence.".into(),
            icon: icon.into(),
            height,
            widget: true,
            ..Presentation::default()
        },
        routes: [("GET", "/"), ("GET", "/widget"), ("POST", "/hit"), ("GET", "/items/{id}")]
            .map(|(method, path)| RouteSpec { method: method.into(), path: path.into() })
            .to_vec(),
        origin,
        limits: kandra_model::Limits::default(),
        pinned: false,
        request: Some(id(7)),
        created_at: NOW.plus_millis(-9_000_000),
        updated_at: NOW.plus_millis(-400_000),
    }
}

fn recipe(name: &str) -> Origin {
    Origin::Recipe { recipe: name.into() }
}

pub fn cards() -> Vec<CardView> {
    let live = "http://127.0.0.1:8081";
    let view = |feature: Feature| CardView::new(&feature, "c0ffee".repeat(7)[..40].into(), live);
    let mut paused = feature("guestbook", "Guestbook", "📖", Height::M, FeatureState::Paused, Origin::Hand);
    paused.reason = Some("The owner has paused it while the spam is cleared away.".into());
    let mut poll = feature("poll", "Tea, coffee or water?", "🗳️", Height::M, FeatureState::Live, recipe("Poll"));
    poll.presentation.hosts = vec!["api.example.com".into(), "b.example.com".into()];
    let mut bare = feature("word-counter", "Word counter", "", Height::S, FeatureState::Live, Origin::Submission);
    bare.presentation.widget = false;
    bare.routes.retain(|r| r.path != "/widget");
    vec![
        view(feature("counter", "A counter that everybody can click", "👆", Height::S, FeatureState::Live, recipe("Counter"))),
        view(poll).with_granted(&["api.example.com", "old.example.com"].map(|host| host.parse().unwrap())),
        view(feature("hostile", HOSTILE, "", Height::S, FeatureState::Rebuilding, Origin::Model { model: "example-model-5".into() })),
        view(feature("rtl", "عدّاد يمكن للجميع النقر عليه", "🔢", Height::S, FeatureState::Live, recipe("Counter"))),
        view(paused),
        view(bare),
        view(feature("broken", "Dice", "🎲", Height::S, FeatureState::Quarantined, recipe("Dice"))),
    ]
}

pub fn stage(stage: Stage, outcome: StageOutcome, millis: u64) -> StageRecord {
    StageRecord {
        stage,
        outcome,
        attempt: 1,
        started_at: NOW.plus_millis(-2_000),
        millis: (outcome != StageOutcome::Running).then_some(millis),
    }
}

pub fn run(n: u32, state: RunState, stages: Vec<StageRecord>, plan: Option<&str>) -> Run {
    Run {
        id: id(n),
        cause: Cause::Request { request: id(n) },
        feature: Some("poll".parse().unwrap()),
        state,
        plan: plan.map(Into::into),
        contract: None,
        provenance: "from recipe Poll".into(),
        stages,
        findings: Vec::new(),
        failure: None,
        failure_code: None,
        usage: Usage::default(),
        revision: None,
        artifact: None,
        started_at: NOW.plus_millis(-7_400),
        ended_at: (state != RunState::Running).then_some(NOW.plus_millis(-1_000)),
    }
}

pub const USUAL: UsualTimes = UsualTimes { written: Some(4_100), gates: Some(900) };

pub fn building() -> Vec<RunView> {
    use StageOutcome::*;
    let going = run(
        21,
        RunState::Running,
        vec![
            stage(Stage::Prompt, Passed, 900),
            stage(Stage::Source, Passed, 2),
            stage(Stage::Lint, Passed, 20),
            stage(Stage::Build, Running, 0),
        ],
        Some("A poll with the three drinks; one vote each, bars that show the share, open to everybody who opens the page."),
    );
    let mut failed = run(
        22,
        RunState::Failed,
        vec![stage(Stage::Prompt, Passed, 900), stage(Stage::Source, Passed, 2), stage(Stage::Lint, Refused, 20)],
        None,
    );
    failed.failure = Some("The checks found code that may not run here. Change the words and ask again.".into());
    vec![RunView::new(&going, "A poll: tea, coffee or water?".into(), USUAL), RunView::new(&failed, HOSTILE.into(), USUAL)]
}

pub fn wanted() -> Vec<WantView> {
    let mut first = request(1, "A list of books with title, author and rating", RequestState::Pending);
    first.recipe = Some("List".into());
    let mut starts = request(
        2,
        "Countdown to the summer party on 12 July at five in the afternoon, with the weather and who brings what to eat and drink",
        RequestState::Pending,
    );
    starts.starts_at = Some(NOW.plus_millis(8_000));
    let needs = request(3, HOSTILE, RequestState::NeedsModel);
    let rtl = request(4, "קיר פתקים שכולם יכולים לכתוב עליו", RequestState::Pending);
    [first, starts, needs, rtl].iter().map(|r| WantView::new(r, NOW)).collect()
}

pub fn activity() -> Vec<ActivityView> {
    let poll: Slug = "poll".parse().unwrap();
    let bodies = [
        EventBody::FeatureMounted {
            feature: poll.clone(),
            title: "Tea, coffee or water?".into(),
            revision: Revision(1),
            tier: Tier::Quick,
            new: true,
        },
        EventBody::RequestCreated { request: id(4), title: HOSTILE.into(), state: RequestState::Pending, votes: 1 },
        EventBody::FeatureMounted { feature: poll.clone(), title: "Poll".into(), revision: Revision(2), tier: Tier::Quick, new: false },
        EventBody::FeatureChanged { feature: poll, state: FeatureState::Paused, reason: None },
        EventBody::RequestChanged {
            request: id(9),
            title: "Chess".into(),
            state: RequestState::Failed,
            votes: 1,
            feature: None,
            reason: None,
        },
        EventBody::LiveChanged { condition: LiveCondition::Serving, reason: None },
        EventBody::VoteChanged { request: id(9), votes: 3 },
    ];
    bodies
        .into_iter()
        .enumerate()
        .filter_map(|(i, body)| {
            let event = Event { id: EventId(40 - i as i64), at: NOW.plus_millis(-(i as i64) * 190_000), body };
            ActivityView::new(&event, |_| Some("Tea, coffee or water?".into()))
        })
        .collect()
}

fn notices() -> Vec<(&'static str, Notice)> {
    let notice = |key, tone| Notice { key, tone, missing: "landlock".into(), detail: "first line\nsecond".into(), ..Notice::default() };
    vec![
        ("warming", Notice { done: 31, total: 92, detail: String::new(), ..notice("warming", "info") }),
        ("warm-unknown", Notice { detail: String::new(), ..notice("warming", "info") }),
        ("warm-failed", notice("warm_failed", "danger")),
        ("starting", notice("starting", "info")),
        ("restarting", notice("restarting", "warning")),
        ("safe-mode", notice("safe_mode", "danger")),
        ("refused", notice("refused", "warning")),
    ]
}

pub fn report() -> LiveReport {
    let poll: Slug = "poll".parse().unwrap();
    let artifact: ArtifactHash = "ab".repeat(32).parse().unwrap();
    LiveReport {
        routes: [("GET", "/poll/widget", 1402, 0), ("POST", "/poll/vote", 311, 2), ("GET", "/poll/results/{question}", 0, 0)]
            .map(|(method, path, calls, errors)| RouteStatistics {
                method: method.into(),
                path: path.into(),
                feature: poll.clone(),
                revision: Revision(2),
                calls: CallStatistics { calls, errors, p50_us: 41, p99_us: 1_340 },
            })
            .to_vec(),
        libraries: vec![LoadedLibrary {
            feature: poll.clone(),
            revision: Revision(2),
            artifact: artifact.clone(),
            tier: Tier::Optimised,
            serving: true,
            leases: 0,
        }],
        unloads_verified: 14,
        unloads: vec![UnloadReport {
            feature: poll,
            revision: Revision(1),
            artifact,
            verified: true,
            micros: 311,
            at: NOW.plus_millis(-60_000),
        }],
        resident_bytes: 31 << 20,
        workers: 4,
        ..LiveReport::default()
    }
}

fn request_pages(s: &Shell) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for state in [
        RequestState::Held,
        RequestState::Pending,
        RequestState::Running,
        RequestState::Waiting,
        RequestState::Live,
        RequestState::Failed,
        RequestState::NeedsModel,
        RequestState::Declined,
        RequestState::Merged,
        RequestState::Withdrawn,
    ] {
        let mut request = request(2, "A poll: tea, coffee or water?", state);
        request.details = format!("Bars, please.\n{HOSTILE}");
        let mut run = match state {
            RequestState::Running => Some(run(2, RunState::Running, vec![stage(Stage::Prompt, StageOutcome::Running, 0)], None)),
            RequestState::Live => {
                Some(run(2, RunState::Succeeded, Stage::ALL.map(|s| stage(s, StageOutcome::Passed, 120)).to_vec(), Some("A poll.")))
            }
            RequestState::Failed => Some(run(
                2,
                RunState::Failed,
                vec![stage(Stage::Prompt, StageOutcome::Passed, 4), stage(Stage::Lint, StageOutcome::Refused, 9)],
                Some(HOSTILE),
            )),
            RequestState::Waiting => {
                Some(run(2, RunState::Waiting, Stage::ALL[..6].iter().map(|s| stage(*s, StageOutcome::Passed, 120)).collect(), None))
            }
            _ => None,
        };
        if state == RequestState::Pending {
            request.starts_at = Some(NOW.plus_millis(9_000));
            request.recipe = Some("Poll".into());
        }
        if state == RequestState::Failed
            && let Some(run) = &mut run
        {
            run.failure = Some("The checks refused it.".into());
            run.failure_code = Some("lint".into());
            run.usage = Usage { calls: 3, input_tokens: 41_230, output_tokens: 2_100, millis: 9_000 };
            run.findings = vec![
                Finding::error("K014", format!("static mut is not allowed: {HOSTILE}"))
                    .hint("keep the value in ctx.kv()")
                    .file("src/lib.rs"),
            ];
        }
        let feature = (state == RequestState::Live).then(|| ("poll".to_owned(), HOSTILE.to_owned()));
        let view = RequestView::new(&request, run.as_ref(), feature, USUAL, NOW);
        out.push((format!("request-{}", state.as_str()), RequestPage { s, r: &view }.render().unwrap()));
        if state == RequestState::Held {
            let cards = cards();
            let secrets = [SecretRecord { name: "key".into(), hosts: vec!["api.example.com".parse().unwrap()], updated_at: NOW }];
            out.push((
                "owner-panel".into(),
                OwnerPart { s, requests: std::slice::from_ref(&view), cards: &cards, secrets: &secrets }.render().unwrap(),
            ));
        }
    }
    out
}

fn feature_pages(s: &Shell) -> Vec<(String, String)> {
    let card = cards().remove(1);
    let routes = ["/", "/vote"]
        .map(|path| RouteView { method: "GET".into(), path: format!("/poll{path}"), url: Some(format!("{}{path}", card.url)) })
        .to_vec();
    let f = &FeatureView {
        card,
        routes,
        capabilities: vec!["kv".into()],
        asked: Some(HOSTILE.into()),
        share: "http://127.0.0.1:8080/features/poll".into(),
        refused: Some(RefusedEdit {
            run: id::<RunId>(9).to_string(),
            at: NOW.plus_millis(-60_000),
            findings: vec![Finding::error("K001", HOSTILE).hint(HOSTILE).file("src/lib.rs")],
        }),
    };
    let sections = &Section::ALL[..];
    let record = |revision| RevisionRecord {
        feature: "poll".parse().unwrap(),
        revision: Revision(revision),
        source: "cd".repeat(32).parse().unwrap(),
        commit: "c0ffee".repeat(7)[..40].into(),
        run: id(2),
        request: Some(id(2)),
        origin: recipe("Poll"),
        message: HOSTILE.into(),
        presentation: Presentation::default(),
        routes: Vec::new(),
        mounted: revision != 3,
        created_at: NOW.plus_millis(-90_000),
    };
    let revisions: Vec<_> = [3, 2, 1].map(|n| RevisionView::new(&record(n), 2, s.w)).to_vec();
    let line = |kind, text: &str| DiffLine { kind, text: text.into() };
    let diff = DiffView {
        from: Some(1),
        to: 2,
        files: vec![DiffFile {
            path: "src/lib.rs".into(),
            lines: vec![
                line("gap", ""),
                line("ctx", "fn mount() {"),
                line("del", HOSTILE),
                line("add", "    routes.get(\"/\", index);"),
                line("ctx", "}"),
            ],
        }],
        added: 1,
        removed: 1,
        truncated: true,
    };
    let file = |path: &str| FileView {
        path: path.into(),
        lines: vec!["#![no_std]".into(), HOSTILE.into(), "    let indented = 1;".into()],
        truncated: false,
    };
    let code = CodeView { revision: 2, files: vec![file("src/lib.rs"), file("contract.toml")] };
    let contract = Contract::parse(
        "[[exchange]]\nname = \"a vote <b>counts</b>\"\nrequest = { method = \"POST\", path = \"/vote\", json = { option = \"tea\" } }\nexpect = { json = { tea = 1 }, contains = [\"<i>\"], lacks = [\"no\"] }\n",
    )
    .unwrap();
    let logs = [("info", "a vote"), ("error", HOSTILE)].map(|(level, message)| LogLine {
        at: NOW,
        level: level.into(),
        revision: 2,
        message: message.into(),
    });
    let none = CodeView::default();
    vec![
        ("feature".into(), FeaturePage { s, f, sections, section: Section::Overview }.render().unwrap()),
        (
            "feature-history".into(),
            HistoryPage { s, f, sections, section: Section::History, revisions: &revisions, diff: Some(diff) }.render().unwrap(),
        ),
        ("feature-code".into(), CodePage { s, f, sections, section: Section::Code, code: &code }.render().unwrap()),
        ("feature-code-none".into(), CodePage { s, f, sections, section: Section::Code, code: &none }.render().unwrap()),
        (
            "feature-contract".into(),
            ContractPage { s, f, sections, section: Section::Contract, contract: &ContractView::new(&contract) }.render().unwrap(),
        ),
        (
            "feature-contract-none".into(),
            ContractPage { s, f, sections, section: Section::Contract, contract: &ContractView::default() }.render().unwrap(),
        ),
        ("feature-logs".into(), LogsPage { s, f, sections, section: Section::Logs, logs: &logs }.render().unwrap()),
        ("feature-logs-none".into(), LogsPage { s, f, sections, section: Section::Logs, logs: &[] }.render().unwrap()),
    ]
}

fn status_pages(s: &Shell) -> Vec<(String, String)> {
    let report = report();
    let layer = |name: &str, required, active| LayerView { name: name.into(), required, active, detail: "version 5".into() };
    let mut view = StatusView {
        version: "0.1.0".into(),
        agent: "offline".into(),
        model: String::new(),
        started_at: NOW.plus_millis(-5_000_000),
        features_live: 9,
        features: 10,
        queue: 4,
        condition: "serving",
        reason: None,
        pid: Some(4711),
        restarts: 0,
        replacements: 0,
        since: Some(NOW.plus_millis(-4_000_000)),
        warm: "ready",
        warm_done: 92,
        warm_total: 92,
        warm_failure: None,
        layers: vec![layer("landlock", true, true), layer("seccomp", true, false), layer("memory cgroup", false, false)],
        report: Some(ReportView::new(&report)),
    };
    let up = StatusPage { s, v: &view }.render().unwrap();
    view.report = None;
    view.condition = "safe_mode";
    view.reason = Some(HOSTILE.into());
    view.warm = "failed";
    view.warm_failure = Some(HOSTILE.into());
    let down = StatusPage { s, v: &view }.render().unwrap();
    let rows = report.routes.iter().map(TableRow::new).collect();
    vec![
        ("status".into(), up),
        ("status-down".into(), down),
        ("routes".into(), RoutesPage { s, rows: Some(rows) }.render().unwrap()),
        ("routes-none".into(), RoutesPage { s, rows: Some(Vec::new()) }.render().unwrap()),
        ("routes-down".into(), RoutesPage { s, rows: None }.render().unwrap()),
    ]
}

/// What may be used while one is being added and another failed.
fn crates() -> Crates {
    let failed = Adding { name: "a".into(), version: "1.0.0".into(), failure: Some(HOSTILE.into()) };
    Crates { crates: kandra_gate::Shelf::default().allowed(), adding: Some(failed), shelf: WarmStatus::default() }
}

/// Every state of every page, by name.
pub fn all(language: Language) -> Vec<(String, String)> {
    let home = &shell(language, Page::Home);
    let (cards, building, wanted, activity) = (cards(), building(), wanted(), activity());
    let ask = AskView { agent: "offline", recipes: 14 };
    let mut sentence = Sentence {
        features: 9,
        building: Some(HOSTILE.into()),
        more: 1,
        waiting: 3,
        next_pick: Some(NOW.plus_millis(42_000)),
        notice: None,
    };
    let page = |sentence: &Sentence, full: bool, agent| {
        let ask = AskView { agent, ..ask.clone() };
        let page = HomePage {
            s: home,
            sentence,
            ask: &ask,
            building: if full { &building } else { &[] },
            cards: if full { &cards } else { &[] },
            wanted: if full { &wanted } else { &[] },
            activity: if full { &activity } else { &[] },
        };
        page.render().unwrap()
    };
    let mut out =
        vec![("home".to_owned(), page(&sentence, true, "offline")), ("home-empty".to_owned(), page(&Sentence::default(), false, "none"))];
    for (name, notice) in notices() {
        sentence.notice = Some(notice);
        out.push((format!("home-{name}"), page(&sentence, false, "anthropic")));
    }
    out.push((
        "part-sentence".into(),
        SentencePart { s: home, sentence: &Sentence { features: 1, ..Sentence::default() } }.render().unwrap(),
    ));
    out.push(("part-building".into(), BuildingPart { s: home, building: &building }.render().unwrap()));
    out.push(("part-cards".into(), CardsPart { s: home, cards: &cards }.render().unwrap()));
    out.push(("part-card".into(), CardPart { s: home, card: &cards[1] }.render().unwrap()));
    out.push(("part-wanted".into(), WantedPart { s: home, wanted: &wanted }.render().unwrap()));
    out.push(("part-activity".into(), ActivityPart { s: home, activity: &activity }.render().unwrap()));
    let requests = &shell(language, Page::Requests);
    out.push(("requests".into(), RequestsPage { s: requests, wanted: &wanted, first: false, next: Some("a&b".into()) }.render().unwrap()));
    out.push(("requests-none".into(), RequestsPage { s: requests, wanted: &[], first: true, next: None }.render().unwrap()));
    out.extend(request_pages(&shell(language, Page::Request)));
    out.extend(feature_pages(&shell(language, Page::Feature)));
    out.extend(status_pages(&shell(language, Page::Status)));
    out.push(("crates".into(), CratesPage { s: &shell(language, Page::Crates), c: &crates() }.render().unwrap()));
    out.push(("owner".into(), OwnerPage { s: &shell(language, Page::Owner) }.render().unwrap()));
    let error = ErrorPage {
        s: &shell(language, Page::Error),
        title: "error.not_found_title",
        text: "error.not_found",
        next: "error.not_found_next",
        detail: HOSTILE,
    };
    out.push(("error".into(), error.render().unwrap()));
    out
}
