//! Exit codes: SURFACE.md, "Command line".

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Code {
    Ok = 0,
    Failure = 1,
    Usage = 2,
    Source = 3,
    Build = 4,
    Probe = 5,
    Unreachable = 6,
    Policy = 7,
    MissingLayer = 8,
    Interrupted = 130,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// An error that ends with a code other than 1.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CodedError {
    /// The sentence.
    pub message: String,
    /// Its code.
    pub code: Code,
}

impl CodedError {
    /// An error with this code.
    pub fn error(code: Code, message: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self { message: message.into(), code })
    }
}

impl Code {
    /// The code that an error asks for.
    pub fn of(error: &anyhow::Error) -> Self {
        error.chain().find_map(|e| e.downcast_ref::<CodedError>()).map_or(Self::Failure, |e| e.code)
    }

    /// The code for a crate that was refused at this stage.
    pub fn of_stage(stage: kandra_gate::Stage) -> Self {
        use kandra_gate::Stage;
        match stage {
            Stage::Prompt | Stage::Source | Stage::Lint => Self::Source,
            Stage::Build => Self::Build,
            Stage::Inspect | Stage::Probe | Stage::Commit | Stage::Load | Stage::Mount => Self::Probe,
        }
    }
}
