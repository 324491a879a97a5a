//! `crates`.

use super::{Output, Server};
use clap::{Args, Subcommand};

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
