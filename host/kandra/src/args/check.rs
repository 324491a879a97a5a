//! `check` and `explain`.

use clap::{Args, ValueEnum};
use std::{num::NonZeroUsize, path::PathBuf};

/// `check`
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kandra check ./word-of-the-day
  kandra check generated/*/ --format github
  kandra check generated/*/ --since origin/main --format sarif > findings.sarif
  kandra check ./word-of-the-day --fix --dry-run     what has one right answer, as a diff

A verdict is kept until a byte of the crate, its callers' contracts, the SDK, the toolchain or this program changes.
`kandra explain CODE` says more about a finding.")]
pub struct Check {
    /// Feature crates
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to print findings
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Crates of features that call these: what their contracts expect is tried too, as it is among the crates checked
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub with: Vec<PathBuf>,
    /// Only those that differ from this git revision
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// First write what has exactly one right answer into the crates' files
    #[arg(long)]
    pub fix: bool,
    /// With --fix: print what would be written, as a diff, and do no more
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// Judge everything anew, and keep no verdict
    #[arg(long)]
    pub no_cache: bool,
    /// How many crates are built at once [default: one for each core]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Check although a required sandbox layer is missing on this machine
    #[arg(long)]
    pub dangerously_run_strangers_code_unconfined: bool,
}

/// `explain`
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  kandra explain            every code with its title\n  kandra explain K001\n  kandra explain probe/leak"
)]
pub struct Explain {
    /// A finding's code
    pub code: Option<String>,
}

/// `check --format`
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As the compiler prints, with excerpts
    Human,
    /// One object
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
}
