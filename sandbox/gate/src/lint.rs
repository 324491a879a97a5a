//! The lint gate: a [`Source`] goes to a disposable child, which parses it with syn and may die of it.

use crate::{Cancel, GateConfig, GateError, Linted, Source, StageFailure, error};
use kandra_jail::{Command, End, Policy, Role};
use kandra_lint::child;
use kandra_model::Finding;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(2);

pub(crate) fn run(config: &GateConfig, source: Source, cancel: &Cancel) -> Result<Linted, StageFailure> {
    judge(config, &source, cancel)?.map_err(error::refused)
}

/// The child's own findings, with their fixes.
pub(crate) fn judge(
    config: &GateConfig,
    source: &Source,
    cancel: &Cancel,
) -> Result<Result<Linted, Vec<kandra_lint::Finding>>, StageFailure> {
    let mut policy = Policy::new(Role::Lint);
    policy.missing = config.missing_layers;
    let finished = Command::role(&config.exe, "__lint", &policy)
        .stdin(child::request(source))
        .deadline(DEADLINE)
        .output_limit(child::MAX_MESSAGE)
        .cancel(cancel)
        .run()
        .map_err(|e| GateError::Child(e.to_string()))?;
    match finished.end {
        End::Exited(0) => {}
        End::Cancelled => return Err(StageFailure::Cancelled),
        End::Deadline => {
            return Err(refuse(
                "lint/too-slow",
                "reading the crate took longer than 2 seconds",
                "split long expressions and files into smaller ones",
            ));
        }
        End::Exited(_) => return Err(error::child_failed("lint", &finished)),
        // A stack overflow or an abort inside the parser: the crate did that.
        End::Signalled(_) | End::OutputLimit | End::ProcessLimit => {
            return Err(refuse(
                "lint/too-complex",
                "the crate is too deeply nested or too long to be read",
                "nest less deeply and split long expressions",
            ));
        }
    }
    child::reply(source, &finished.stdout).map_err(|e| GateError::Child(e.to_string()).into())
}

fn refuse(code: &str, message: &str, hint: &str) -> StageFailure {
    StageFailure::Refused(vec![Finding::error(code, message).hint(hint)])
}
