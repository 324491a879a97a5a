//! What a new live process must serve: the current set, from the store.

use crate::live_handle::LiveError;
use kandra_model::{Feature, FeatureState, Limits, Revision, Slug};
use kandra_store::{Store, StoreError};
use kandra_wire::{Command, FeatureSettings};

/// A feature that a new process could not load.
#[derive(Clone, Debug)]
pub(crate) struct Unrestored {
    pub feature: Slug,
    pub revision: Revision,
    pub problem: LiveError,
}

/// The command that mounts a feature as the store has it; `None` when it has no artifact or must not serve.
pub(super) fn mount_command(feature: &Feature) -> Option<Command> {
    let serves = match feature.state {
        FeatureState::Live | FeatureState::Rebuilding | FeatureState::Paused => true,
        FeatureState::NotMounted | FeatureState::Quarantined | FeatureState::Removed => false,
    };
    let artifact = feature.artifact.clone().filter(|_| serves)?;
    Some(Command::Mount {
        feature: feature.slug.clone(),
        revision: feature.revision,
        artifact,
        tier: feature.tier,
        presentation: feature.presentation.clone(),
        settings: settings(feature.state, &feature.limits),
        with_data: false,
    })
}

/// What a feature in this state may use.
pub(crate) fn settings(state: FeatureState, limits: &Limits) -> FeatureSettings {
    FeatureSettings { paused: state == FeatureState::Paused, ..FeatureSettings::of(limits) }
}

/// Everything that should serve.
pub(super) async fn current_set(store: &Store) -> Result<Vec<(Slug, Revision, Command)>, StoreError> {
    let features = store.all_features().await?;
    Ok(features.iter().filter_map(|feature| Some((feature.slug.clone(), feature.revision, mount_command(feature)?))).collect())
}
