//! The gates over real crates, with the real compiler in the real jail: the attacks that each of them must refuse.
//!
//! The gates re-execute a binary in child roles; here it is this one, which therefore has its own `main`. The warm build
//! is shared through `KANDRA_TEST_CACHE`, or the user's own cache. `--measure` prints stage timings instead.

use std::process::ExitCode;

mod measure;
mod rig;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(role) = arguments.get(1).filter(|role| role.starts_with("__")) {
        let code = kandra_gate::role_main(role, &arguments[2..]).unwrap_or(2);
        return ExitCode::from(u8::try_from(code).unwrap_or(1));
    }
    let gate = rig::gate();
    if arguments.iter().any(|argument| argument == "--measure") {
        measure::run(&gate);
        return ExitCode::SUCCESS;
    }
    ExitCode::SUCCESS
}
