//! `kandra doctor`

use super::{print_json, print_line};
use crate::{args::Doctor, config_file, exit::Code};
use anyhow::{Context, Result};

/// Prints what this machine offers; 8 when a required layer is missing, 1 when something else is.
pub fn run(options: Doctor) -> Result<Code> {
    let executable = std::env::current_exe().context("cannot find my own file")?;
    let doctor = kandra_gate::Doctor::examine(&executable, &config_file::cache()?);
    if options.output.json {
        print_json(serde_json::to_value(&doctor)?)?;
    } else {
        for line in doctor.lines() {
            print_line(&line)?;
        }
    }
    Ok(if doctor.missing_layers().next().is_some() {
        Code::MissingLayer
    } else if doctor.is_well() {
        Code::Ok
    } else {
        Code::Failure
    })
}
