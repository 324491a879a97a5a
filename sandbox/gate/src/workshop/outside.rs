//! cargo outside the jail: it resolves and fetches with the user's own configuration, and compiles nothing.

use super::{Toolchain, toolchain};
use crate::{Cancel, GateError, StageFailure};
use std::{
    io::{Read, Seek},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const FETCH_DEADLINE: Duration = Duration::from_secs(600);

/// Whether cargo may write to the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    /// It is the reviewed one.
    Kept,
    /// It is extended by what is new.
    Extended,
}

/// How cargo is run.
pub(super) struct Outside<'a> {
    pub toolchain: &'a Toolchain,
    pub cancel: &'a Cancel,
}

impl Outside<'_> {
    /// Answers its standard output, or the end of its standard error.
    pub fn run(&self, workspace: &Path, arguments: &[&str], lock: Lock) -> Result<Result<Vec<u8>, String>, StageFailure> {
        let filter = if arguments[0] == "metadata" { "--filter-platform" } else { "--target" };
        let failed = || GateError::io(format!("could not run {}", self.toolchain.cargo.display()));
        let (mut stdout, mut stderr) = (tempfile::tempfile().map_err(failed())?, tempfile::tempfile().map_err(failed())?);
        let mut child = Command::new(&self.toolchain.cargo)
            .args(arguments)
            .args((lock == Lock::Kept).then_some("--locked"))
            .args([filter, toolchain::TARGET, "--manifest-path"])
            .arg(workspace.join("Cargo.toml"))
            .current_dir("/")
            .env("RUSTC", &self.toolchain.rustc)
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("CARGO_TARGET_DIR")
            .stdin(Stdio::null())
            .stdout(stdout.try_clone().map_err(failed())?)
            .stderr(stderr.try_clone().map_err(failed())?)
            .spawn()
            .map_err(failed())?;
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().map_err(failed())? {
                break status;
            }
            if self.cancel.is_cancelled() || started.elapsed() > FETCH_DEADLINE {
                let _ = child.kill();
                let _ = child.wait();
                return if self.cancel.is_cancelled() {
                    Err(StageFailure::Cancelled)
                } else {
                    Ok(Err("it took longer than ten minutes".to_owned()))
                };
            }
            thread::sleep(Duration::from_millis(20));
        };
        let mut bytes = Vec::new();
        let source = if status.success() { &mut stdout } else { &mut stderr };
        source.rewind().and_then(|()| source.read_to_end(&mut bytes)).map_err(failed())?;
        Ok(if status.success() { Ok(bytes) } else { Err(last_lines(&bytes)) })
    }
}

/// The end of what a program said, on one line.
pub(super) fn last_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with("Blocking")).collect();
    lines[lines.len().saturating_sub(6)..].join("; ")
}
