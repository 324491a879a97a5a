//! The command line, as SURFACE.md fixes it.

mod check;
mod crates;
mod grants;
mod serve;

pub use check::{Check, Explain, Format};
pub use crates::{Crates, CratesAdd, CratesCommand, CratesRemove};
pub use grants::{Grant, Secret, SecretCommand, SecretList, SecretRemove, SecretSet};
pub use serve::{AgentKind, Approval, Moderation, Serve};

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// An HTTP server that rewrites itself while it runs.
#[derive(Parser, Debug)]
#[command(
    name = "kandra",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  kandra serve                      start a server on http://127.0.0.1:8080
  kandra new word-of-the-day        a new feature crate to write by hand
  kandra check generated/*/          the server's gates, for developers and CI
  kandra deploy ./word-of-the-day   send it to the running server

Exit codes: 0 ok, 1 failure, 2 usage, 3 refused by source or lint, 4 build, 5 inspect or probe,
6 server unreachable, 7 budget or policy, 8 a required sandbox layer is missing, 130 after Ctrl-C."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run the server
    Serve(Box<Serve>),
    /// Make a new feature crate from the template
    New(New),
    /// Run the gates over feature crates, as the server would
    Check(Check),
    /// Say what a finding's code means, why it is refused and what to write instead
    Explain(Explain),
    /// Serve one feature crate privately and reload it on every save
    Dev(Dev),
    /// Send a feature crate to a running server
    Deploy(Deploy),
    /// List the features of a running server
    List(Query),
    /// Show one feature: routes, revisions, statistics
    Show(One),
    /// Show a feature's log lines
    Logs(Logs),
    /// Point a feature at another of its revisions
    Rollback(Rollback),
    /// Let a feature answer 503 until it is resumed
    Pause(Switch),
    /// Let a paused or quarantined feature serve again
    Resume(Switch),
    /// Let another process take over from the one that serves features
    Replace(Replace),
    /// Remove a feature's routes; its data and history stay
    Remove(Remove),
    /// Keep a feature's revision: newer ones wait as candidates
    Pin(Switch),
    /// Let newer revisions take a pinned one's place
    Unpin(Switch),
    /// Show what a feature may use, or set it
    Limits(Limits),
    /// Let a feature call a host that its manifest names
    Grant(Grant),
    /// Let a feature call a host no more
    Revoke(Grant),
    /// Keep what features send to other servers and never see
    Secret(Secret),
    /// The crates that features may use; add one while the server runs
    Crates(Crates),
    /// Let a candidate that waits for approval go live
    Approve(Approve),
    /// Show what this machine offers: toolchain, sandbox layers, warm build
    Doctor(Doctor),
    /// Print a completion script for a shell
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// How to find a running server.
#[derive(Args, Debug, Clone)]
pub struct Server {
    /// The server's home; its `run/` folder says where it listens
    #[arg(long, env = "KANDRA_HOME", default_value = "./.kandra", value_name = "DIR")]
    pub home: PathBuf,
    /// The address of a server elsewhere, such as https://kandra.example
    #[arg(long, env = "KANDRA_SERVER", value_name = "URL")]
    pub server: Option<String>,
    /// A file that holds the owner's token, for --server
    #[arg(long, env = "KANDRA_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}

/// `replace`
#[derive(Args, Debug)]
#[command(after_help = "\
The next process loads every feature beside the one that serves; then that one ends its calls, writes states down and
hands over. Nobody is refused; event streams and sockets are opened anew. The server does this by itself when libraries
cannot be unloaded or a call cannot be stopped.

Examples:
  kandra replace
  kandra replace --json")]
pub struct Replace {
    #[command(flatten)]
    pub server: Server,
    #[command(flatten)]
    pub output: Output,
}

/// Output for programs.
#[derive(Args, Debug, Clone, Copy)]
pub struct Output {
    /// Print one JSON object with a `schema` number
    #[arg(long)]
    pub json: bool,
}

/// `new`
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kandra new word-of-the-day
  kandra new word-of-the-day --dir features --title 'Word of the day'

A feature may use regex, chrono, maud, csv and a dozen other reviewed crates: name them under [dependencies] in its Cargo.toml.
`kandra crates` lists those of a running server.")]
pub struct New {
    /// The feature's slug: 3 to 40 lower-case letters, digits and single hyphens
    pub slug: String,
    /// Where to make the folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub dir: PathBuf,
    /// Its title [default: from the slug]
    #[arg(long)]
    pub title: Option<String>,
    /// Where the SDK's sources are, for rust-analyzer and cargo test [default: the checkout or the cache]
    #[arg(long, value_name = "DIR")]
    pub sdk: Option<PathBuf>,
    /// Show what would be written
    #[arg(long)]
    pub dry_run: bool,
}

/// `dev`
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  kandra dev ./word-of-the-day")]
pub struct Dev {
    /// The feature crate
    pub path: PathBuf,
    /// Where the private dashboard listens; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR")]
    pub listen: String,
}

/// `deploy`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  kandra deploy ./word-of-the-day -m 'Fix the date'\n  kandra deploy ./word-of-the-day --dry-run")]
pub struct Deploy {
    /// The feature crate
    pub path: PathBuf,
    /// The revision that it was made from [default: the current one; refused when the feature is new]
    #[arg(long, value_name = "N")]
    pub base_revision: Option<u32>,
    /// What changed, in one line
    #[arg(short, long, default_value = "Deployed by hand")]
    pub message: String,
    /// Run the gates on the server, change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not wait for the run to end
    #[arg(long)]
    pub no_wait: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `list`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  kandra list\n  kandra list --json | jq -r '.features[].slug'")]
pub struct Query {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `show`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  kandra show poll\n  kandra show poll --json | jq -r '.feature.url'")]
pub struct One {
    /// The feature's slug
    pub slug: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `limits`
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kandra limits poll                                       what it may use, and what could be set
  kandra limits poll --set deadline_ms=20000               one limit; what was set before stays
  kandra limits poll --set response_bytes=16MiB --set poll_ms=200
  kandra limits poll --reset                               the defaults again
  kandra limits poll --reset --set concurrent_calls=20     the defaults and this

They hold at once, without a new mount, for calls that begin from then on.")]
pub struct Limits {
    /// The feature's slug
    pub slug: String,
    /// Set one; may be given several times. Bytes also as KiB, MiB, GiB
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Forget what was set before
    #[arg(long)]
    pub reset: bool,
    /// Show what would be done
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `pause`, `resume`, `pin`, `unpin`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  kandra pause poll      its routes answer 503\n  kandra resume poll     it serves again\n  \
                        kandra pin poll        the revision that serves now stays\n  kandra unpin poll      newer ones may take its place")]
pub struct Switch {
    /// The feature's slug
    pub slug: String,
    /// Show what would be done
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `logs`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  kandra logs poll\n  kandra logs poll --follow")]
pub struct Logs {
    /// The feature's slug
    pub slug: String,
    /// Go on printing new lines
    #[arg(short, long)]
    pub follow: bool,
    /// How many of the newest lines
    #[arg(short = 'n', long, default_value_t = 100, value_name = "N")]
    pub lines: u32,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `rollback`
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  kandra rollback poll          the revision before the current one\n  kandra rollback poll 3 --yes\n  \
                        kandra rollback poll 3 --with-data    and its SQL data, to before the migration that followed"
)]
pub struct Rollback {
    /// The feature's slug
    pub slug: String,
    /// The revision [default: the one before the current; the last when the feature is removed]
    pub revision: Option<u32>,
    /// Bring back its SQL data too, from the copy made before the migration that followed that revision; what was written
    /// since is lost to the feature, and kept beside its database
    #[arg(long)]
    pub with_data: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Show what would be done
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `remove`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  kandra remove poll --dry-run\n  kandra remove poll --yes")]
pub struct Remove {
    /// The feature's slug
    pub slug: String,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Show what would be done
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `approve`
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  kandra approve 018f3c1e-7b0a-7c3d-9e2f-5a6b7c8d9e0f")]
pub struct Approve {
    /// The candidate: its run's id, as `kandra list` and the owner's page show it
    pub run: String,
    /// Show what would be done
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `doctor`
#[derive(Args, Debug)]
#[command(after_help = "Exit code 8 when a required sandbox layer is missing.")]
pub struct Doctor {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
