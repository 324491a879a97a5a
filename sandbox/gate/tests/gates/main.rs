//! The gates over real crates, with the real compiler in the real jail: the attacks that each of them must refuse.
//!
//! The gates re-execute a binary in child roles; here it is this one, which therefore has its own `main`. The warm build
//! is shared through `KANDRA_TEST_CACHE`, or the user's own cache. An argument is a filter; `--measure` prints stage
//! timings instead.

mod attacks;
mod bombs;
mod child;
mod measure;
mod rig;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(role) = arguments.get(1).filter(|role| role.starts_with("__")) {
        let rest = &arguments[2..];
        let code = if role == "__probe" { child::main(rest) } else { kandra_gate::role_main(role, rest).unwrap_or(2) };
        return ExitCode::from(u8::try_from(code).unwrap_or(1));
    }
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    if has("--list") {
        attacks::ALL.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let gate = rig::gate();
    if has("--measure") {
        measure::run(&gate);
        return ExitCode::SUCCESS;
    }
    let filter = arguments.iter().skip(1).find(|argument| !argument.starts_with('-'));
    let wanted = |name: &str| filter.is_none_or(|filter| name.contains(filter.as_str()));
    let failed: Vec<&str> = attacks::ALL
        .iter()
        .filter(|(name, _)| wanted(name))
        .filter(|(name, test)| {
            let passed = catch_unwind(AssertUnwindSafe(|| test(&gate))).is_ok();
            println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
            !passed
        })
        .map(|(name, _)| *name)
        .collect();
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("failed: {}", failed.join(", "));
    ExitCode::FAILURE
}
