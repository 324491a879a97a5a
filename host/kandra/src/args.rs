//! The command line, as SURFACE.md fixes it.

mod check;

pub use check::{Check, Explain, Format};

use clap::{Args, Parser, Subcommand, ValueEnum};
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

/// `crates`
#[derive(Args, Debug)]
#[command(after_help = "\
Without a command it lists what features may use. `add` fetches a crate and shows its licence, its advisories, what it brings
along, what of that runs while it is built, and how much is unsafe; when you agree it is built in the jail beside all that
serves, and the next feature can name it. Nothing restarts.

Examples:
  kandra crates
  kandra crates add smol_str --dry-run
  kandra crates add smol_str@0.3 --features serde --yes
  kandra crates remove smol_str")]
pub struct Crates {
    #[command(subcommand)]
    pub command: Option<CratesCommand>,
    #[command(flatten)]
    pub server: Server,
    #[command(flatten)]
    pub output: Output,
}

/// The commands of `crates`.
#[derive(Subcommand, Debug)]
pub enum CratesCommand {
    /// Allow one more
    Add(CratesAdd),
    /// Take back one that was added
    Remove(CratesRemove),
}

/// `crates add`
#[derive(Args, Debug)]
pub struct CratesAdd {
    /// Its name, or NAME@VERSION
    #[arg(value_name = "NAME[@VERSION]")]
    pub name: String,
    /// Cargo features to switch on, with commas between
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub features: Vec<String>,
    /// Leave its default features off
    #[arg(long)]
    pub no_default_features: bool,
    /// Only show what was found
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    #[command(flatten)]
    pub server: Server,
    #[command(flatten)]
    pub output: Output,
}

/// `crates remove`
#[derive(Args, Debug)]
pub struct CratesRemove {
    /// Its name
    pub name: String,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub server: Server,
    #[command(flatten)]
    pub output: Output,
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

/// `serve`. Each option is also KANDRA_* in the environment and a line of kandra.toml.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kandra serve                                     everything on this machine only, offline recipes
  ANTHROPIC_API_KEY=… kandra serve                 a model writes what no recipe covers
  kandra serve --listen 0.0.0.0:8080 --live-listen 0.0.0.0:8081   for the local network
  kandra serve --public-url https://kandra.example --live-public-url 'https://{slug}.live.example' --trusted-proxies 127.0.0.1

Options win over KANDRA_* variables, those over kandra.toml, those over the defaults.")]
pub struct Serve {
    /// Where everything is kept [default: ./.kandra]
    #[arg(long, env = "KANDRA_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// A configuration file [default: ./kandra.toml when it exists]
    #[arg(long, env = "KANDRA_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the dashboard and the API listen; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "KANDRA_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,
    /// Where features are served [default: 127.0.0.1:8081]
    #[arg(long, env = "KANDRA_LIVE_LISTEN", value_name = "ADDR")]
    pub live_listen: Option<String>,
    /// The dashboard's address as browsers see it [default: as the request's Host says]
    #[arg(long, env = "KANDRA_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// The features' address as browsers see it; may contain {slug}
    #[arg(long, env = "KANDRA_LIVE_PUBLIC_URL", value_name = "URL")]
    pub live_public_url: Option<String>,
    /// Whose forwarding headers are believed
    #[arg(long, env = "KANDRA_TRUSTED_PROXIES", value_name = "CIDR,…", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<String>>,
    /// Who writes features [default: anthropic when ANTHROPIC_API_KEY is set, else offline]
    #[arg(long, env = "KANDRA_AGENT", value_name = "AGENT")]
    pub agent: Option<AgentKind>,
    /// The model's id
    #[arg(long, env = "KANDRA_MODEL", value_name = "ID")]
    pub model: Option<String>,
    /// Seconds that the model may stay silent before it is asked again [default: 60]
    #[arg(long, env = "KANDRA_MODEL_TIMEOUT", value_name = "SECS")]
    pub model_timeout: Option<u64>,
    /// Seconds between two looks at the queue [default: 60]
    #[arg(long, env = "KANDRA_INTERVAL", value_name = "SECS")]
    pub interval: Option<u64>,
    /// Leading zeros of a visitor's proof of work, 0 to 8 [default: 4]
    #[arg(long, env = "KANDRA_DIFFICULTY", value_name = "N")]
    pub difficulty: Option<u8>,
    /// Whether the owner approves revisions [default: auto on this machine, large elsewhere]
    #[arg(long, env = "KANDRA_APPROVAL", value_name = "WHEN")]
    pub approval: Option<Approval>,
    /// Which requests the owner sees first [default: open]
    #[arg(long, env = "KANDRA_MODERATION", value_name = "WHICH")]
    pub moderation: Option<Moderation>,
    /// A folder of feature crates that a new home starts with [default: ./generated in a checkout]
    #[arg(long, env = "KANDRA_FEATURES_FROM", value_name = "DIR")]
    pub features_from: Option<PathBuf>,
    /// Live's worker threads [default: one for each core, at least 4]
    #[arg(long, env = "KANDRA_LIVE_WORKERS", value_name = "N")]
    pub live_workers: Option<u32>,
    /// Run strangers' code although a required sandbox layer is missing on this machine
    #[arg(long, env = "KANDRA_DANGEROUSLY_RUN_STRANGERS_CODE_UNCONFINED")]
    pub dangerously_run_strangers_code_unconfined: bool,
}

/// `--agent`
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum AgentKind {
    Offline,
    Anthropic,
    Openai,
    None,
}

/// `--approval`
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Approval {
    Auto,
    Large,
    Always,
}

/// `--moderation`
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Moderation {
    Open,
    First,
    All,
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

/// `grant`, `revoke`
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kandra grant weather                      what it asks to call, and what it may
  kandra grant weather api.example.com      it may call https://api.example.com from now on
  kandra revoke weather api.example.com     and from now on no more")]
pub struct Grant {
    /// The feature's slug
    pub slug: String,
    /// The host [default: only show what is asked and granted]
    pub host: Option<String>,
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

/// `secret`
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kandra secret set weather-key --host api.example.com < key.txt
  pass show weather | kandra secret set weather-key --host api.example.com
  kandra secret list
  kandra secret remove weather-key

A feature names a secret and never sees it: the server puts it into the call, and only towards the hosts named here.")]
pub struct Secret {
    /// What to do
    #[command(subcommand)]
    pub command: SecretCommand,
}

/// `secret …`
#[derive(Subcommand, Debug)]
pub enum SecretCommand {
    /// Keep a secret, read from standard input, in place of one of the same name
    Set(SecretSet),
    /// Names and hosts; never what is kept
    List(SecretList),
    /// Forget a secret
    Remove(SecretRemove),
}

/// `secret set`
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  kandra secret set weather-key --host api.example.com --host backup.example.com < key.txt")]
pub struct SecretSet {
    /// Its name: 1 to 40 letters, digits, - and _
    pub name: String,
    /// A host that it may be sent to; may be given several times
    #[arg(long, required = true, value_name = "HOST")]
    pub host: Vec<String>,
    /// Show what would be done; nothing is read
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `secret list`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  kandra secret list\n  kandra secret list --json | jq -r '.secrets[].name'")]
pub struct SecretList {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}

/// `secret remove`
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  kandra secret remove weather-key")]
pub struct SecretRemove {
    /// Its name
    pub name: String,
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
