//! Runs, stages, revisions, features, artifacts, and what a start finds.

mod support;

use kandra_model::{Cause, EventBody, FeatureState, Finding, RequestState, Revision, RunId, RunState, Stage, StageOutcome, Tier};
use kandra_store::{ArtifactRecord, Draft, FeatureQuery, FeedItem, Limits, Mount, RunEnd, RunQuery, StoreError, Viewer};
use std::collections::BTreeSet;
use support::{Rig, new_run, open, record, rig, slug};

fn hash(number: u32) -> kandra_model::ArtifactHash {
    format!("{number:064x}").parse().unwrap()
}

fn failed() -> RunEnd {
    RunEnd {
        state: RunState::Failed,
        request: Some(RequestState::Failed),
        failure: Some("It did not compile; ask again in other words.".to_owned()),
        failure_code: Some("build".to_owned()),
    }
}

async fn mount(rig: &Rig, feature: &str, revision: u32, run: Option<RunId>) {
    let run_id = run.unwrap_or_else(RunId::generate);
    rig.store.record_revision(record(feature, revision, run_id)).await.unwrap();
    let mount = Mount { feature: slug(feature), revision: Revision(revision), artifact: hash(revision), tier: Tier::Quick, run };
    rig.store.mount(mount).await.unwrap();
}

#[tokio::test]
async fn a_request_is_built_by_one_run_and_goes_live_with_its_mount() {
    let rig = rig();
    let request = rig.ask("A poll", 1).await;
    let run = rig.start(request).await;
    assert!(matches!(rig.store.start_run(new_run(Cause::Request { request })).await, Err(StoreError::RequestState { .. })));
    for stage in Stage::ALL {
        rig.store.begin_stage(run.id, stage, 1).await.unwrap();
        rig.advance(20);
        assert_eq!(rig.store.end_stage(run.id, stage, StageOutcome::Passed, Vec::new()).await.unwrap(), 20);
    }
    let before = rig.store.newest_event().await.unwrap();
    mount(&rig, "poll", 1, Some(run.id)).await;
    let done = rig.store.run(run.id).await.unwrap().unwrap();
    assert_eq!((done.state, done.revision, done.stages.len()), (RunState::Succeeded, Some(Revision(1)), 9));
    assert!(done.ended_at.is_some());
    let asked = rig.store.request(request, Viewer::Public).await.unwrap().unwrap();
    assert_eq!((asked.state, asked.feature, asked.run), (RequestState::Live, Some(slug("poll")), Some(run.id)));
    let feature = rig.store.feature(&slug("poll")).await.unwrap().unwrap();
    assert_eq!((feature.state, feature.presentation.title.as_str()), (FeatureState::Live, "Tea or coffee"));
    let kinds: Vec<_> = rig.store.events_since(before, 10).await.unwrap().events.into_iter().map(|event| event.body).collect();
    assert!(matches!(
        &kinds[..],
        [
            EventBody::FeatureMounted { new: true, .. },
            EventBody::RequestChanged { state: RequestState::Live, .. },
            EventBody::RunEnded { state: RunState::Succeeded, .. }
        ]
    ));
    assert_eq!(rig.store.usual_times().await.unwrap().len(), 9);
}

#[tokio::test]
async fn a_failed_run_leaves_its_findings_and_its_request_says_why() {
    let rig = rig();
    let request = rig.ask("A poll", 1).await;
    let run = rig.start(request).await.id;
    rig.store.begin_stage(run, Stage::Build, 1).await.unwrap();
    rig.store.end_stage(run, Stage::Build, StageOutcome::Refused, vec![Finding::error("E0433", "no such thing")]).await.unwrap();
    rig.store.begin_stage(run, Stage::Prompt, 2).await.unwrap();
    assert!(rig.store.run(run).await.unwrap().unwrap().findings.is_empty(), "a new attempt starts clean");
    rig.store.end_stage(run, Stage::Prompt, StageOutcome::Passed, Vec::new()).await.unwrap();
    rig.store.begin_stage(run, Stage::Build, 2).await.unwrap();
    rig.store.end_stage(run, Stage::Build, StageOutcome::Refused, vec![Finding::error("E0001", "still")]).await.unwrap();
    let ended = rig.store.end_run(run, failed()).await.unwrap();
    assert_eq!((ended.state, ended.findings[0].code.as_str(), ended.failure_code.as_deref()), (RunState::Failed, "E0001", Some("build")));
    let asked = rig.store.request(request, Viewer::Public).await.unwrap().unwrap();
    assert_eq!(asked.state, RequestState::Failed);
    assert_eq!(asked.reason, ended.failure);
    assert!(matches!(rig.store.end_run(run, failed()).await, Err(StoreError::RunState { .. })));
    assert!(matches!(rig.store.begin_stage(run, Stage::Probe, 1).await, Err(StoreError::Conflict(_))));
}

#[tokio::test]
async fn a_declined_request_stays_declined_when_its_run_ends() {
    let rig = rig();
    let request = rig.ask("A poll", 1).await;
    let run = rig.start(request).await.id;
    rig.store.decline_request(request, "No.").await.unwrap();
    // The pipeline then cancels the run and leaves the request alone.
    rig.store.end_run(run, RunEnd { state: RunState::Cancelled, request: None, failure: None, failure_code: None }).await.unwrap();
    assert_eq!(rig.store.request(request, Viewer::Public).await.unwrap().unwrap().state, RequestState::Declined);
}

#[tokio::test]
async fn a_candidate_waits_and_goes_on() {
    let rig = rig();
    let request = rig.ask("A poll", 1).await;
    let run = rig.start(request).await.id;
    let draft = Draft {
        slug: slug("poll"),
        files: [("src/lib.rs".to_owned(), "// text".to_owned())].into(),
        message: "first".to_owned(),
        origin: kandra_model::Origin::Submission,
        base_revision: None,
    };
    rig.store.save_draft(run, draft.clone(), None).await.unwrap();
    rig.store.record_run_artifact(run, hash(77)).await.unwrap();
    let wait = RunEnd { state: RunState::Waiting, request: Some(RequestState::Waiting), failure: None, failure_code: None };
    rig.store.end_run(run, wait).await.unwrap();
    let waiting = rig.store.runs(RunQuery { states: vec![RunState::Waiting], ..RunQuery::default() }).await.unwrap().items;
    assert_eq!(waiting.iter().map(|run| (run.id, run.ended_at)).collect::<Vec<_>>(), [(run, None)]);
    assert!(rig.store.artifacts_to_keep().await.unwrap().contains(&hash(77)));
    assert!(rig.store.interrupted_runs().await.unwrap().is_empty());
    assert_eq!(rig.store.draft(run).await.unwrap(), Some(draft));
    rig.store.resume_run(run).await.unwrap();
    assert_eq!(rig.store.request(request, Viewer::Public).await.unwrap().unwrap().state, RequestState::Running);
    mount(&rig, "poll", 1, Some(run)).await;
    assert_eq!(rig.store.draft(run).await.unwrap(), None);
}

#[tokio::test]
async fn usual_times_are_medians_of_what_passed() {
    let rig = rig();
    for (millis, outcome) in
        [(10, StageOutcome::Passed), (30, StageOutcome::Passed), (500, StageOutcome::Refused), (20, StageOutcome::Passed)]
    {
        let run = rig.store.start_run(new_run(Cause::Edit)).await.unwrap().id;
        rig.store.begin_stage(run, Stage::Build, 1).await.unwrap();
        rig.advance(millis);
        rig.store.end_stage(run, Stage::Build, outcome, Vec::new()).await.unwrap();
    }
    // An optimised build takes longer and must not blur what a visitor waits for.
    let run = rig.store.start_run(new_run(Cause::Optimise)).await.unwrap().id;
    rig.store.begin_stage(run, Stage::Build, 1).await.unwrap();
    rig.advance(9_000);
    rig.store.end_stage(run, Stage::Build, StageOutcome::Passed, Vec::new()).await.unwrap();
    let usual = rig.store.usual_times().await.unwrap();
    assert_eq!(usual.iter().map(|time| (time.stage, time.median_ms, time.passes)).collect::<Vec<_>>(), [(Stage::Build, 20, 3)]);
}

#[tokio::test]
async fn a_start_finds_what_was_cut_off_and_goes_on_from_the_draft() {
    let rig = rig();
    let request = rig.ask("A poll", 1).await;
    let run = rig.start(request).await.id;
    rig.store.begin_stage(run, Stage::Build, 1).await.unwrap();
    let Rig { store, clock, folder } = rig;
    store.close();
    assert!(matches!(store.ping().await, Err(StoreError::Closed)));
    drop(store);
    let store = open(folder.path(), &clock, Limits::default());
    let runs = store.interrupted_runs().await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].id, runs[0].state, runs[0].stages[0].outcome), (run, RunState::Running, StageOutcome::Failed));
    store.begin_stage(run, Stage::Build, 1).await.unwrap();
}

#[tokio::test]
async fn two_processes_cannot_share_a_database() {
    let rig = rig();
    let second = kandra_store::Store::open(&rig.folder.path().join("kandra.db"), kandra_store::Options::default());
    assert!(matches!(second, Err(StoreError::InUse(_))));
}

#[tokio::test]
async fn rollback_points_at_an_older_revision_and_removal_takes_the_feature_away() {
    let rig = rig();
    mount(&rig, "poll", 1, None).await;
    mount(&rig, "poll", 2, None).await;
    assert_eq!(rig.store.next_revision(&slug("poll")).await.unwrap(), Revision(3));
    let back = Mount { feature: slug("poll"), revision: Revision(1), artifact: hash(1), tier: Tier::Optimised, run: None };
    assert_eq!(rig.store.mount(back).await.unwrap().revision, Revision(1));
    assert_eq!(rig.store.revisions(&slug("poll"), 10, None).await.unwrap().items.len(), 2);
    let gone = Mount { feature: slug("poll"), revision: Revision(9), artifact: hash(1), tier: Tier::Quick, run: None };
    assert!(matches!(rig.store.mount(gone).await, Err(StoreError::NotFound("such revision"))));
    rig.store.set_feature_state(&slug("poll"), FeatureState::Removed, None).await.unwrap();
    assert!(rig.store.features(FeatureQuery::default()).await.unwrap().items.is_empty());
    assert_eq!(rig.store.taken_slugs().await.unwrap(), [slug("poll")]);
    assert_eq!(rig.store.next_revision(&slug("poll")).await.unwrap(), Revision(3));
    let twice = rig.store.record_revision(record("poll", 2, RunId::generate())).await;
    assert!(matches!(twice, Err(StoreError::Conflict(_))));
}

#[tokio::test]
async fn feature_pages_continue() {
    let rig = rig();
    for name in ["aaa", "bbb", "ccc", "ddd", "eee"] {
        mount(&rig, name, 1, None).await;
    }
    let first = rig.store.features(FeatureQuery { limit: 2, ..FeatureQuery::default() }).await.unwrap();
    let names = |page: &kandra_store::Page<kandra_model::Feature>| page.items.iter().map(|f| f.slug.to_string()).collect::<Vec<_>>();
    assert_eq!(names(&first), ["eee", "ddd"]);
    let rest = rig.store.features(FeatureQuery { limit: 9, after: first.next, ..FeatureQuery::default() }).await.unwrap();
    assert_eq!((names(&rest), rest.next), (vec!["ccc".to_owned(), "bbb".to_owned(), "aaa".to_owned()], None));
    let similar = rig.store.similar_features("coffee polls", 1).await.unwrap();
    assert_eq!(similar.len(), 1);
    assert!(rig.store.similar_features("weather", 5).await.unwrap().is_empty());
}

#[tokio::test]
async fn artifacts_are_found_by_key_and_old_ones_may_go() {
    let rig = rig();
    for revision in 1..=7_u32 {
        mount(&rig, "poll", revision, None).await;
        let artifact = ArtifactRecord {
            key: format!("key-{revision}"),
            hash: hash(revision),
            feature: slug("poll"),
            revision: Revision(revision),
            tier: Tier::Quick,
            bytes: 10,
            created_at: rig.store.now(),
        };
        rig.store.record_artifact(artifact.clone()).await.unwrap();
        assert_eq!(rig.store.artifact(&artifact.key).await.unwrap(), Some(artifact));
    }
    assert_eq!(rig.store.artifact("other").await.unwrap(), None);
    let keep = rig.store.artifacts_to_keep().await.unwrap();
    assert_eq!(keep, (3..=7).map(hash).collect::<BTreeSet<_>>());
    rig.store.forget_artifacts([hash(1), hash(2)].into()).await.unwrap();
    assert!(rig.store.artifacts_of(&slug("poll"), Revision(1)).await.unwrap().is_empty());
    let source = "a".repeat(64).parse().unwrap();
    let run = RunId::generate();
    rig.store.record_rejection(&slug("poll"), &source, "gates-1", run).await.unwrap();
    assert_eq!(rig.store.rejection(&slug("poll"), &source, "gates-1").await.unwrap(), Some(run));
    assert_eq!(rig.store.rejection(&slug("poll"), &source, "gates-2").await.unwrap(), None);
}

#[tokio::test]
async fn a_feed_has_no_gaps_and_resets_when_it_is_too_far_behind() {
    let rig = support::rig_with(Limits { events_kept: 50, ..Limits::default() });
    let mut live = rig.store.feed(None).await.unwrap();
    for done in 0..5 {
        rig.store.record(EventBody::WarmProgress { done, total: 5, finished: false, failure: None }).await.unwrap();
    }
    let mut ids = Vec::new();
    for _ in 0..5 {
        let FeedItem::Event(event) = live.next().await.unwrap() else { panic!("nothing was missed") };
        ids.push(event.id.0);
    }
    assert_eq!(ids, [1, 2, 3, 4, 5]);
    let mut late = rig.store.feed(Some(kandra_model::EventId(2))).await.unwrap();
    assert!(matches!(late.next().await.unwrap(), FeedItem::Event(event) if event.id.0 == 3));
    for done in 0..3_000 {
        rig.store.record(EventBody::WarmProgress { done, total: 1, finished: false, failure: None }).await.unwrap();
    }
    // The slow follower lost the live channel and reads the log again; what is gone for good resets it.
    let mut last = 5;
    loop {
        match live.next().await.unwrap() {
            FeedItem::Event(event) => {
                assert_eq!(event.id.0, last + 1);
                last = event.id.0;
            }
            FeedItem::Reset(at) => last = at.0,
        }
        if last == 3_005 {
            break;
        }
    }
    let mut old = rig.store.feed(Some(kandra_model::EventId(7))).await.unwrap();
    assert!(matches!(old.next().await.unwrap(), FeedItem::Reset(at) if at.0 == 3_005));
    let mut foreign = rig.store.feed(Some(kandra_model::EventId(99_999))).await.unwrap();
    assert!(matches!(foreign.next().await.unwrap(), FeedItem::Reset(_)));
}

#[tokio::test]
async fn settings_are_made_once() {
    let rig = rig();
    assert_eq!(rig.store.setting_or("key", "first".to_owned()).await.unwrap(), "first");
    assert_eq!(rig.store.setting_or("key", "second".to_owned()).await.unwrap(), "first");
    rig.store.set_setting("key", &"third").await.unwrap();
    assert_eq!(rig.store.setting::<String>("key").await.unwrap().as_deref(), Some("third"));
}
