//! One module for each command, or for each family of them.

mod check;
mod crates;
mod deploy;
mod dev;
mod doctor;
mod explain;
mod features;
mod grants;
mod limits;
mod live;
mod logs;
mod new;
mod serve;

use crate::{
    args::{Cli, Command},
    exit::Code,
};
use anyhow::Result;
use clap::CommandFactory;
use serde_json::Value;
use std::io::Write;

/// Runs a command to its end.
pub fn run(cli: Cli) -> Result<Code> {
    match cli.command {
        Command::Serve(options) => serve::run(*options),
        Command::New(options) => new::run(options),
        Command::Check(options) => check::run(options),
        Command::Explain(options) => explain::run(options),
        Command::Dev(options) => dev::run(options),
        Command::Deploy(options) => on_runtime(deploy::run(options)),
        Command::List(options) => on_runtime(features::list(options)),
        Command::Show(options) => on_runtime(features::show(options)),
        Command::Logs(options) => on_runtime(logs::run(options)),
        Command::Rollback(options) => on_runtime(features::rollback(options)),
        Command::Pause(options) => on_runtime(features::switch(options, features::Way::Pause)),
        Command::Resume(options) => on_runtime(features::switch(options, features::Way::Resume)),
        Command::Pin(options) => on_runtime(features::switch(options, features::Way::Pin)),
        Command::Unpin(options) => on_runtime(features::switch(options, features::Way::Unpin)),
        Command::Limits(options) => on_runtime(limits::run(options)),
        Command::Grant(options) => on_runtime(grants::grant(options, grants::Way::Grant)),
        Command::Revoke(options) => on_runtime(grants::grant(options, grants::Way::Revoke)),
        Command::Crates(options) => on_runtime(crates::run(options)),
        Command::Secret(options) => on_runtime(grants::secret(options)),
        Command::Replace(options) => on_runtime(live::replace(options)),
        Command::Remove(options) => on_runtime(features::remove(options)),
        Command::Approve(options) => on_runtime(features::approve(options)),
        Command::Doctor(options) => doctor::run(options),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "kandra", &mut std::io::stdout());
            Ok(Code::Ok)
        }
    }
}

/// Runs a client command; Ctrl-C ends it with 130.
fn on_runtime(work: impl Future<Output = Result<Code>>) -> Result<Code> {
    install_tls();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        tokio::select! {
            result = work => result,
            _ = tokio::signal::ctrl_c() => Ok(Code::Interrupted),
        }
    })
}

/// reqwest is built without a cryptography provider of its own.
fn install_tls() {
    // An error says that one is installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// One JSON object on standard output, with its schema's number.
fn print_json(mut value: Value) -> Result<()> {
    if let Some(object) = value.as_object_mut() {
        object.insert("schema".to_owned(), 1.into());
    }
    print_line(&serde_json::to_string_pretty(&value)?)
}

/// One line on standard output; a closed pipe ends the command quietly.
fn print_line(text: &str) -> Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => Ok(other?),
    }
}
