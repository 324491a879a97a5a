//! The build gate.
use crate::{Cancel, Gate, Linted, StageFailure};
use kandra_model::{Finding, Tier};

/// A library that compiled; nothing else is known of it.
#[derive(Debug)]
pub struct Built {
    pub(crate) linted: Linted,
    pub(crate) tier: Tier,
    pub(crate) bytes: Vec<u8>,
    pub(crate) warnings: Vec<Finding>,
    pub(crate) key: crate::ArtifactKey,
}

pub(crate) fn run(gate: &Gate, linted: Linted, tier: Tier, cancel: &Cancel) -> Result<Built, StageFailure> {
    let _ = (gate, linted, tier, cancel);
    todo!()
}
