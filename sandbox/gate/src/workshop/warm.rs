//! The one-time warm build: fetch outside the jail, compile inside it, keep what features link against.
//!
//! Everything happens on one bench, a directory that is renamed into place when it is complete, under a lock that the
//! kernel releases when a process dies. Its path is always the same, so that what cargo built for a smaller stock is still
//! good for a larger one: the shelf begins with what every build has, and a shelf with one crate more with the reviewed one.

use super::{
    Recipe, Stock, Toolchain,
    metadata::Metadata,
    outside::{Lock, Outside, last_lines},
    prebuilt, registry,
    ticker::Ticker,
    tidy,
};
use crate::{Cancel, GateError, MissingLayers, StageFailure, cargo, doctor, error};
use kandra_jail::{EXIT_MISSING_LAYER, End};
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, SystemTime},
};
use toml::Table;

/// How far the warm build is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarmProgress {
    /// Crates done.
    pub done: u32,
    /// Crates in all; 0 while that is unknown.
    pub total: u32,
    /// What is being done, for people: `fetching crates`, `built serde_json`.
    pub what: String,
}

/// Where warm builds are made, and what they keep for the next one.
const BENCH: &str = ".bench";
const TARGET: &str = "target";
/// Thirty years after 1970.
const AGE: Duration = Duration::from_secs(30 * 365 * 24 * 3600);
const BUILD_DEADLINE: Duration = Duration::from_secs(1200);

pub(super) struct Warming<'a> {
    pub toolchain: &'a Toolchain,
    pub stock: &'a Stock,
    /// Finished stocks whose crates this one holds too, the best first.
    pub smaller: Vec<PathBuf>,
    pub exe: &'a Path,
    pub missing: MissingLayers,
    pub cancel: &'a Cancel,
    pub progress: &'a dyn Fn(WarmProgress),
}

impl Warming<'_> {
    pub fn run(&self) -> Result<(), StageFailure> {
        let root = self.stock.root();
        fs::create_dir_all(root).map_err(GateError::io(format!("could not create {}", root.display())))?;
        let _bench = self.lock(&root.join("bench.lock"))?;
        let _lock = self.lock(&self.stock.lock_file())?;
        if self.stock.load(&self.stock.directory()).is_some() {
            return Ok(());
        }
        doctor::require_room(root)?;
        let at = &root.join(BENCH);
        tidy::remove_leftovers(root, BENCH);
        fs::create_dir(at).map_err(GateError::io(format!("could not write to {}", root.display())))?;
        self.lay_out(at)?;
        self.say(0, 0, "fetching crates");
        self.fetch(&at.join("workspace"))?;
        let metadata = self.metadata(&at.join("workspace"))?;
        let total = metadata.count();
        self.put_sources(at, &metadata)?;
        self.compile(at, total)?;
        self.seed(at)?;
        let kept = fs::rename(at.join("work/target"), at.join(TARGET));
        kept.map_err(GateError::io("could not keep what cargo built"))?;
        for scaffold in ["workspace", "work", "seed"] {
            fs::remove_dir_all(at.join(scaffold)).map_err(GateError::io("could not tidy up after the warm build"))?;
        }
        self.publish(at)?;
        tidy::remove_unused(root, self.stock.key());
        self.say(total, total, "done");
        Ok(())
    }

    fn say(&self, done: u32, total: u32, what: impl Into<String>) {
        (self.progress)(WarmProgress { done, total, what: what.into() });
    }

    /// Waits for another process that warms the same thing.
    fn lock(&self, path: &Path) -> Result<File, StageFailure> {
        let what = format!("could not lock {}", path.display());
        let file = File::options().create(true).truncate(false).write(true).open(path).map_err(GateError::io(what.clone()))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if self.cancel.is_cancelled() => return Err(StageFailure::Cancelled),
                Err(TryLockError::WouldBlock) => {
                    self.say(0, 0, "another process is building the SDK");
                    thread::sleep(Duration::from_millis(200));
                }
                Err(TryLockError::Error(e)) => return Err(GateError::io(what)(e).into()),
            }
        }
    }

    fn lay_out(&self, at: &Path) -> Result<(), GateError> {
        for (path, bytes) in self.stock.recipe.workspace() {
            let path = at.join("workspace").join(path);
            write(&path, &bytes)?;
            // Older than anything that was built of it: the SDK is the same in all stocks of this workshop.
            let old = File::options().write(true).open(&path).and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH + AGE));
            old.map_err(GateError::io("could not lay out the warm build"))?;
        }
        if let Some(built) = self.smaller.iter().map(|place| place.join(TARGET)).find(|place| place.is_dir()) {
            // A copy that fails half-way costs time only: cargo builds what is missing.
            if let Err(error) = registry::copy(&built, &at.join("work/target")) {
                tracing::warn!(%error, "what was built before could not be taken over");
                let _ = fs::remove_dir_all(at.join("work/target"));
            }
        }
        for directory in ["work/home", "work/tmp"] {
            fs::create_dir_all(at.join(directory)).map_err(GateError::io("could not lay out the warm build"))?;
        }
        // Only where packages come from is taken over from the user's configuration.
        let home = &self.toolchain.cargo_home;
        write(&at.join("work/home/config.toml"), sources_of(home).as_bytes())
    }

    /// Gives the jailed cargo its registry: the user's own, or with the shelf one whose sources tick.
    fn put_sources(&self, at: &Path, metadata: &Metadata) -> Result<(), StageFailure> {
        let (theirs, ours) = (self.toolchain.cargo_home.join("registry"), at.join("work/home/registry"));
        match &self.stock.recipe {
            Recipe::Base => registry::link(&theirs, &ours).map_err(StageFailure::from),
            Recipe::Shelf(shelf) => {
                self.say(0, 0, "inserting ticks");
                let names: Vec<String> = shelf.wanted().into_iter().map(|wanted| wanted.name).collect();
                let ticker = Ticker { exe: self.exe, missing: self.missing, cancel: self.cancel };
                registry::tick(&theirs, &ours, metadata, &names, &ticker)
            }
        }
    }

    /// Makes cargo's registry hold what the lock names: nothing to do when it does already.
    fn fetch(&self, workspace: &Path) -> Result<(), StageFailure> {
        if self.cargo(workspace, &["fetch", "--offline"])?.is_ok() {
            return Ok(());
        }
        self.say(0, 0, "downloading crates");
        self.cargo(workspace, &["fetch"])?.map(drop).map_err(|said| GateError::Fetch(said).into())
    }

    /// What the build will compile.
    fn metadata(&self, workspace: &Path) -> Result<Metadata, StageFailure> {
        let said = self.cargo(workspace, &["metadata", "--offline", "--format-version", "1"])?.map_err(GateError::Warm)?;
        Metadata::read(&said).map_err(|why| GateError::Warm(why).into())
    }

    /// cargo outside the jail; it compiles nothing.
    fn cargo(&self, workspace: &Path, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, StageFailure> {
        Outside { toolchain: self.toolchain, cancel: self.cancel }.run(workspace, arguments, Lock::Kept)
    }

    fn compile(&self, at: &Path, total: u32) -> Result<(), StageFailure> {
        let home = &self.toolchain.cargo_home;
        let work = at.join("work");
        let jailed = cargo::Jailed {
            exe: self.exe,
            toolchain: self.toolchain,
            missing: self.missing,
            read: vec![at.join("workspace"), home.join("registry")],
            work: &work,
        };
        let mut policy = jailed.policy();
        policy.limits.cpu_seconds = BUILD_DEADLINE.as_secs();
        let manifest = at.join("workspace/Cargo.toml");
        let target = work.join("target");
        let (ours, theirs) = (work.join("home/registry/src"), home.join("registry/src"));
        let flags = super::sdk_flags(&[(at, "/build"), (&at.join("workspace"), "/kandra"), (&ours, "/crates"), (&theirs, "/crates")]);
        let counter = Arc::new(Mutex::new(Counter::default()));
        let arguments = [
            "build",
            "--release",
            "--offline",
            "--locked",
            "-p",
            "warm",
            "--target",
            super::toolchain::TARGET,
            "--message-format",
            "json",
            "--manifest-path",
        ];
        let seen = Arc::clone(&counter);
        let command = jailed
            .command(&policy, self.cancel, &arguments)
            .arg(&manifest)
            .arg("--target-dir")
            .arg(&target)
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", &self.toolchain.cc)
            .deadline(BUILD_DEADLINE)
            .output_limit(32 << 20)
            .on_stdout(move |chunk| seen.lock().expect("no panic while counting").read(chunk));
        let finished = thread::scope(|scope| {
            let running = scope.spawn(|| command.run());
            let mut shown = None;
            while !running.is_finished() {
                thread::sleep(Duration::from_millis(50));
                let (done, newest) = counter.lock().expect("no panic while counting").state();
                if shown != Some(done) {
                    shown = Some(done);
                    self.say(done.min(total), total, newest.map_or_else(|| "building the SDK".to_owned(), |name| format!("built {name}")));
                }
            }
            running.join().expect("Command::run does not panic")
        });
        let finished = finished.map_err(|e| GateError::Child(e.to_string()))?;
        match finished.end {
            End::Exited(0) => prebuilt::gather(&finished.stdout, &target, at, &self.stock.recipe.externs()).map_err(StageFailure::from),
            End::Exited(EXIT_MISSING_LAYER) | End::Cancelled => Err(error::child_failed("build", &finished)),
            End::Exited(_) => Err(GateError::Warm(compiler_words(&finished.stdout, &finished.stderr)).into()),
            end => Err(GateError::Warm(format!("it was ended: {end:?}")).into()),
        }
    }

    /// Builds a feature that does nothing, as the build gate would, and keeps what cargo learned about rustc.
    fn seed(&self, at: &Path) -> Result<(), StageFailure> {
        crate::build::seed(self.toolchain, self.exe, self.missing, at, &self.stock.recipe, self.cancel)
    }

    fn publish(&self, made: &Path) -> Result<(), GateError> {
        let place = self.stock.directory();
        if place.exists() {
            fs::remove_dir_all(&place).map_err(GateError::io(format!("could not replace {}", place.display())))?;
        }
        fs::rename(made, &place).map_err(GateError::io(format!("could not create {}", place.display())))?;
        self.stock.load(&place).map(drop).ok_or_else(|| GateError::Warm(format!("{} is incomplete", place.display())))
    }
}

/// Counts finished crates in cargo's messages as they come in.
#[derive(Default)]
struct Counter {
    line: Vec<u8>,
    done: u32,
    newest: Option<String>,
}

impl Counter {
    fn read(&mut self, chunk: &[u8]) {
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let is_crate = |kind: &str| matches!(kind, "lib" | "rlib" | "proc-macro");
                for message in cargo::messages(&std::mem::take(&mut self.line)) {
                    if let cargo::Message::Artifact { target, .. } = message
                        && target.kind.iter().any(|kind| is_crate(kind))
                    {
                        self.done += 1;
                        self.newest = Some(target.name);
                    }
                }
            }
        }
    }

    fn state(&self) -> (u32, Option<String>) {
        (self.done, self.newest.clone())
    }
}

/// The `[source]` tables of the user's cargo configuration, and where `[registries]` are, without their tokens.
fn sources_of(cargo_home: &Path) -> String {
    let read = |name: &str| fs::read_to_string(cargo_home.join(name)).ok()?.parse::<Table>().ok();
    let mut configuration = read("config.toml").or_else(|| read("config")).unwrap_or_default();
    configuration.retain(|key, _| key == "source" || key == "registries");
    let registries = configuration.get_mut("registries").and_then(toml::Value::as_table_mut);
    for registry in registries.into_iter().flat_map(|table| table.iter_mut().filter_map(|(_, registry)| registry.as_table_mut())) {
        registry.retain(|key, _| key == "index");
    }
    configuration.to_string()
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), GateError> {
    let parent = path.parent().expect("a file has a directory");
    fs::create_dir_all(parent).and_then(|()| fs::write(path, bytes)).map_err(GateError::io(format!("could not write {}", path.display())))
}

fn compiler_words(stdout: &[u8], stderr: &[u8]) -> String {
    let first = cargo::messages(stdout).find_map(|message| match message {
        cargo::Message::Diagnostic { message } if message.level == "error" => message.rendered,
        _ => None,
    });
    first.unwrap_or_else(|| last_lines(stderr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_counts_crates_once_however_the_lines_are_cut() {
        let line = |name: &str, kind: &str| {
            format!("{{\"reason\":\"compiler-artifact\",\"target\":{{\"name\":\"{name}\",\"kind\":[\"{kind}\"]}},\"filenames\":[]}}\n")
        };
        let all = [line("libc", "custom-build"), line("libc", "lib"), line("paste", "proc-macro"), "not json\n".to_owned()].concat();
        let mut counter = Counter::default();
        all.as_bytes().chunks(7).for_each(|chunk| counter.read(chunk));
        assert_eq!(counter.state(), (2, Some("paste".to_owned())));
    }

    #[test]
    fn only_where_packages_come_from_is_taken_over_from_the_users_configuration() {
        let home = tempfile::tempdir().unwrap();
        fs::write(
            home.path().join("config.toml"),
            "[source.crates-io]\nreplace-with = \"mirror\"\n[build]\nrustc-wrapper = \"x\"\n[registry]\ntoken = \"secret\"\n[registries.own]\nindex = \"sparse+somewhere\"\ntoken = \"secret\"\n",
        )
        .unwrap();
        let taken = sources_of(home.path());
        assert!(taken.contains("mirror") && taken.contains("somewhere") && !taken.contains("wrapper"));
        assert!(!taken.contains("secret"), "a token is not for the jail");
    }
}
