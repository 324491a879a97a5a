//! The inspect gate.
use crate::{Built, StageFailure};
use kandra_model::ArtifactHash;

/// A library whose file is acceptable.
#[derive(Debug)]
pub struct Inspected {
    pub(crate) built: Built,
    pub(crate) hash: ArtifactHash,
}

pub(crate) fn run(built: Built) -> Result<Inspected, StageFailure> {
    let _ = built;
    todo!()
}
