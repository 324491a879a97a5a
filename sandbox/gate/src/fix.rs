//! What has exactly one right answer: a crate's files arrive; the same files leave with the edits made that source and lint
//! propose, again and again until they propose none.

use crate::{Cancel, Files, GateConfig, Source, StageFailure, lint};
use kandra_lint::{Finding, fix};
use std::collections::BTreeMap;

/// A fix can bring the next one to light, such as a path that was unreadable before; more rounds than this it never takes.
const MAX_ROUNDS: usize = 8;

pub(crate) fn run(config: &GateConfig, mut files: Files, cancel: &Cancel) -> Result<Files, StageFailure> {
    for _ in 0..MAX_ROUNDS {
        let findings = match Source::check(files.clone()) {
            Err(findings) => findings,
            Ok(source) => match lint::judge(config, &source, cancel) {
                Ok(Ok(_)) => return Ok(files),
                Ok(Err(findings)) => findings,
                // What cannot even be read has no one right answer; the gate itself says what is wrong.
                Err(StageFailure::Refused(_)) => return Ok(files),
                Err(failure) => return Err(failure),
            },
        };
        if !apply(&mut files, &findings) {
            break;
        }
    }
    Ok(files)
}

/// Whether anything was changed.
fn apply(files: &mut Files, findings: &[Finding]) -> bool {
    let mut edits: BTreeMap<&str, Vec<fix::Edit>> = BTreeMap::new();
    for finding in findings {
        edits.entry(&finding.file).or_default().extend(&finding.fix);
    }
    let mut changed = false;
    for (name, edits) in edits {
        let Some(bytes) = files.get_mut(name) else { continue };
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        let fixed = fix::apply(text, &edits);
        if fixed.as_bytes() != bytes.as_slice() {
            *bytes = fixed.into_bytes();
            changed = true;
        }
    }
    changed
}
