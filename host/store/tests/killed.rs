//! A process killed without warning: what it acknowledged is there, what it was doing is whole or absent.

mod support;

use kandra_model::{RequestId, Revision};
use kandra_store::{CommitAuthor, Options, RequestQuery, Saved, Store, Trail, TrailOptions, Viewer};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use support::{new, record, slug, voter};

const HOME: &str = "KANDRA_TEST_KILLED_HOME";

fn open_both(home: &Path) -> (Store, Trail) {
    let limits = kandra_store::Limits { pending_per_visitor: u32::MAX, pending_in_all: u32::MAX, ..Default::default() };
    let store = Store::open(&home.join("kandra.db"), Options { limits, ..Options::default() }).unwrap();
    let trail = Trail::open(TrailOptions {
        git_dir: home.join("world.git"),
        work_tree: home.join("world"),
        committer: CommitAuthor { name: "Kandra".to_owned(), email: "kandra@localhost".to_owned() },
    })
    .unwrap();
    (store, trail)
}

/// The victim: does nothing when the tests run it by themselves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    let Some(home) = std::env::var_os(HOME) else { return };
    let (store, trail) = open_both(Path::new(&home));
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}").unwrap();
        out.flush().unwrap();
    };
    let asking = {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 0_u32.. {
                let id = store.create_request(new("A poll", 1)).await.unwrap().id;
                store.vote(id, &voter(n + 2)).await.unwrap();
                say(format!("\nrequest {id}"));
            }
        })
    };
    let first = store.next_revision(&slug("poll")).await.unwrap().0;
    for revision in first.. {
        let record = record("poll", revision, kandra_model::RunId::generate());
        let files = [("src/lib.rs".to_owned(), format!("// {revision}\n").repeat(500)), ("src/other.rs".to_owned(), revision.to_string())];
        let record = trail.save(Saved { record, files: files.into(), author: None }).await.unwrap();
        say(format!("\ncommit {}", record.commit));
        store.record_revision(record).await.unwrap();
        say(format!("\nrevision {revision}"));
    }
    asking.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_is_half_there() {
    let home = tempfile::tempdir().unwrap();
    for round in 0..6_usize {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["victim", "--exact", "--nocapture", "--test-threads=1"])
            .env(HOME, home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut requests = Vec::<RequestId>::new();
        let mut commits = Vec::<String>::new();
        let mut revisions = Vec::<Revision>::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            match line.split_once(' ') {
                Some(("request", id)) => requests.push(id.parse().unwrap()),
                Some(("commit", id)) => commits.push(id.to_owned()),
                Some(("revision", number)) => revisions.push(Revision(number.parse().unwrap())),
                _ => {}
            }
            // Another instant in every round, always in the middle of something.
            if commits.len() > round && requests.len() > 3 * round {
                child.kill().unwrap();
                break;
            }
        }
        child.wait().unwrap();

        let (store, trail) = open_both(home.path());
        for id in requests {
            let request = store.request(id, Viewer::Public).await.unwrap().expect("an acknowledged request exists");
            assert_eq!(request.votes, 2);
        }
        for commit in commits {
            assert_eq!(trail.files(&slug("poll"), &commit).await.unwrap().len(), 2);
        }
        for revision in revisions {
            assert!(store.revision(&slug("poll"), revision).await.unwrap().is_some());
        }
        let outcome = store.reconcile(trail.revisions().await.unwrap()).await.unwrap();
        assert!(outcome.missing.is_empty(), "git is written before the database");
        assert!(outcome.recorded.len() <= 1, "at most the one commit that was not yet recorded");
        for record in trail.revisions().await.unwrap() {
            assert_eq!(store.revision(&slug("poll"), record.revision).await.unwrap().map(|known| known.commit), Some(record.commit));
        }
        // What was being written when the process died is at worst on disk and not in git; the same save goes on.
        let edits = trail.hand_edits(&slug("poll")).await.unwrap();
        for path in edits {
            let known = trail.head().await.unwrap().unwrap();
            let text = trail.files(&slug("poll"), &known).await.unwrap()[&path].clone();
            std::fs::write(home.path().join("world/features/poll").join(path), text).unwrap();
        }
        assert!(!store.requests(RequestQuery::default()).await.unwrap().items.is_empty());
    }
}
