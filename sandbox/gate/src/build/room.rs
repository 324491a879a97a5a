//! Where one feature is built: its source, which the jail may only read, and a directory that the jail may write to.
//! Both stay from build to build, so that the second one is incremental; no other feature shares them.

use crate::{Cancel, GateError, StageFailure, workshop::prebuilt::Prebuilt};
use kandra_model::Tier;
use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

/// Rooms beneath the scratch directory.
pub(crate) const ROOMS: &str = "build";
const BUILT: &str = "built";

/// A locked room.
pub(super) struct Room {
    at: PathBuf,
    lock: File,
}

/// Whether a build keeps what the next one can reuse. Keeping it costs a first build a third of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Incremental {
    /// The first build of a room, and optimised ones.
    No,
    /// Edits.
    Yes,
}

impl Room {
    /// Waits until no other build uses this room, and furnishes it when it is new.
    pub fn enter(scratch: &Path, slug: &str, tier: Tier, prebuilt: &Prebuilt, cancel: &Cancel) -> Result<Self, StageFailure> {
        let at = scratch.join(ROOMS).join(format!("{slug}-{}", tier.as_str()));
        let what = format!("could not make {}", at.display());
        fs::create_dir_all(&at).map_err(GateError::io(what.clone()))?;
        let lock = File::options().create(true).truncate(false).write(true).open(at.join("lock")).map_err(GateError::io(what.clone()))?;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if cancel.is_cancelled() => return Err(StageFailure::Cancelled),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(5)),
                Err(TryLockError::Error(e)) => return Err(GateError::io(what)(e).into()),
            }
        }
        let room = Self { at, lock };
        // What an older SDK's build left would only confuse the compiler's own bookkeeping.
        let stamp = room.at.join("sdk");
        let current = prebuilt.directory.as_os_str().as_encoded_bytes();
        if fs::read(&stamp).ok().as_deref() != Some(current) {
            let _ = fs::remove_dir_all(room.work());
            let _ = fs::remove_file(room.at.join(BUILT));
            make_work(&room.work())?;
            // A missing seed only costs the time to ask rustc again.
            let _ = fs::copy(prebuilt.rustc_info(), room.work().join("target/.rustc_info.json"));
            fs::write(&stamp, current).map_err(GateError::io(what.clone()))?;
        }
        room.lock.set_modified(SystemTime::now()).map_err(GateError::io(what))?;
        Ok(room)
    }

    /// A room where something was built before, by this SDK, will be built in again.
    pub fn incremental(&self, tier: Tier) -> Incremental {
        if tier == Tier::Quick && self.at.join(BUILT).exists() { Incremental::Yes } else { Incremental::No }
    }

    /// Remembers that a build succeeded.
    pub fn succeeded(&self) -> Result<(), GateError> {
        fs::write(self.at.join(BUILT), []).map_err(GateError::io(format!("could not write to {}", self.at.display())))
    }

    /// The crate; the jail may read it.
    pub fn source(&self) -> PathBuf {
        self.at.join("source")
    }

    /// What cargo and rustc write.
    pub fn work(&self) -> PathBuf {
        self.at.join("work")
    }
}

/// Makes the directory that cargo and rustc write to.
pub(super) fn make_work(work: &Path) -> Result<(), GateError> {
    for directory in ["target", "home", "tmp"] {
        fs::create_dir_all(work.join(directory)).map_err(GateError::io(format!("could not make {}", work.display())))?;
    }
    Ok(())
}

/// Writes the crate that is built: a manifest of ours, a lock without dependencies, the files.
pub(super) fn write_crate(at: &Path, package: &str, files: &BTreeMap<String, String>) -> Result<(), GateError> {
    let write = || -> std::io::Result<()> {
        let source = at.join("src");
        if source.exists() {
            fs::remove_dir_all(&source)?;
        }
        fs::create_dir_all(&source)?;
        write_if_changed(&at.join("Cargo.toml"), &manifest(package))?;
        write_if_changed(&at.join("Cargo.lock"), &format!("version = 4\n\n[[package]]\nname = \"{package}\"\nversion = \"0.0.0\"\n"))?;
        for (path, text) in files {
            let path = at.join(path);
            fs::create_dir_all(path.parent().expect("a file has a directory"))?;
            fs::write(path, text)?;
        }
        // cargo compares times to decide whether to compile, and two edits can fall into one tick of the file
        // system's clock. A file from the future always compiles; what rustc then reuses it finds by content.
        let future = SystemTime::now() + Duration::from_secs(365 * 24 * 3600);
        File::options().write(true).open(source.join("lib.rs"))?.set_modified(future)
    };
    write().map_err(GateError::io(format!("could not write the crate to {}", at.display())))
}

fn write_if_changed(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|there| there == text.as_bytes()) { Ok(()) } else { fs::write(path, text) }
}

/// Both tiers behave alike; they differ in how long they take to build and to run.
fn manifest(package: &str) -> String {
    format!(
        r#"[package]
name = "{package}"
version = "0.0.0"
edition = "2024"
autobins = false
autoexamples = false
autotests = false
autobenches = false

[lib]
path = "src/lib.rs"
crate-type = ["cdylib"]

[workspace]

{PROFILES}"#
    )
}

/// What decides an artifact besides its source: part of the workshop's key. How many codegen units is a matter of what
/// was fastest on two cores; symbols stay until the inspect gate has read them.
pub(crate) const PROFILES: &str = r#"[profile.dev]
opt-level = 0
debug = false
debug-assertions = false
overflow-checks = true
panic = "unwind"
codegen-units = 4
strip = "debuginfo"

[profile.release]
opt-level = 3
debug = false
debug-assertions = false
overflow-checks = true
panic = "unwind"
codegen-units = 1
strip = "debuginfo"
"#;
