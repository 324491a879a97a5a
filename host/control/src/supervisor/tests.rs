//! The supervisor against processes that are tasks of this test and speak the wire.

use super::*;
use crate::live_handle::{self, LiveHandle};
use kandra_jail::SharedMap;
use kandra_store::Options;
use kandra_wire::{Hello, MountedReport, Outcome, Refusal, ToControl, ToLive, WIRE_VERSION, read_frame, write_frame};
use process::{LaunchError, Process};
use std::{
    os::fd::OwnedFd,
    sync::{
        Mutex as StdMutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::net::UnixStream;

/// How a process of this test behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behaviour {
    /// Like live.
    Good,
    /// Says hello with another version.
    OtherVersion,
    /// Says hello and nothing more.
    Silent,
    /// Refuses to mount.
    Refuses,
    /// Says that a call of this revision of the feature cannot be stopped, as soon as it serves.
    Sticks,
    /// Dies by this signal when it is asked for a report, with the feature in a call.
    Crashes(i32),
    /// The same with nobody in a call.
    CrashesAlone(i32),
}

#[derive(Default)]
struct Seen {
    mounted: Vec<String>,
    serving: usize,
    drained: usize,
}

struct Fake {
    behaviours: StdMutex<Vec<Behaviour>>,
    launches: AtomicUsize,
    seen: Arc<StdMutex<Seen>>,
}

struct FakeProcess {
    death: std::sync::mpsc::Receiver<Death>,
    kill: watch::Sender<bool>,
}

impl Process for FakeProcess {
    fn id(&self) -> u32 {
        7
    }

    fn wait_for(&mut self, patience: Duration) -> Option<Death> {
        match self.death.recv_timeout(patience) {
            Ok(death) => Some(death),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => None,
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => Some(Death::Signalled(9)),
        }
    }

    fn kill(&mut self) {
        self.kill.send_replace(true);
    }
}

impl Launcher for Fake {
    fn launch(&self, wire: OwnedFd, recorder: &SharedMap) -> Result<Box<dyn Process>, LaunchError> {
        self.launches.fetch_add(1, Ordering::SeqCst);
        let mut behaviours = self.behaviours.lock().unwrap();
        let behaviour = if behaviours.len() > 1 { behaviours.remove(0) } else { behaviours[0] };
        if let Behaviour::Crashes(_) = behaviour {
            let entry = recorder::encode_entry(&"poll".parse().unwrap(), Revision(1));
            for (offset, word) in entry.into_iter().enumerate() {
                recorder.word(recorder::entry_word(1) + offset).store(word, Ordering::Relaxed);
            }
            recorder.word(recorder::slot_word(0)).store(1, Ordering::Relaxed);
        }
        let (died, death) = std::sync::mpsc::channel();
        let (kill, mut killed) = watch::channel(false);
        let seen = Arc::clone(&self.seen);
        let stream = std::os::unix::net::UnixStream::from(wire);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let death = runtime.block_on(async {
                stream.set_nonblocking(true).unwrap();
                let stream = UnixStream::from_std(stream).unwrap();
                tokio::select! {
                    death = speak(stream, behaviour, &seen) => death,
                    _ = killed.wait_for(|killed| *killed) => Death::Signalled(9),
                }
            });
            let _ = died.send(death);
        });
        Ok(Box::new(FakeProcess { death, kill }))
    }
}

async fn speak(mut stream: UnixStream, behaviour: Behaviour, seen: &StdMutex<Seen>) -> Death {
    let Ok(ToLive::Hello(_)) = read_frame::<ToLive>(&mut stream).await else { return Death::Exited(1) };
    let wire = if behaviour == Behaviour::OtherVersion { WIRE_VERSION + 1 } else { WIRE_VERSION };
    let hello = Hello { wire, kandra: env!("CARGO_PKG_VERSION").to_owned(), pid: 7 };
    write_frame(&mut stream, &ToControl::Hello(hello)).await.unwrap();
    loop {
        let Ok(ToLive::Command(envelope)) = read_frame::<ToLive>(&mut stream).await else { return Death::Exited(0) };
        let outcome = match (&envelope.command, behaviour) {
            (_, Behaviour::Silent) => continue,
            (Command::Report, Behaviour::Crashes(signal) | Behaviour::CrashesAlone(signal)) => return Death::Signalled(signal),
            (Command::Mount { .. }, Behaviour::Refuses) => Outcome::Refused(Refusal { stage: "abi".into(), message: "no".into() }),
            (Command::Mount { feature, .. }, _) => {
                seen.lock().unwrap().mounted.push(feature.to_string());
                Outcome::Mounted(MountedReport { routes: Vec::new(), widget: false, restored: None })
            }
            (Command::Report, _) => Outcome::Report(Box::default()),
            (Command::Serve, _) => {
                seen.lock().unwrap().serving += 1;
                if behaviour == Behaviour::Sticks {
                    let stuck = ToControl::Stuck { feature: "poll".parse().unwrap(), revision: Revision(1) };
                    write_frame(&mut stream, &ToControl::Reply { id: envelope.id, outcome: Outcome::Serving { failed: Vec::new() } })
                        .await
                        .unwrap();
                    write_frame(&mut stream, &stuck).await.unwrap();
                    continue;
                }
                Outcome::Serving { failed: Vec::new() }
            }
            (Command::Drain { .. }, _) => {
                seen.lock().unwrap().drained += 1;
                return Death::Exited(0);
            }
            _ => Outcome::Done,
        };
        if write_frame(&mut stream, &ToControl::Reply { id: envelope.id, outcome }).await.is_err() {
            return Death::Exited(0);
        }
    }
}

fn outgoing(folder: &std::path::Path, store: &Store) -> Arc<Outgoing> {
    let (home, _lock) = crate::startup::Home::open(&folder.join("home")).unwrap();
    let secrets = Arc::new(crate::outgoing::Secrets::load(&home).unwrap());
    Arc::new(Outgoing::new(store.clone(), secrets).unwrap())
}

struct Rig {
    live: LiveHandle,
    store: Store,
    fake: Arc<Fake>,
    stop: watch::Sender<bool>,
    unrestored: mpsc::UnboundedReceiver<Unrestored>,
    wishes: mpsc::Sender<Wish>,
    mounts: Arc<Mutex<()>>,
    task: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Rig {
    async fn start(behaviours: &[Behaviour]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("kandra.db"), Options::default()).unwrap();
        with_poll(&store).await;
        let fake = Arc::new(Fake { behaviours: StdMutex::new(behaviours.to_vec()), launches: AtomicUsize::new(0), seen: Arc::default() });
        let (live, end) = live_handle::pair();
        let (stop, stopped) = watch::channel(false);
        let (sender, unrestored) = mpsc::unbounded_channel();
        let (wishes, wished) = mpsc::channel(1);
        let mounts = Arc::<Mutex<()>>::default();
        let supervisor = Supervisor {
            launcher: Arc::clone(&fake) as Arc<dyn Launcher>,
            end,
            store: store.clone(),
            logs: LogWriter::start(folder.path().to_owned()).unwrap(),
            outgoing: outgoing(folder.path(), &store),
            mounts: Arc::clone(&mounts),
            unrestored: sender,
            stop: stopped,
            wishes: wished,
            replaced_at: None,
        };
        let task = tokio::spawn(supervisor.run());
        Self { live, store, fake, stop, unrestored, wishes, mounts, task, _folder: folder }
    }

    async fn generation(&self, generation: u64) {
        for _ in 0..1_000 {
            if self.live.state().generation >= generation {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no process {generation}: {:?}", self.live.state());
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        tokio::time::timeout(Duration::from_secs(10), self.task).await.unwrap().unwrap();
    }
}

/// A store in which the feature `poll` is live.
async fn with_poll(store: &Store) {
    use kandra_model::*;
    let slug: Slug = "poll".parse().unwrap();
    let new = kandra_store::NewRun {
        cause: Cause::Edit,
        feature: Some(slug.clone()),
        title: "Poll".into(),
        provenance: "by hand".into(),
        author: None,
        draft: None,
    };
    let run = store.start_run(new).await.unwrap().id;
    let record = RevisionRecord {
        feature: slug.clone(),
        revision: Revision(1),
        source: "ab".repeat(32).parse().unwrap(),
        commit: "c".repeat(40),
        run,
        request: None,
        origin: Origin::Hand,
        message: "x".into(),
        presentation: Presentation { title: "Poll".into(), ..Presentation::default() },
        routes: Vec::new(),
        mounted: false,
        created_at: Timestamp::from_millis(0),
    };
    store.record_revision(record).await.unwrap();
    let artifact: ArtifactHash = "cd".repeat(32).parse().unwrap();
    let mount = kandra_store::Mount { feature: slug, revision: Revision(1), artifact, tier: Tier::Quick, run: Some(run) };
    store.mount(mount).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_current_set_is_restored_before_live_counts_as_serving() {
    let rig = Rig::start(&[Behaviour::Good]).await;
    rig.generation(1).await;
    assert_eq!(rig.live.state().condition, LiveCondition::Serving);
    // Answered after everything that was sent before it.
    rig.live.report(Duration::from_secs(5)).await.unwrap();
    {
        let seen = rig.fake.seen.lock().unwrap();
        assert_eq!((seen.mounted.as_slice(), seen.serving), (&["poll".to_owned()][..], 1));
    }
    let seen = Arc::clone(&rig.fake.seen);
    rig.stop().await;
    assert_eq!(seen.lock().unwrap().drained, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_quarantines_the_only_suspect_and_the_next_process_serves_without_it() {
    let rig = Rig::start(&[Behaviour::Crashes(11), Behaviour::Good]).await;
    rig.generation(1).await;
    assert_eq!(rig.live.report(Duration::from_secs(5)).await.unwrap_err(), LiveError::Gone);
    rig.generation(2).await;
    let feature = rig.store.feature(&"poll".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(feature.state, FeatureState::Quarantined);
    assert!(feature.reason.unwrap().contains("crashed (signal 11)"));
    assert_eq!(rig.fake.seen.lock().unwrap().mounted, ["poll"], "the second process must not get it");
    assert_eq!(rig.live.state().restarts, 1);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_from_outside_blames_nobody() {
    let rig = Rig::start(&[Behaviour::Crashes(9), Behaviour::Good]).await;
    rig.generation(1).await;
    rig.live.report(Duration::from_secs(5)).await.unwrap_err();
    rig.generation(2).await;
    assert_eq!(rig.store.feature(&"poll".parse().unwrap()).await.unwrap().unwrap().state, FeatureState::Live);
    assert_eq!(rig.fake.seen.lock().unwrap().mounted, ["poll", "poll"]);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_version_is_named_and_silence_is_ended() {
    let rig = Rig::start(&[Behaviour::OtherVersion, Behaviour::Silent, Behaviour::Good]).await;
    for _ in 0..500 {
        if rig.live.state().reason.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(rig.live.state().reason.unwrap().contains("restart kandra"));
    // The silent one is ended after five seconds.
    rig.generation(1).await;
    assert_eq!(rig.fake.launches.load(Ordering::SeqCst), 3);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_restored_is_reported_and_the_rest_serves() {
    let mut rig = Rig::start(&[Behaviour::Refuses]).await;
    rig.generation(1).await;
    let failed = rig.unrestored.recv().await.unwrap();
    assert_eq!(failed.feature.as_str(), "poll");
    assert!(matches!(failed.problem, LiveError::Refused(refusal) if refusal.stage == "abi"));
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_after_crash_ends_in_safe_mode_and_the_owner_leaves_it() {
    let mut behaviours = vec![Behaviour::CrashesAlone(6); 5];
    behaviours.push(Behaviour::Good);
    let rig = Rig::start(&behaviours).await;
    for generation in 1..=5 {
        rig.generation(generation).await;
        assert_eq!(rig.live.state().condition, LiveCondition::Serving);
        rig.live.report(Duration::from_secs(5)).await.unwrap_err();
    }
    rig.generation(6).await;
    assert_eq!(rig.live.state().condition, LiveCondition::SafeMode);
    assert_eq!(rig.fake.seen.lock().unwrap().mounted.len(), 5, "safe mode loads nothing");

    rig.wishes.send(Wish::LeaveSafeMode).await.unwrap();
    rig.generation(7).await;
    assert_eq!(rig.live.state().condition, LiveCondition::Serving);
    assert_eq!(rig.fake.seen.lock().unwrap().mounted.len(), 6);
    rig.stop().await;
}

async fn replaced(rig: &Rig) -> Result<(), String> {
    let (done, answer) = tokio::sync::oneshot::channel();
    let wish = Replacement { reason: "the test asks".to_owned(), patience: Duration::from_secs(1), done: Some(done) };
    rig.wishes.send(Wish::Replace(wish)).await.unwrap();
    answer.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_takes_over_by_plan() {
    let rig = Rig::start(&[Behaviour::Good]).await;
    rig.generation(1).await;
    for round in 1..=8 {
        replaced(&rig).await.unwrap();
        let state = rig.live.state();
        assert_eq!((state.replacements, state.restarts, state.condition), (round, 0, LiveCondition::Serving));
        rig.live.report(Duration::from_secs(5)).await.unwrap();
    }
    {
        let seen = rig.fake.seen.lock().unwrap();
        assert_eq!((seen.mounted.len(), seen.serving, seen.drained), (9, 9, 8));
    }
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_cannot_be_replaced_serves_on() {
    let rig = Rig::start(&[Behaviour::Good, Behaviour::OtherVersion]).await;
    rig.generation(1).await;
    assert!(replaced(&rig).await.unwrap_err().contains("restart kandra"));
    let state = rig.live.state();
    assert_eq!((state.generation, state.replacements, state.condition), (1, 0, LiveCondition::Serving));
    rig.live.report(Duration::from_secs(5)).await.unwrap();
    // Nothing holds mounts up.
    drop(tokio::time::timeout(Duration::from_secs(5), rig.mounts.lock()).await.unwrap());
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_cannot_be_stopped_costs_its_feature_the_place_and_nobody_else_anything() {
    let rig = Rig::start(&[Behaviour::Sticks, Behaviour::Good]).await;
    rig.generation(2).await;
    let state = rig.live.state();
    assert_eq!((state.replacements, state.restarts), (1, 0));
    let feature = rig.store.feature(&"poll".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(feature.state, FeatureState::Quarantined);
    assert!(feature.reason.unwrap().contains("could not be stopped"));
    assert_eq!(rig.fake.seen.lock().unwrap().mounted, ["poll"], "the second process must not get it");
    rig.stop().await;
}
