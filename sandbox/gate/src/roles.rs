//! The child roles that the gates start, for the binary's dispatch.

use kandra_jail::{ConfineError, EXIT_MISSING_LAYER, Policy, confine, confine_and_exec};
use std::io;

const EXIT_FAILURE: i32 = 1;
const EXIT_USAGE: i32 = 2;

/// Plays `__lint`, `__tick`, `__exec` or `__prove` and answers the exit code; `None` for any other role. `rest` are the
/// arguments after the role. Must be called first thing in `main`, before any thread.
pub fn role_main(role: &str, rest: &[String]) -> Option<i32> {
    match role {
        "__lint" => Some(lint(rest)),
        "__tick" => Some(tick(rest)),
        "__exec" => Some(exec(rest)),
        "__prove" => Some(kandra_jail::prove_main(rest)),
        _ => None,
    }
}

fn policy(rest: &[String]) -> Result<Policy, i32> {
    let argument = rest.first().ok_or(EXIT_USAGE)?;
    Policy::from_argument(argument).map_err(|e| {
        eprintln!("the policy is unreadable: {e}");
        EXIT_USAGE
    })
}

fn unconfined(error: &ConfineError) -> i32 {
    eprintln!("{error}");
    if matches!(error, ConfineError::Missing { .. }) { EXIT_MISSING_LAYER } else { EXIT_FAILURE }
}

fn lint(rest: &[String]) -> i32 {
    computing(rest, || kandra_lint::child::serve(io::stdin().lock(), io::stdout().lock()))
}

fn tick(rest: &[String]) -> i32 {
    computing(rest, || kandra_lint::crates::serve(io::stdin().lock(), io::stdout().lock()))
}

/// A child that computes from standard input to standard output.
fn computing(rest: &[String], serve: impl FnOnce() -> io::Result<()>) -> i32 {
    let policy = match policy(rest) {
        Ok(policy) => policy,
        Err(code) => return code,
    };
    if let Err(error) = confine(&policy) {
        return unconfined(&error);
    }
    match serve() {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("{error}");
            EXIT_FAILURE
        }
    }
}

fn exec(rest: &[String]) -> i32 {
    let policy = match policy(rest) {
        Ok(policy) => policy,
        Err(code) => return code,
    };
    let [_, program, arguments @ ..] = rest else { return EXIT_USAGE };
    match confine_and_exec(&policy, program.into(), arguments.iter().map(Into::into).collect()) {
        Err(error) => unconfined(&error),
        Ok(never) => match never {},
    }
}
