//! What features that call one expect of it: the `[[call]]`s of their contracts, which a new revision has to keep.

use crate::app::App;
use kandra_model::{CallerDouble, Contract, FeatureState, Slug};
use kandra_store::StoreError;

impl App {
    /// The expectations of every feature that may call this one, by name.
    pub(super) async fn callers_of(&self, called: &Slug) -> Result<Vec<CallerDouble>, StoreError> {
        let mut expected = Vec::new();
        for feature in self.store().all_features().await? {
            let calls = feature.presentation.calls.iter().any(|name| name == called.as_str());
            if !calls || feature.slug == *called || matches!(feature.state, FeatureState::Removed | FeatureState::NotMounted) {
                continue;
            }
            let Some(record) = self.store().revision(&feature.slug, feature.revision).await? else { continue };
            let contract = match self.trail().files(&feature.slug, &record.commit).await {
                Ok(mut files) => files.remove("contract.toml").unwrap_or_default(),
                Err(error) => {
                    tracing::error!(caller = %feature.slug, %error, "a caller's contract is not in the trail");
                    continue;
                }
            };
            // It was parsed when it passed the gates; one of an older server may not be.
            let Ok(contract) = Contract::parse(&contract) else { continue };
            let of_called = contract.calls.into_iter().filter(|double| double.feature == *called);
            expected.extend(of_called.map(|double| CallerDouble { caller: feature.slug.clone(), double }));
        }
        Ok(expected)
    }
}
