//! How a stage ends when it does not pass.

use kandra_jail::{EXIT_MISSING_LAYER, End, Finished};
use kandra_model::{Finding, Severity};
use std::{io, path::PathBuf};

/// Why a stage made nothing.
#[derive(Debug, thiserror::Error)]
pub enum StageFailure {
    /// The crate is at fault; its author can read why. Never empty.
    #[error("the crate was refused: {}", .0.first().map_or("no finding", |f| f.message.as_str()))]
    Refused(Vec<Finding>),
    /// We are at fault, or the machine is.
    #[error(transparent)]
    Failed(#[from] GateError),
    /// Somebody raised the [`crate::Cancel`] flag.
    #[error("cancelled")]
    Cancelled,
}

/// A failure of the gates themselves or of the machine; the sentence says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The Rust toolchain or the C compiler is missing or unusable.
    #[error("{0}")]
    Toolchain(String),
    /// A build was asked for before [`crate::Workshop::warm`] was done.
    #[error("the SDK is not built yet; the first start does this once and takes about a minute")]
    Cold,
    /// The SDK or one of its dependencies could not be fetched.
    #[error("the SDK's dependencies could not be fetched: {0}. Check the network, or copy a filled cargo registry here; it is needed once")]
    Fetch(String),
    /// The SDK or one of its dependencies did not compile.
    #[error("the SDK did not build: {0}")]
    Warm(String),
    /// A required layer of the jail does not work on this machine.
    #[error("{0}; strangers' code is refused without it, and `kandra doctor` tries every layer")]
    MissingLayer(String),
    /// Too little room.
    #[error("only {free_mib} MiB are free on the disk that holds {path}; builds wait until 1 GiB is free", path = path.display())]
    DiskFull {
        /// Where.
        path: PathBuf,
        /// How much is left, MiB.
        free_mib: u64,
    },
    /// A child of ours could not be started or answered nonsense.
    #[error("{0}")]
    Child(String),
    /// The file system refused.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, with the path.
        what: String,
        /// Why not.
        source: io::Error,
    },
}

impl GateError {
    /// Stable, for JSON and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Toolchain(_) => "toolchain_missing",
            Self::Cold => "warming",
            Self::Fetch(_) => "fetch_failed",
            Self::Warm(_) => "warm_failed",
            Self::MissingLayer(_) => "missing_layer",
            Self::DiskFull { .. } => "disk_full",
            Self::Child(_) => "child_failed",
            Self::Io { .. } => "io",
        }
    }

    /// For `map_err`: names what was being done.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// The lint crate's findings as the model's; the fields are the same.
pub(crate) fn finding(found: kandra_lint::Finding) -> Finding {
    let severity = match found.severity {
        kandra_lint::Severity::Error => Severity::Error,
        kandra_lint::Severity::Warning => Severity::Warning,
    };
    Finding {
        code: found.code,
        severity,
        message: found.message,
        hint: found.hint,
        file: found.file,
        line: found.line,
        column: found.column,
        end_line: found.end_line,
        end_column: found.end_column,
    }
}

pub(crate) fn refused(findings: Vec<kandra_lint::Finding>) -> StageFailure {
    StageFailure::Refused(findings.into_iter().map(finding).collect())
}

/// A child of ours ended as none of ours should.
pub(crate) fn child_failed(role: &str, finished: &Finished) -> StageFailure {
    let said = String::from_utf8_lossy(&finished.stderr);
    let said: String = said.trim().chars().take(600).collect();
    match finished.end {
        End::Exited(EXIT_MISSING_LAYER) => GateError::MissingLayer(said).into(),
        End::Cancelled => StageFailure::Cancelled,
        end => GateError::Child(format!("the {role} child ended unexpectedly ({end:?}): {said}")).into(),
    }
}
