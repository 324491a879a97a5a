//! One server, from its sockets to its last answer.

use crate::config::{Config, ConfigError};

/// Why a server did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The configuration cannot work.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// How a server ended that had started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything was drained.
    Drained,
    /// A second signal did not wait for that.
    Interrupted,
}

/// Runs a server until it is told to stop.
pub async fn serve(config: Config) -> Result<Ended, ControlError> {
    config.validate()?;
    todo!()
}
