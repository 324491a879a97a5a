//! `grant`, `revoke` and `secret`.

use super::{Output, Server};
use clap::{Args, Subcommand};

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
