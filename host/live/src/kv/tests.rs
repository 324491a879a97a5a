use super::*;
use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicBool},
};

const QUOTA: u64 = 1 << 20;

fn value(store: &Store, key: &str, now: i64) -> Result<String, Status> {
    store.get(key, now, |bytes| String::from_utf8(bytes.to_vec()).unwrap())
}

/// The same store resident and read from the file.
fn both(directory: &Path, check: impl Fn(&Store)) {
    for resident in [true, false] {
        let store = Store::open(&directory.join(format!("{resident}.db")), 0).unwrap();
        if !resident {
            *store.resident.write().unwrap() = None;
        }
        check(&store);
    }
}

#[test]
fn what_is_written_is_read_resident_or_not() {
    let directory = tempfile::tempdir().unwrap();
    both(directory.path(), |store| {
        assert_eq!(value(store, "a", 1), Err(Status::NOT_FOUND));
        store.set("a", b"1", 0, QUOTA, 1).unwrap();
        assert_eq!(store.increment("a", 41, QUOTA, 1), Ok(42));
        assert_eq!(value(store, "a", 1).unwrap(), "42");
        store.set("b", b"words", 0, QUOTA, 1).unwrap();
        assert_eq!(store.increment("b", 1, QUOTA, 1), Err(Status::CONFLICT));
        assert_eq!(store.increment("a", i64::MAX, QUOTA, 1), Err(Status::CONFLICT));
        assert_eq!(store.compare_and_set("b", Some(b"other"), b"x", QUOTA, 1), Err(Status::CONFLICT));
        assert_eq!(store.compare_and_set("b", None, b"x", QUOTA, 1), Err(Status::CONFLICT));
        store.compare_and_set("b", Some(b"words"), b"x", QUOTA, 1).unwrap();
        store.compare_and_set("c", None, b"new", QUOTA, 1).unwrap();
        store.delete("b", 1).unwrap();
        assert_eq!(store.delete("b", 1), Err(Status::NOT_FOUND));
        assert_eq!(value(store, "c", 1).unwrap(), "new");
    });
}

#[test]
fn listing_is_in_order_by_prefix_and_pages() {
    let directory = tempfile::tempdir().unwrap();
    both(directory.path(), |store| {
        for key in ["item/2", "item/1", "item/10", "jtem", "ite"] {
            store.set(key, key.as_bytes(), 0, QUOTA, 1).unwrap();
        }
        let keys = |after: &str, limit| store.list("item/", after, limit, 1).unwrap().into_iter().map(|(k, _)| k).collect::<Vec<_>>();
        assert_eq!(keys("", 10), ["item/1", "item/10", "item/2"]);
        assert_eq!(keys("", 2), ["item/1", "item/10"]);
        assert_eq!(keys("item/10", 2), ["item/2"]);
        assert_eq!(store.list("", "", 100, 1).unwrap().len(), 5);
        assert_eq!(store.list("none", "", 100, 1).unwrap().len(), 0);
    });
}

#[test]
fn what_has_expired_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    both(directory.path(), |store| {
        store.set("a", b"1", 100, QUOTA, 1_000).unwrap();
        assert_eq!(value(store, "a", 1_099).unwrap(), "1");
        assert_eq!(value(store, "a", 1_100), Err(Status::NOT_FOUND));
        assert_eq!(store.list("", "", 10, 1_100).unwrap(), []);
        assert_eq!(store.increment("a", 1, QUOTA, 1_100), Ok(1));
        assert_eq!(value(store, "a", 9_999).unwrap(), "1");
        store.set("b", b"1", 100, QUOTA, 1_000).unwrap();
        assert_eq!(store.delete("b", 2_000), Err(Status::NOT_FOUND));
    });
}

#[test]
fn an_expired_entry_that_a_sweep_takes_is_counted_off_once() {
    let directory = tempfile::tempdir().unwrap();
    both(directory.path(), |store| {
        let noted = || store.file().bytes;
        let counted = || store.list("", "", 1_000, 0).unwrap().iter().map(|(key, value)| size(key, value.len())).sum::<u64>();
        for now in 0..3 * SWEEP_EVERY as i64 {
            store.set("keep", &[0; 100], 0, QUOTA, now).unwrap();
            store.set("brief", &[0; 1_000], 1, QUOTA, now).unwrap();
        }
        assert_eq!(noted(), counted());
        // The same when it is the quota that makes it sweep.
        let quota = noted() + 10;
        for now in 1..4 {
            assert_eq!(store.set("brief", &[0; 2_000], 1, quota, 10_000 * now), Err(Status::QUOTA));
            store.set("brief", &[0; 1_000], 1, quota, 10_000 * now).unwrap();
        }
        assert_eq!(noted(), counted());
    });
}

#[test]
fn sizes_and_the_quota_are_kept_and_room_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    both(directory.path(), |store| {
        let quota = 10_000;
        assert_eq!(store.set(&"k".repeat(MOST_KEY + 1), b"", 0, QUOTA, 1), Err(Status::TOO_LARGE));
        assert_eq!(store.set("k", &vec![0; MOST_VALUE + 1], 0, QUOTA, 1), Err(Status::TOO_LARGE));
        store.set("a", &[0; 4_000], 0, quota, 1).unwrap();
        store.set("b", &[0; 4_000], 50, quota, 1).unwrap();
        assert_eq!(store.set("c", &[0; 4_000], 0, quota, 1), Err(Status::QUOTA));
        assert_eq!(value(store, "c", 1), Err(Status::NOT_FOUND));
        store.set("a", &[0; 3_000], 0, quota, 1).unwrap();
        // The expired one makes room.
        store.set("c", &[0; 4_000], 0, quota, 60).unwrap();
        store.delete("a", 60).unwrap();
        store.set("d", &[0; 3_000], 0, quota, 60).unwrap();
        assert_eq!(store.set("e", &[0; 3_000], 0, quota, 60), Err(Status::QUOTA));
    });
}

#[test]
fn acknowledged_writes_are_there_when_the_file_is_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.db");
    let store = Store::open(&path, 0).unwrap();
    for _ in 0..100 {
        store.increment("n", 1, QUOTA, 1).unwrap();
    }
    // As after a kill: the log was never moved into the database, and the first connection is still open.
    let again = Store::open(&path, 0).unwrap();
    assert_eq!(value(&again, "n", 1).unwrap(), "100");
    assert_eq!(again.file().bytes, store.file().bytes);
}

#[test]
fn the_log_is_moved_while_others_write() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(&directory.path().join("x.db"), 0).unwrap());
    let checkpointer = Checkpointer::default();
    checkpointer.watch(&store);
    store.increment("n", 1, QUOTA, 1).unwrap();
    let mut open = HashMap::new();
    checkpointer.round(&mut open);
    assert!(store.unchecked.load(Ordering::Relaxed) > 0, "one commit may be followed by more");
    checkpointer.round(&mut open);
    assert_eq!(store.unchecked.load(Ordering::Relaxed), 0);
    assert_eq!(store.increment("n", 1, QUOTA, 1), Ok(2));
    drop(store);
    checkpointer.round(&mut open);
    assert!(open.is_empty());
}

#[test]
fn a_log_that_is_written_without_a_pause_stays_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("busy.db");
    let store = Arc::new(Store::open(&path, 1).unwrap());
    let checkpointer = Checkpointer::default();
    checkpointer.watch(&store);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..1_200u32 {
                // What has not changed would not be written.
                store.set("key", &vec![round as u8; MOST_VALUE], 0, QUOTA, 1).unwrap();
            }
            stop.store(true, Ordering::Relaxed);
        });
        let mut open = HashMap::new();
        while !stop.load(Ordering::Relaxed) {
            checkpointer.round(&mut open);
        }
        // 300 MiB were written until here.
        let log = std::fs::metadata(folder.path().join("busy.db-wal")).unwrap().len();
        assert!(log < 160 << 20, "{log}");
    });
}
