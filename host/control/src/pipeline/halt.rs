//! How a run ends when it does not succeed: what its author reads, what the operator reads, where its request goes.

use super::active::Why;
use kandra_agent::DevelopError;
use kandra_gate::{GateError, StageFailure};
use kandra_model::{Cause, Finding, RequestState, RunState, Stage};
use kandra_store::{RunEnd, StoreError, TrailError};
use std::fmt;

/// Why a run goes no further.
#[derive(Debug)]
pub(crate) enum Halt {
    /// A gate refused the crate. Its findings are recorded with the stage.
    Refused { stage: Stage, findings: Vec<Finding> },
    /// The developer has nothing.
    Undeveloped(DevelopError),
    /// We failed, or the machine did. `temporary`: the same may work later.
    Failed { code: String, sentence: String, temporary: bool },
    /// It passed and waits for the owner.
    Waiting { reason: String },
    /// Somebody stopped it.
    Stopped(Why),
}

/// For the log: one line.
impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Refused { stage, findings } = self else { return write!(f, "{self:?}") };
        write!(f, "refused by {}", stage.as_str())?;
        findings.iter().try_for_each(|found| write!(f, "; {}:{}: {}: {:?}", found.file, found.line, found.code, found.message))
    }
}

impl From<Why> for Halt {
    fn from(why: Why) -> Self {
        Self::Stopped(why)
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a run could not be recorded");
        Self::failed("store", "The server could not write to its database; the owner finds the reason in the log.")
    }
}

impl From<TrailError> for Halt {
    fn from(error: TrailError) -> Self {
        match error {
            TrailError::HandEdits { slug, paths } => Self::failed(
                "hand_edits",
                format!("{slug} has changes on disk that were not accepted yet ({}); save or undo them, then ask again.", paths.join(", ")),
            ),
            error => {
                tracing::error!(%error, "a revision could not be committed");
                Self::failed("trail", "The server could not write the feature's history; the owner finds the reason in the log.")
            }
        }
    }
}

impl Halt {
    pub(crate) fn failed(code: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self::Failed { code: code.into(), sentence: sentence.into(), temporary: false }
    }

    /// A gate's answer when it made nothing.
    pub(crate) fn from_stage(stage: Stage, failure: StageFailure, stop: Option<Why>) -> Self {
        match failure {
            StageFailure::Refused(findings) => Self::Refused { stage, findings },
            StageFailure::Cancelled => Self::Stopped(stop.unwrap_or_else(|| Why::Cancelled("The run was cancelled.".to_owned()))),
            StageFailure::Failed(error) => Self::from_gate(&error),
        }
    }

    /// A failure of ours.
    pub(crate) fn from_gate(error: &GateError) -> Self {
        tracing::error!(%error, "a gate failed");
        let temporary = matches!(error, GateError::DiskFull { .. } | GateError::Cold | GateError::Fetch(_) | GateError::Toolchain(_));
        let sentence = match error {
            GateError::DiskFull { .. } => "The server's disk is nearly full; building goes on when the owner has made room.".to_owned(),
            GateError::MissingLayer(layer) => {
                format!(
                    "This machine lacks {layer}, which generated code needs around it; the owner finds what to do with `kandra doctor`."
                )
            }
            GateError::Toolchain(_) | GateError::Fetch(_) | GateError::Warm(_) | GateError::Cold => {
                "The server cannot build at the moment; the owner finds what to do with `kandra doctor`.".to_owned()
            }
            GateError::Child(_) | GateError::Io { .. } => {
                "Building failed on the server's side; the owner finds the reason in the log.".to_owned()
            }
        };
        Self::Failed { code: error.code().to_owned(), sentence, temporary }
    }

    /// Whether the server should wait a while before it takes the next request up.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Failed { temporary, .. } => *temporary,
            Self::Undeveloped(error) => error.is_temporary(),
            Self::Refused { .. } | Self::Waiting { .. } | Self::Stopped(_) => false,
        }
    }

    /// What is recorded; `None` leaves the run as it is, to be taken up again.
    pub(crate) fn end(&self, cause: &Cause) -> Option<RunEnd> {
        let asked = matches!(cause, Cause::Request { .. });
        let request = |state| asked.then_some(state);
        let end = |state, to, sentence: String, code: &str| {
            Some(RunEnd { state, request: request(to), failure: Some(sentence), failure_code: Some(code.to_owned()) })
        };
        match self {
            Self::Refused { stage, findings } => {
                end(RunState::Failed, RequestState::Failed, refused(*stage, findings, cause), stage.as_str())
            }
            Self::Undeveloped(error) => {
                let to = match error {
                    DevelopError::NeedsModel => RequestState::NeedsModel,
                    error if error.is_temporary() => RequestState::Pending,
                    _ => RequestState::Failed,
                };
                end(RunState::Failed, to, error.sentence().to_owned(), error.code())
            }
            Self::Failed { code, sentence, temporary } => {
                let to = if *temporary { RequestState::Pending } else { RequestState::Failed };
                end(RunState::Failed, to, sentence.clone(), code)
            }
            Self::Waiting { reason } => end(RunState::Waiting, RequestState::Waiting, reason.clone(), "waiting"),
            Self::Stopped(Why::Cancelled(sentence)) => end(RunState::Cancelled, RequestState::Failed, sentence.clone(), "cancelled"),
            Self::Stopped(Why::Superseded) => end(
                RunState::Cancelled,
                RequestState::Failed,
                "The feature was saved again meanwhile; the newer version is being built.".to_owned(),
                "superseded",
            ),
            Self::Stopped(Why::Preempted) => end(
                RunState::Cancelled,
                RequestState::Pending,
                "Something more urgent was built first; this is done again later.".to_owned(),
                "preempted",
            ),
            Self::Stopped(Why::Stopping) => None,
        }
    }
}

fn refused(stage: Stage, findings: &[Finding], cause: &Cause) -> String {
    let what = match stage {
        Stage::Source => "The crate's files were not accepted as they are",
        Stage::Lint => "The code uses something that a feature may not use",
        Stage::Build => "The code did not compile",
        Stage::Inspect => "The compiled library holds something that a feature may not hold",
        Stage::Probe => "The feature did not do what its contract says",
        Stage::Load | Stage::Mount => "The finished feature could not be loaded",
        Stage::Prompt | Stage::Commit => "The feature could not be finished",
    };
    let first = findings.first().map(|finding| format!(" ({})", finding.message.chars().take(160).collect::<String>())).unwrap_or_default();
    let next = match cause {
        Cause::Request { .. } => "Ask again in other words; the details below help whoever repairs it.",
        Cause::Edit => "Correct it and save again; what was live before goes on serving.",
        Cause::Submission => "Correct it and send it again; what was live before goes on serving.",
        Cause::Deletion | Cause::Rebuild | Cause::Optimise => "What was live before goes on serving where it can.",
    };
    format!("{what}{first}. {next}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kandra_model::RequestId;

    #[test]
    fn every_end_has_a_calm_sentence_and_a_code() {
        let cause = Cause::Request { request: RequestId::generate() };
        let finding = Finding::error("K001", "`unsafe` is not allowed");
        for stage in Stage::ALL {
            let end = Halt::Refused { stage, findings: vec![finding.clone()] }.end(&cause).unwrap();
            assert_eq!((end.state, end.request), (RunState::Failed, Some(RequestState::Failed)));
            assert!(end.failure.unwrap().ends_with('.') && end.failure_code.as_deref() == Some(stage.as_str()));
        }
    }

    #[test]
    fn what_may_work_later_goes_back_to_the_queue() {
        let cause = Cause::Request { request: RequestId::generate() };
        let full = Halt::from_gate(&GateError::DiskFull { path: "x".into(), free_mib: 5 });
        assert!(full.is_temporary());
        assert_eq!(full.end(&cause).unwrap().request, Some(RequestState::Pending));
        assert_eq!(Halt::Undeveloped(DevelopError::NeedsModel).end(&cause).unwrap().request, Some(RequestState::NeedsModel));
        assert!(Halt::Stopped(Why::Stopping).end(&cause).is_none());
        assert_eq!(Halt::Stopped(Why::Superseded).end(&Cause::Edit).unwrap().request, None);
    }

    #[test]
    fn the_log_names_the_place_in_one_line() {
        let finding = Finding { file: "src/lib.rs".into(), line: 9, ..Finding::error("E0425", "no `mount`\nhere") };
        let halt = Halt::Refused { stage: Stage::Build, findings: vec![finding] };
        assert_eq!(halt.to_string(), r#"refused by build; src/lib.rs:9: E0425: "no `mount`\nhere""#);
    }
}
