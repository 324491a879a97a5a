//! What is removed from the cache: what dead processes left, and warm builds that nobody uses any more.

use std::{
    fs::{self, File},
    path::Path,
    time::Duration,
};

/// Directories of processes that died; whoever holds the lock may remove them.
pub(super) fn remove_leftovers(root: &Path, prefix: &str) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Warm builds of other toolchains and SDKs that nobody opened for this long are removed.
const UNUSED: Duration = Duration::from_secs(14 * 24 * 3600);

pub(super) fn remove_unused(root: &Path, ours: &str) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_key = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_key || name == ours {
            continue;
        }
        let lock = root.join(format!("{name}.lock"));
        let idle = |file: &File| file.metadata().and_then(|m| m.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age > UNUSED));
        // What is left over is tried again after the next warm build.
        if File::open(&lock).is_ok_and(|file| idle(&file) && file.try_lock().is_ok()) && fs::remove_dir_all(entry.path()).is_ok() {
            let _ = fs::remove_file(lock);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn only_warm_builds_that_nobody_opened_for_long_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let [ours, old, recent, busy] = ["a", "b", "c", "d"].map(|letter| letter.repeat(64));
        for (key, days) in [(&ours, 90), (&old, 15), (&recent, 13), (&busy, 15)] {
            fs::create_dir_all(root.path().join(key).join("lib")).unwrap();
            let lock = File::create(root.path().join(format!("{key}.lock"))).unwrap();
            lock.set_modified(SystemTime::now() - Duration::from_secs(days * 24 * 3600)).unwrap();
        }
        fs::create_dir(root.path().join("check")).unwrap();
        let held = File::open(root.path().join(format!("{busy}.lock"))).unwrap();
        held.try_lock().unwrap();
        remove_unused(root.path(), &ours);
        let left = [&ours, &old, &recent, &busy].map(|key| root.path().join(key).exists());
        assert_eq!(left, [true, false, true, true]);
        assert!(root.path().join("check").exists());
    }
}
