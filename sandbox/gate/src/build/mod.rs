//! The build gate: cargo compiles the ticked source in the jail, offline, against the prebuilt SDK.
//!
//! The manifest that is built is written here and names no dependency: what a feature may use is linked from the
//! read-only warm build, so nothing of a stranger is resolved, fetched or run. A compiler that dies, hangs or floods is
//! the crate's fault and ends in a finding that names the limit.

mod diagnostics;
mod room;

use crate::{
    ArtifactKey, Cancel, Gate, GateError, Linted, MissingLayers, StageFailure, Toolchain, artifact,
    cargo::{self, Jailed},
    doctor, error, inspect,
    source::beneath,
    workshop::prebuilt::{self, Prebuilt},
};
use kandra_jail::{EXIT_MISSING_LAYER, End, Finished};
use kandra_model::{Finding, Tier};
use room::{Incremental, Room, write_crate};
pub(crate) use room::{PROFILES, ROOMS};
use rustix::fs::{Mode, OFlags, open};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Read,
    path::Path,
    time::Duration,
};

/// What one build may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildLimits {
    /// Until all of it is ended.
    pub seconds: u64,
    /// MiB of memory, each process.
    pub memory_mib: u64,
    /// KiB of messages.
    pub messages_kib: usize,
    /// MiB of the largest file.
    pub file_mib: u64,
    /// Processes at once.
    pub processes: u64,
}

impl Default for BuildLimits {
    fn default() -> Self {
        Self { seconds: 60, memory_mib: 4 << 10, messages_kib: 4 << 10, file_mib: 256, processes: 64 }
    }
}

/// More than the inspect gate allows; only bounds what is read.
const MAX_LIBRARY: u64 = 64 << 20;

/// A library that compiled; nothing else is known of it. Only the build makes one.
#[derive(Debug)]
pub struct Built {
    pub(crate) linted: Linted,
    pub(crate) tier: Tier,
    pub(crate) key: ArtifactKey,
    pub(crate) bytes: Vec<u8>,
    pub(crate) warnings: Vec<Finding>,
    /// Initialisers that are not the feature's.
    pub(crate) constructors: BTreeSet<String>,
}

impl Built {
    /// How it was built.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// How large the library is, bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }
}

pub(crate) fn run(gate: &Gate, linted: Linted, tier: Tier, cancel: &Cancel) -> Result<Built, StageFailure> {
    let config = gate.config();
    let workshop = gate.workshop();
    let prebuilt = workshop.prebuilt().ok_or(GateError::Cold)?;
    doctor::require_room(&config.scratch)?;
    let package = format!("kandra-feature-{}", linted.source().slug());
    let room = Room::enter(&config.scratch, linted.source().slug(), tier, &prebuilt, cancel)?;
    write_crate(&room.source(), &package, linted.ticked())?;
    let (source, work) = (room.source(), room.work());
    let jailed = Jailed {
        exe: &config.exe,
        toolchain: workshop.toolchain(),
        missing: config.missing_layers,
        read: vec![source.clone(), prebuilt.directory.clone()],
        work: &work,
    };
    let limits = *gate.limits();
    let finished =
        Compile { jailed, prebuilt: &prebuilt, source: &source, tier, incremental: room.incremental(tier), limits }.run(cancel)?;
    let said = diagnostics::read(&finished.stdout, &linted);
    match finished.end {
        End::Exited(0) => {}
        End::Exited(_) if !said.errors.is_empty() => return Err(StageFailure::Refused(said.errors)),
        _ => return Err(ended(&finished, &limits)),
    }
    let bytes = library(&work, &package, tier)?;
    room.succeeded()?;
    let key = artifact::key(workshop, linted.source(), tier);
    Ok(Built { linted, tier, key, bytes, warnings: said.warnings, constructors: prebuilt.constructors })
}

/// cargo's name for the profile of a tier, and the directory it writes to.
fn profile(tier: Tier) -> (&'static str, &'static str) {
    match tier {
        Tier::Quick => ("dev", "debug"),
        Tier::Optimised => ("release", "release"),
    }
}

/// One run of the compiler.
struct Compile<'a> {
    jailed: Jailed<'a>,
    prebuilt: &'a Prebuilt,
    source: &'a Path,
    tier: Tier,
    incremental: Incremental,
    limits: BuildLimits,
}

impl Compile<'_> {
    fn run(&self, cancel: &Cancel) -> Result<Finished, StageFailure> {
        let arguments =
            ["rustc", "--lib", "--offline", "--locked", "--message-format", "json", "--profile", profile(self.tier).0, "--manifest-path"];
        let mut policy = self.jailed.policy();
        policy.limits.address_space = self.limits.memory_mib << 20;
        policy.limits.file_size = self.limits.file_mib << 20;
        policy.limits.processes = self.limits.processes;
        let command = self
            .jailed
            .command(&policy, cancel, &arguments)
            .arg(self.source.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(self.jailed.work.join("target"))
            .arg("--")
            .args(self.rustc_arguments())
            .env("CARGO_INCREMENTAL", if self.incremental == Incremental::Yes { "1" } else { "0" })
            .deadline(Duration::from_secs(self.limits.seconds))
            .output_limit(self.limits.messages_kib << 10);
        command.run().map_err(|e| GateError::Child(e.to_string()).into())
    }

    fn rustc_arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> = LIBRARY_FLAGS.map(ToOwned::to_owned).to_vec();
        arguments.extend(self.prebuilt.search().map(|directory| format!("-Ldependency={}", directory.display())));
        for (name, library) in &self.prebuilt.externs {
            arguments.extend(["--extern".to_owned(), format!("{name}={}", library.display())]);
        }
        arguments.push(format!("--remap-path-prefix={}=/feature", self.source.display()));
        arguments.push(format!("-Clinker={}", self.jailed.toolchain.cc.display()));
        arguments
    }
}

/// rustc's flags for every feature: part of the workshop's key. Without the C start files a library has no initialiser
/// or finaliser of theirs; the one symbol of theirs that std needs is given a value.
pub(crate) const LIBRARY_FLAGS: [&str; 6] = [
    "--cfg",
    "kandra_library",
    "--check-cfg",
    "cfg(kandra_library)",
    "-Clink-arg=-nostartfiles",
    "-Clink-arg=-Wl,--defsym=__dso_handle=__ehdr_start",
];

const SEED: &str = "kandra-feature-seed";

/// Builds a crate that does nothing, and keeps what cargo learned about rustc and which initialisers std brings.
pub(crate) fn seed(toolchain: &Toolchain, exe: &Path, missing: MissingLayers, at: &Path, cancel: &Cancel) -> Result<(), StageFailure> {
    let prebuilt = prebuilt::libraries(at).ok_or_else(|| GateError::Warm("its own libraries are missing".to_owned()))?;
    let (source, work) = (at.join("seed/source"), at.join("seed/work"));
    let lib = "#![no_std]\nextern crate kandra_std as std;\n".to_owned();
    write_crate(&source, SEED, &BTreeMap::from([("src/lib.rs".to_owned(), lib)]))?;
    room::make_work(&work)?;
    let jailed = Jailed { exe, toolchain, missing, read: vec![source.clone(), prebuilt.directory.clone()], work: &work };
    let (tier, incremental, limits) = (Tier::Quick, Incremental::No, BuildLimits::default());
    let finished = Compile { jailed, prebuilt: &prebuilt, source: &source, tier, incremental, limits }.run(cancel)?;
    if finished.end != End::Exited(0) {
        let said = cargo::messages(&finished.stdout).find_map(|message| match message {
            cargo::Message::Diagnostic { message } => message.rendered,
            _ => None,
        });
        return Err(match (finished.end, said) {
            (End::Exited(code), Some(said)) if code != EXIT_MISSING_LAYER => {
                GateError::Warm(format!("a feature does not link against it: {said}")).into()
            }
            _ => error::child_failed("build", &finished),
        });
    }
    let bytes = library(&work, SEED, Tier::Quick)?;
    let constructors =
        inspect::constructors(&bytes).ok_or_else(|| GateError::Warm("the initialisers of an empty feature cannot be told".to_owned()))?;
    prebuilt::complete(at, &constructors, &work.join("target/.rustc_info.json"))?;
    Ok(())
}

/// The library that cargo left, read beneath the directory that the compiler could write to.
fn library(work: &Path, package: &str, tier: Tier) -> Result<Vec<u8>, GateError> {
    let name = format!("target/{}/lib{}.so", profile(tier).1, package.replace('-', "_"));
    let read = || -> std::io::Result<Vec<u8>> {
        let directory = open(work, OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY, Mode::empty())?;
        let file = File::from(beneath(&directory, &name, OFlags::NONBLOCK)?);
        if !file.metadata()?.is_file() {
            return Err(std::io::Error::other("it is not a plain file"));
        }
        let mut bytes = Vec::new();
        file.take(MAX_LIBRARY).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(GateError::io(format!("could not read the built library {name}")))
}

/// A build that ended without an error of the compiler's own.
fn ended(finished: &Finished, limits: &BuildLimits) -> StageFailure {
    let refuse = |code: &str, message: String, hint: &str| StageFailure::Refused(vec![Finding::error(code, message).hint(hint)]);
    let said = String::from_utf8_lossy(&finished.stderr);
    let BuildLimits { seconds, memory_mib, messages_kib, file_mib, processes } = limits;
    match finished.end {
        End::Cancelled | End::Exited(EXIT_MISSING_LAYER) => error::child_failed("build", finished),
        End::Deadline => refuse(
            "build/time",
            format!("the build took longer than {seconds} seconds"),
            "make the crate smaller: fewer generics, shorter functions",
        ),
        End::OutputLimit => refuse(
            "build/output",
            format!("the compiler wrote more than {messages_kib} KiB of messages"),
            "fix the first errors; the rest usually follow from them",
        ),
        End::ProcessLimit => refuse(
            "build/processes",
            format!("the build started more than {processes} processes"),
            "a feature needs none; remove what makes the compiler start them",
        ),
        _ if OUT_OF_MEMORY.iter().any(|words| said.contains(words)) => refuse(
            "build/memory",
            format!("the compiler needed more than {memory_mib} MiB of memory"),
            "make the crate smaller: shorter arrays and constants, fewer generics",
        ),
        // cargo has no names for SIGXCPU and SIGXFSZ.
        _ if said.contains("(signal: 24") || said.contains("SIGKILL") => {
            let message = "the compiler used up its processor time".to_owned();
            refuse("build/time", message, "make the crate smaller: fewer generics, shorter functions")
        }
        _ if said.contains("(signal: 25") || said.contains("File too large") => refuse(
            "build/file-size",
            format!("the compiler wrote a file larger than {file_mib} MiB"),
            "make the crate smaller: shorter arrays and constants",
        ),
        _ if said.contains("(signal: ") || said.contains("compiler unexpectedly panicked") => {
            let message = "the compiler crashed on this crate".to_owned();
            refuse("build/compiler-crashed", message, "write it more plainly: less nesting, fewer generics")
        }
        _ => error::child_failed("build", finished),
    }
}

/// What rustc, LLVM and the linker say when they get no more.
const OUT_OF_MEMORY: [&str; 4] = ["memory allocation of", "out of memory", "Cannot allocate memory", "failed to allocate"];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(end: End, stderr: &str) -> String {
        let nothing = Duration::ZERO;
        match ended(
            &Finished { end, stdout: Vec::new(), stderr: stderr.into(), elapsed: nothing, cpu: nothing, peak_resident: 0 },
            &BuildLimits::default(),
        ) {
            StageFailure::Refused(findings) => findings[0].code.clone(),
            StageFailure::Failed(error) => error.code().to_owned(),
            StageFailure::Cancelled => "cancelled".to_owned(),
        }
    }

    #[test]
    fn every_limit_has_a_finding_that_names_it() {
        assert_eq!(said(End::Deadline, ""), "build/time");
        assert_eq!(said(End::OutputLimit, ""), "build/output");
        assert_eq!(said(End::ProcessLimit, ""), "build/processes");
        assert_eq!(said(End::Exited(101), "memory allocation of 4294967296 bytes failed"), "build/memory");
        assert_eq!(said(End::Exited(101), "rustc-LLVM ERROR: out of memory"), "build/memory");
        let died = |signal: &str| format!("process didn't exit successfully: `rustc` (signal: {signal})");
        assert_eq!(said(End::Exited(101), &died("24")), "build/time");
        assert_eq!(said(End::Exited(101), &died("25")), "build/file-size");
        assert_eq!(said(End::Exited(101), &died("11, SIGSEGV: invalid memory reference")), "build/compiler-crashed");
        assert_eq!(said(End::Cancelled, ""), "cancelled");
        assert_eq!(said(End::Exited(8), "the required sandbox layer seccomp does not hold here"), "missing_layer");
        assert_eq!(said(End::Exited(101), "error: could not find `Cargo.toml`"), "child_failed");
    }
}
