//! What the gates say: every case at once, on all cores, in this one process.

use crate::case::{Attack, Case};
use kandra_gate::{Cancel, Finding, Gate, Severity, Stage, StageFailure, StageOutcome, Tier};
use std::{
    cell::Cell,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How a case ended, and how long that took.
pub struct Judged {
    pub verdict: Verdict,
    pub took: Duration,
}

/// How a case ended.
pub enum Verdict {
    Accepted,
    Refused {
        stage: Stage,
        findings: Vec<Finding>,
    },
    /// We failed, which is never right.
    Failed(String),
}

impl Verdict {
    /// The stage, and the code that is expected if one of the findings has it or one that may stand for it; the first
    /// finding's code otherwise.
    pub fn stopped_by(&self, attack: &Attack) -> Option<(&'static str, String)> {
        let Self::Refused { stage, findings } = self else { return None };
        let errors = || findings.iter().filter(|f| f.severity == Severity::Error).map(|f| &f.code);
        let expected = errors().any(|code| *code == attack.code || attack.also.contains(code));
        Some((stage.as_str(), if expected { attack.code.clone() } else { errors().next()?.clone() }))
    }

    /// In words, for a person who must correct something.
    pub fn told(&self) -> String {
        match self {
            Self::Accepted => "accepted".to_owned(),
            Self::Failed(why) => format!("not judged: {why}"),
            Self::Refused { stage, findings } => {
                let said: Vec<String> = findings
                    .iter()
                    .filter(|f| f.severity == Severity::Error)
                    .map(|f| format!("    {} {}:{}:{} {} = {}", f.code, f.file, f.line, f.column, f.message, f.hint))
                    .collect();
                format!("refused by {}\n{}", stage.as_str(), said.join("\n"))
            }
        }
    }
}

/// Judges all of them, in the order given.
pub fn judge(gate: &Gate, cases: &[&Case]) -> Vec<Judged> {
    each(cases, |case| {
        let began = Instant::now();
        let verdict = one(gate, case);
        Judged { verdict, took: began.elapsed() }
    })
}

/// Does something with each, on all cores.
pub fn each<T: Send>(cases: &[&Case], work: impl Fn(&Case) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(|| {
                while let Some((index, case)) = cases.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = work(case);
                    done.lock().unwrap().push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn one(gate: &Gate, case: &Case) -> Verdict {
    let stage = Cell::new(Stage::Source);
    let judged = kandra_gate::read_directory(&case.directory).and_then(|mut files| {
        files.extend(case.sent.clone());
        gate.run(files, Tier::Quick, &Cancel::new(), &|at, outcome, _| {
            if outcome == StageOutcome::Running {
                stage.set(at);
            }
        })
    });
    match judged {
        Ok(_) => Verdict::Accepted,
        Err(StageFailure::Refused(findings)) => Verdict::Refused { stage: stage.get(), findings },
        Err(other) => Verdict::Failed(format!("{other:?}")),
    }
}
