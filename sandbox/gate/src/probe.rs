//! The probe gate.
use crate::{Artifact, Cancel, GateConfig, Inspected, StageFailure};

pub(crate) fn run(config: &GateConfig, inspected: Inspected, cancel: &Cancel) -> Result<Artifact, StageFailure> {
    let _ = (config, inspected, cancel);
    todo!()
}
