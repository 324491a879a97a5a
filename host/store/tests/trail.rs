//! The git trail: commits, hand edits, restoring, reconciling.

mod support;

use kandra_model::{EventBody, FeatureState, Revision, RunId};
use kandra_store::{CommitAuthor, Files, Removal, Saved, Trail, TrailError, TrailOptions};
use std::path::Path;
use support::{record, rig, slug};

fn trail(home: &Path) -> Trail {
    Trail::open(TrailOptions {
        git_dir: home.join("world.git"),
        work_tree: home.join("world"),
        committer: CommitAuthor { name: "Kandra".to_owned(), email: "kandra@localhost".to_owned() },
    })
    .unwrap()
}

fn files(list: &[(&str, &str)]) -> Files {
    list.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn saved(feature: &str, revision: u32, list: &[(&str, &str)]) -> Saved {
    Saved { record: record(feature, revision, RunId::generate()), files: files(list), author: None }
}

const ONE: [(&str, &str); 3] = [("Cargo.toml", "[package]\n"), ("src/lib.rs", "one\n"), ("src/part/a.rs", "a\n")];
const TWO: [(&str, &str); 2] = [("Cargo.toml", "[package]\n"), ("src/lib.rs", "two\n")];

#[tokio::test]
async fn a_revision_is_one_commit_and_the_work_tree_follows() {
    let home = tempfile::tempdir().unwrap();
    let trail = trail(home.path());
    let first = trail.save(saved("poll", 1, &ONE)).await.unwrap();
    let other = trail.save(saved("dice", 1, &TWO)).await.unwrap();
    let second = trail.save(saved("poll", 2, &TWO)).await.unwrap();
    let on_disk = home.path().join("world/features/poll");
    assert_eq!(std::fs::read_to_string(on_disk.join("src/lib.rs")).unwrap(), "two\n");
    assert!(!on_disk.join("src/part").exists(), "a file that is gone takes its empty folder with it");
    assert_eq!(trail.files(&slug("poll"), &first.commit).await.unwrap(), files(&ONE));
    assert_eq!(trail.files(&slug("poll"), &second.commit).await.unwrap(), files(&TWO));
    assert_eq!(trail.files(&slug("dice"), &second.commit).await.unwrap(), files(&TWO));
    assert!(matches!(trail.files(&slug("poll"), &"0".repeat(40)).await, Err(TrailError::NoCommit(_))));
    assert!(matches!(trail.files(&slug("none"), &other.commit).await, Err(TrailError::NoCommit(_))));
    let diff = trail.diff(&slug("poll"), Some(first.commit.clone()), &second.commit).await.unwrap();
    assert!(diff.text().contains("-one\n+two\n"));
    let log = trail.log(Some(slug("poll")), 10).await.unwrap();
    assert_eq!(log.iter().map(|entry| entry.revision).collect::<Vec<_>>(), [Some(Revision(2)), Some(Revision(1))]);
    assert_eq!(trail.revisions().await.unwrap(), [first.clone(), other, second]);
    assert_eq!(trail.revision_of_run(first.run).await.unwrap(), Some(first));
}

#[tokio::test]
async fn saving_a_run_twice_makes_one_commit() {
    let home = tempfile::tempdir().unwrap();
    let trail = trail(home.path());
    let saved = saved("poll", 1, &ONE);
    let first = trail.save(saved.clone()).await.unwrap();
    let again =
        trail.save(Saved { record: kandra_model::RevisionRecord { revision: Revision(2), ..saved.record }, ..saved }).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(trail.log(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn hand_edits_are_never_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let trail = trail(home.path());
    let first = trail.save(saved("poll", 1, &ONE)).await.unwrap();
    let lib = home.path().join("world/features/poll/src/lib.rs");
    let refused = |result: Result<_, TrailError>| matches!(result, Err(TrailError::HandEdits { paths, .. }) if paths == ["src/lib.rs"]);
    std::fs::write(&lib, "by hand\n").unwrap();
    assert_eq!(trail.hand_edits(&slug("poll")).await.unwrap(), ["src/lib.rs"]);
    assert!(refused(trail.save(saved("poll", 2, &TWO)).await.map(drop)));
    assert!(refused(trail.restore(&slug("poll"), Revision(1), &first.commit).await.map(drop)));
    let removal = Removal { feature: slug("poll"), run: None, message: "not wanted".to_owned() };
    assert!(refused(trail.remove(removal.clone()).await.map(drop)));
    assert_eq!(std::fs::read_to_string(&lib).unwrap(), "by hand\n");
    // The hand edit itself can be saved: it is what is about to be written.
    let hand = [("Cargo.toml", "[package]\n"), ("src/lib.rs", "by hand\n"), ("src/part/a.rs", "a\n")];
    trail.save(saved("poll", 2, &hand)).await.unwrap();
    assert!(trail.hand_edits(&slug("poll")).await.unwrap().is_empty());
    // A file that git does not know is somebody's work as well.
    std::fs::write(home.path().join("world/features/poll/src/new.rs"), "x\n").unwrap();
    assert!(matches!(trail.save(saved("poll", 3, &TWO)).await, Err(TrailError::HandEdits { paths, .. }) if paths == ["src/new.rs"]));
    std::fs::remove_file(home.path().join("world/features/poll/src/new.rs")).unwrap();
    trail.restore(&slug("poll"), Revision(1), &first.commit).await.unwrap();
    assert_eq!(std::fs::read_to_string(&lib).unwrap(), "one\n");
    assert_eq!(trail.revisions().await.unwrap().len(), 2, "restoring makes no revision");
    trail.remove(removal).await.unwrap();
    assert!(!home.path().join("world/features/poll").exists());
    assert!(matches!(trail.files(&slug("poll"), &trail.head().await.unwrap().unwrap()).await, Err(TrailError::NoCommit(_))));
}

#[tokio::test]
async fn a_folder_made_by_hand_is_not_replaced() {
    let home = tempfile::tempdir().unwrap();
    let trail = trail(home.path());
    let folder = home.path().join("world/features/poll/src");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("lib.rs"), "mine\n").unwrap();
    assert!(matches!(trail.save(saved("poll", 1, &ONE)).await, Err(TrailError::HandEdits { .. })));
    assert_eq!(std::fs::read_to_string(folder.join("lib.rs")).unwrap(), "mine\n");
}

#[tokio::test]
async fn nothing_is_written_outside_or_through_links() {
    let home = tempfile::tempdir().unwrap();
    let trail = trail(home.path());
    for bad in ["../x", "/etc/x", "src/../../x", "src//x", ".git/config", "src/.hidden", ""] {
        let result = trail.save(saved("poll", 1, &[(bad, "x")])).await;
        assert!(matches!(result, Err(TrailError::Path(_))), "{bad:?}");
    }
    let outside = home.path().join("outside");
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::create_dir_all(home.path().join("world/features/dice")).unwrap();
    std::os::unix::fs::symlink(&outside, home.path().join("world/features/dice/src")).unwrap();
    assert!(matches!(trail.save(saved("dice", 1, &ONE)).await, Err(TrailError::Link(_))));
    std::os::unix::fs::symlink(&outside, home.path().join("world/features/poll")).unwrap();
    assert!(matches!(trail.save(saved("poll", 1, &ONE)).await, Err(TrailError::Link(_))));
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    assert_eq!(trail.head().await.unwrap(), None);
}

#[tokio::test]
async fn left_over_locks_and_half_written_files_do_not_matter() {
    let home = tempfile::tempdir().unwrap();
    let first = trail(home.path());
    first.save(saved("poll", 1, &ONE)).await.unwrap();
    drop(first);
    let git = home.path().join("world.git");
    for lock in ["index.lock", "HEAD.lock", "refs/heads/main.lock", "config.lock"] {
        std::fs::write(git.join(lock), "").unwrap();
    }
    std::fs::write(git.join("kandra-writing/file"), "half").unwrap();
    let again = trail(home.path());
    again.save(saved("poll", 2, &TWO)).await.unwrap();
    assert_eq!(again.log(None, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_git_has_and_the_database_lacks_is_recorded_as_not_mounted() {
    let rig = rig();
    let home = tempfile::tempdir().unwrap();
    let trail = trail(home.path());
    let committed = trail.save(saved("poll", 1, &ONE)).await.unwrap();
    let outcome = rig.store.reconcile(trail.revisions().await.unwrap()).await.unwrap();
    assert_eq!(outcome.recorded, [(slug("poll"), Revision(1))]);
    assert_eq!(rig.store.revision(&slug("poll"), Revision(1)).await.unwrap(), Some(committed.clone()));
    let feature = rig.store.feature(&slug("poll")).await.unwrap().unwrap();
    assert_eq!(feature.state, FeatureState::NotMounted);
    assert!(matches!(rig.store.recent_events(1).await.unwrap()[0].body, EventBody::FeatureChanged { .. }));
    assert_eq!(rig.store.reconcile(trail.revisions().await.unwrap()).await.unwrap(), kandra_store::Reconciled::default());
    rig.store.record_revision(record("dice", 1, RunId::generate())).await.unwrap();
    assert_eq!(rig.store.reconcile(trail.revisions().await.unwrap()).await.unwrap().missing, [(slug("dice"), Revision(1))]);
    assert_eq!(rig.store.revision_of_run(committed.run).await.unwrap(), Some(committed));
}
