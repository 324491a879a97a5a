//! What the owner lets a feature use, and what is pinned: kept, told once, and gone with the feature.

mod support;

use kandra_model::{EventBody, FeatureState, Limit, Limits, Revision, RunId, Tier};
use kandra_store::{Mount, StoreError};
use support::*;

async fn mounted(rig: &Rig, revision: u32) {
    rig.store.record_revision(record("poll", revision, RunId::generate())).await.unwrap();
    let artifact = format!("{revision:064x}").parse().unwrap();
    let mount = Mount { feature: slug("poll"), revision: Revision(revision), artifact, tier: Tier::Quick, run: None };
    rig.store.mount(mount).await.unwrap();
}

#[tokio::test]
async fn limits_and_pins_are_kept_and_each_change_is_told_once() {
    let rig = rig();
    let limits = Limits::check(&[("poll_ms".to_owned(), 200)].into()).unwrap();
    assert!(matches!(rig.store.set_limits(&slug("poll"), limits.clone()).await, Err(StoreError::NotFound(_))));
    assert!(matches!(rig.store.set_pinned(&slug("poll"), true).await, Err(StoreError::NotFound(_))));
    mounted(&rig, 1).await;
    for _ in 0..2 {
        let feature = rig.store.set_limits(&slug("poll"), limits.clone()).await.unwrap();
        assert_eq!(feature.limits.get(Limit::PollMs), 200);
        assert!(rig.store.set_pinned(&slug("poll"), true).await.unwrap().pinned);
    }
    let told = rig.store.recent_events(100).await.unwrap();
    let count = |is: fn(&EventBody) -> bool| told.iter().filter(|event| is(&event.body)).count();
    assert_eq!(count(|body| matches!(body, EventBody::LimitsChanged { .. })), 1);
    assert_eq!(count(|body| matches!(body, EventBody::PinChanged { revision: Revision(1), pinned: true, .. })), 1);

    // They outlive a revision, and not the feature.
    mounted(&rig, 2).await;
    assert_eq!(rig.store.feature(&slug("poll")).await.unwrap().unwrap().limits, limits);
    let gone = rig.store.set_feature_state(&slug("poll"), FeatureState::Removed, None).await.unwrap();
    assert!(gone.limits.is_default() && !gone.pinned);
    assert!(matches!(rig.store.set_limits(&slug("poll"), limits).await, Err(StoreError::NotFound(_))));
}
