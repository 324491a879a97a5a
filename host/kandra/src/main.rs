//! `kandra`: one binary for the server, its child roles and its command line.
#![forbid(unsafe_code)]

mod args;
mod client;
mod commands;
mod config_file;
mod exit;
mod report;
mod roles;
mod rules;
mod terminal;
#[cfg(test)]
mod workflows;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    // A child role confines itself before anything else happens, so it is looked for before arguments are parsed.
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(code) = roles::dispatch(&arguments) {
        return code;
    }
    let cli = args::Cli::parse();
    match commands::run(cli) {
        Ok(code) => code.into(),
        Err(failure) => {
            terminal::error(&failure);
            exit::Code::of(&failure).into()
        }
    }
}
