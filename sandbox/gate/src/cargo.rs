//! cargo: how it is run in the jail, and the JSON messages it writes.
//!
//! cargo runs with `/` as its working directory, so that no `.cargo/config.toml` above a build directory is read, with
//! an empty environment but for what is set here, and always offline.

use crate::{Cancel, MissingLayers, Toolchain};
use kandra_jail::{Command, Policy, Role};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What every compiler needs to read besides the toolchain.
const SYSTEM: [&str; 8] = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives", "/dev/urandom", "/dev/null"];

/// One run of cargo in the jail.
pub(crate) struct Jailed<'a> {
    pub exe: &'a Path,
    pub toolchain: &'a Toolchain,
    pub missing: MissingLayers,
    /// Read-only, besides toolchain and system.
    pub read: Vec<PathBuf>,
    /// The only place it may write to; holds cargo's home and temporary files too.
    pub work: &'a Path,
}

impl Jailed<'_> {
    /// The policy of a build.
    pub fn policy(&self) -> Policy {
        let mut policy = Policy::new(Role::Build);
        policy.missing = self.missing;
        policy.read.extend(SYSTEM.iter().map(PathBuf::from));
        policy.read.push(self.toolchain.sysroot.clone());
        policy.read.extend([&self.toolchain.rustc, &self.toolchain.cargo, &self.toolchain.cc].map(|path| path.clone()));
        policy.read.extend(self.read.iter().cloned());
        policy.write.extend([self.work.to_owned(), "/dev/null".into()]);
        policy
    }

    /// cargo with these arguments; its home and temporary directory are made beneath `work`.
    pub fn command(&self, policy: &Policy, cancel: &Cancel, arguments: &[&str]) -> Command {
        Command::program(self.exe, policy, self.toolchain.cargo.as_os_str())
            .args(arguments)
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.work.join("home"))
            .env("CARGO_HOME", self.work.join("home"))
            .env("TMPDIR", self.work.join("tmp"))
            .env("RUSTC", &self.toolchain.rustc)
            .env("CARGO_TERM_COLOR", "never")
            .cancel(cancel)
    }
}

/// One line of `--message-format json`; unknown reasons and fields are ignored.
#[derive(Debug, Deserialize)]
#[serde(tag = "reason")]
pub(crate) enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact {
        target: Target,
        filenames: Vec<PathBuf>,
        #[serde(default)]
        package_id: String,
    },
    #[serde(rename = "compiler-message")]
    Diagnostic { message: Diagnostic },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    pub name: String,
    pub kind: Vec<String>,
}

/// What rustc says.
#[derive(Debug, Deserialize)]
pub(crate) struct Diagnostic {
    pub message: String,
    pub level: String,
    #[serde(default)]
    pub code: Option<Code>,
    #[serde(default)]
    pub spans: Vec<Span>,
    #[serde(default)]
    pub children: Vec<Diagnostic>,
    #[serde(default)]
    pub rendered: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Code {
    pub code: String,
}

/// A place; columns count characters from 1.
#[derive(Debug, Deserialize)]
pub(crate) struct Span {
    pub file_name: String,
    pub line_start: u32,
    pub line_end: u32,
    pub column_start: u32,
    pub column_end: u32,
    pub is_primary: bool,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub suggested_replacement: Option<String>,
    #[serde(default)]
    pub expansion: Option<Box<Expansion>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Expansion {
    pub span: Span,
}

/// The messages in what cargo wrote; lines that are none are skipped.
pub(crate) fn messages(stdout: &[u8]) -> impl Iterator<Item = Message> {
    stdout.split(|byte| *byte == b'\n').filter(|line| line.first() == Some(&b'{')).filter_map(|line| serde_json::from_slice(line).ok())
}
