//! Hand edits against a real store, a real trail and gates that check but do not build.

use super::*;
use crate::{
    app::testing::{Rig, rig},
    live_handle::{LiveEnd, LiveState},
    pipeline::bytes,
};
use kandra_gate::{GateConfig, Workshop};
use kandra_jail::MissingLayers;
use kandra_model::{ArtifactHash, LiveCondition, Presentation, Revision, RevisionRecord, Run, RunState, Tier};
use kandra_store::{Mount, RunQuery, Saved};
use kandra_wire::{MountedReport, Outcome};

fn crate_files(slug: &str, body: &str) -> BTreeMap<String, String> {
    let manifest = format!(
        "[package]\nname = \"kandra-feature-{slug}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nlicense = \"MIT OR Apache-2.0\"\npublish = false\n\n\
         [package.metadata.kandra]\ntitle = \"Poll\"\nsummary = \"Asks.\"\nicon = \"\"\nheight = \"s\"\ncapabilities = []\nhosts = []\n\n\
         [lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n\n[dependencies]\nkandra = \"0.1\"\nkandra-std = \"0.1\"\nserde = \"1\"\n"
    );
    let contract = "[[exchange]]\nname = \"it answers\"\nrequest = { path = \"/\" }\nexpect = { contains = [\"x\"] }\n";
    BTreeMap::from([
        ("Cargo.toml".to_owned(), manifest),
        ("src/lib.rs".to_owned(), format!("#![no_std]\n#![forbid(unsafe_code)]\n{body}\n")),
        ("contract.toml".to_owned(), contract.to_owned()),
    ])
}

struct Scene {
    app: Arc<App>,
    gate: Gate,
    slug: Slug,
    _rig: Rig,
}

impl Scene {
    async fn new() -> Self {
        let mut rig = rig(|_| ());
        let end = std::mem::replace(&mut rig.live, crate::live_handle::pair().1);
        tokio::spawn(answer(end));
        let app = Arc::clone(&rig.app);
        let home = app.home();
        let workshop = Workshop::open(&app.config().cache).expect("a toolchain");
        let config = GateConfig {
            exe: "kandra".into(),
            artifacts: home.artifacts(),
            scratch: home.scratch(),
            missing_layers: MissingLayers::Refuse,
        };
        let gate = Gate::new(workshop, config);
        app.workshop().pretend(gate.clone());
        Self { app, gate, slug: "poll".parse().unwrap(), _rig: rig }
    }

    /// Saves files as an editor does.
    fn save(&self, files: &BTreeMap<String, String>) {
        let folder = self.app.home().crates().join(self.slug.as_str());
        for (path, text) in files {
            let file = folder.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
    }

    async fn look(&self) {
        look(&self.app, &self.gate, &self.slug).await.unwrap();
    }

    async fn runs(&self) -> Vec<Run> {
        let mut runs = self.app.store().runs(RunQuery::default()).await.unwrap().items;
        runs.reverse();
        runs
    }

    /// The feature is live with these files, as a finished run leaves it.
    async fn live(&self, files: &BTreeMap<String, String>) {
        let store = self.app.store();
        let draft = Draft { slug: self.slug.clone(), files: files.clone(), message: "x".into(), origin: Origin::Hand, base_revision: None };
        let provenance = "by hand".to_owned();
        let new = NewRun {
            cause: Cause::Edit,
            feature: Some(self.slug.clone()),
            title: "Poll".into(),
            provenance,
            author: None,
            draft: Some(draft),
        };
        let run = store.start_run(new).await.unwrap();
        let record = RevisionRecord {
            feature: self.slug.clone(),
            revision: store.next_revision(&self.slug).await.unwrap(),
            source: source_hash(&self.gate, &bytes(files)),
            commit: String::new(),
            run: run.id,
            request: None,
            origin: Origin::Hand,
            message: "x".into(),
            presentation: Presentation { title: "Poll".into(), ..Presentation::default() },
            routes: Vec::new(),
            mounted: false,
            created_at: store.now(),
        };
        let saved = self.app.trail().save(Saved { record, files: files.clone(), author: None }).await.unwrap();
        store.record_revision(saved.clone()).await.unwrap();
        let artifact: ArtifactHash = "cd".repeat(32).parse().unwrap();
        let mount = Mount { feature: self.slug.clone(), revision: saved.revision, artifact, tier: Tier::Quick, run: Some(run.id) };
        store.mount(mount).await.unwrap();
    }
}

/// A live process that does what it is told.
async fn answer(mut end: LiveEnd) {
    end.state.send_modify(|state| {
        *state = LiveState { condition: LiveCondition::Serving, generation: 1, ..state.clone() };
    });
    while let Some(pending) = end.commands.recv().await {
        let outcome = match pending.command {
            kandra_wire::Command::Mount { .. } => Outcome::Mounted(MountedReport { routes: Vec::new(), widget: false, restored: None }),
            kandra_wire::Command::Report => Outcome::Report(Box::default()),
            _ => Outcome::Done,
        };
        let _ = pending.reply.send(Ok(outcome));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_save_becomes_one_run_however_often_it_is_seen() {
    let scene = Scene::new().await;
    scene.save(&crate_files("poll", "// one"));
    scene.look().await;
    scene.look().await;
    let runs = scene.runs().await;
    assert_eq!(runs.len(), 1);
    assert_eq!((&runs[0].cause, runs[0].state, runs[0].feature.as_ref()), (&Cause::Edit, RunState::Running, Some(&scene.slug)));
    let draft = scene.app.store().draft(runs[0].id).await.unwrap().unwrap();
    assert_eq!((draft.files, draft.base_revision), (crate_files("poll", "// one"), None));

    scene.save(&crate_files("poll", "// two"));
    scene.look().await;
    scene.app.active().ended(runs[0].id).await;
    let runs = scene.runs().await;
    assert_eq!(runs.iter().map(|run| run.state).collect::<Vec<_>>(), [RunState::Cancelled, RunState::Running]);
    assert_eq!(runs[0].failure_code.as_deref(), Some("superseded"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_taken_up_at_a_start_is_not_begun_again() {
    let scene = Scene::new().await;
    let files = crate_files("poll", "// one");
    scene.save(&files);
    let draft = Draft { slug: scene.slug.clone(), files, message: "x".into(), origin: Origin::Hand, base_revision: None };
    let new = NewRun {
        cause: Cause::Edit,
        feature: Some(scene.slug.clone()),
        title: "Poll".into(),
        provenance: "by hand".into(),
        author: None,
        draft: Some(draft),
    };
    let run = scene.app.store().start_run(new).await.unwrap();
    // Held before its gates, where its source is not known yet.
    let ticket = scene.app.active().enter(run.id, pipeline::Urgency::Foreground).unwrap();
    ticket.works_on(&scene.slug, None);
    scene.look().await;
    assert_eq!(scene.runs().await.len(), 1);
    scene.save(&crate_files("poll", "// two"));
    scene.look().await;
    assert_eq!(scene.runs().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_serves_already_and_what_was_refused_already_is_no_news() {
    let scene = Scene::new().await;
    scene.live(&crate_files("poll", "// one")).await;
    scene.look().await;
    assert_eq!(scene.runs().await.len(), 1, "the trail wrote these files");

    let refused = crate_files("poll", "// refused");
    let hash = source_hash(&scene.gate, &bytes(&refused));
    let run = scene.runs().await[0].id;
    scene.app.store().record_rejection(&scene.slug, &hash, scene.gate.workshop().key(), run).await.unwrap();
    scene.save(&refused);
    scene.look().await;
    assert_eq!(scene.runs().await.len(), 1);

    scene.save(&BTreeMap::from([("src/lib.rs~".to_owned(), "left by an editor".to_owned())]));
    scene.save(&crate_files("poll", "// one"));
    scene.look().await;
    assert_eq!(scene.runs().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_without_a_manifest_waits() {
    let scene = Scene::new().await;
    scene.save(&BTreeMap::from([("src/lib.rs".to_owned(), "half".to_owned())]));
    scene.look().await;
    assert_eq!(scene.runs().await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_counts_after_a_second_and_a_return_before_that_does_not() {
    let scene = Scene::new().await;
    let files = crate_files("poll", "// one");
    scene.live(&files).await;
    let folder = scene.app.home().crates().join("poll");

    std::fs::remove_dir_all(&folder).unwrap();
    let looking = {
        let (app, gate, slug) = (Arc::clone(&scene.app), scene.gate.clone(), scene.slug.clone());
        tokio::spawn(async move { look_at(&app, &gate, &slug).await })
    };
    tokio::time::sleep(GONE / 4).await;
    scene.save(&files);
    looking.await.unwrap();
    assert_eq!(scene.runs().await.len(), 1);

    std::fs::remove_dir_all(&folder).unwrap();
    scene.look().await;
    let deletion = scene.runs().await.pop().unwrap();
    assert_eq!(deletion.cause, Cause::Deletion);
    scene.app.active().ended(deletion.id).await;
    let feature = scene.app.store().feature(&scene.slug).await.unwrap().unwrap();
    assert_eq!((feature.state, feature.revision), (FeatureState::Removed, Revision(1)));
    assert_eq!(scene.app.store().run(deletion.id).await.unwrap().unwrap().state, RunState::Succeeded);
    scene.look().await;
    assert_eq!(scene.runs().await.len(), 2, "a removed feature without a folder is no news");

    scene.save(&files);
    scene.look().await;
    assert_eq!(scene.runs().await.last().unwrap().cause, Cause::Edit, "its return is news, though its source is known");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_folder_of_sources_is_filled_again() {
    let scene = Scene::new().await;
    let files = crate_files("poll", "// one");
    scene.live(&files).await;
    assert!(scene.app.home().crates_were_missing(), "a fresh home");
    std::fs::remove_dir_all(scene.app.home().crates().join("poll")).unwrap();
    refill(&scene.app).await.unwrap();
    scene.look().await;
    assert_eq!(std::fs::read_to_string(scene.app.home().crates().join("poll/src/lib.rs")).unwrap(), files["src/lib.rs"]);
    assert_eq!(scene.runs().await.len(), 1);
}

#[test]
fn a_path_names_its_feature() {
    let root = Path::new("/home/world/features");
    let slug = |path: &str| slug_of(root, Path::new(path)).map(String::from);
    assert_eq!(slug("/home/world/features/poll/src/lib.rs").as_deref(), Some("poll"));
    assert_eq!(slug("/home/world/features/poll").as_deref(), Some("poll"));
    for other in ["/home/world/features", "/home/world/site/index.html", "/home/world/features/.git/x", "/home/world/features/api/x"] {
        assert_eq!(slug(other), None, "{other}");
    }
}

#[test]
fn a_look_is_no_change() {
    use notify_debouncer_full::notify::event::{CreateKind, ModifyKind, RemoveKind};
    for kind in [AccessKind::Open(AccessMode::Any), AccessKind::Close(AccessMode::Read), AccessKind::Read] {
        assert!(!is_change(&EventKind::Access(kind)), "{kind:?}");
    }
    let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
    for kind in [
        written,
        EventKind::Create(CreateKind::File),
        EventKind::Modify(ModifyKind::Any),
        EventKind::Remove(RemoveKind::Folder),
        EventKind::Any,
    ] {
        assert!(is_change(&kind), "{kind:?}");
    }
}
