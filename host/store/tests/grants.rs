//! What the owner grants: bounded, told, and gone with the feature.

mod support;

use kandra_model::{EventBody, FeatureState, HostName, Revision, RunId, Tier};
use kandra_store::{Mount, StoreError};
use support::*;

async fn poll(rig: &Rig, revision: u32) {
    rig.store.record_revision(record("poll", revision, RunId::generate())).await.unwrap();
    let artifact = format!("{revision:064x}").parse().unwrap();
    let mount = Mount { feature: slug("poll"), revision: Revision(revision), artifact, tier: Tier::Quick, run: None };
    rig.store.mount(mount).await.unwrap();
}

fn host(name: &str) -> HostName {
    name.parse().unwrap()
}

#[tokio::test]
async fn grants_are_a_bounded_set_and_each_change_is_told_once() {
    let rig = rig();
    assert!(matches!(rig.store.grant(&slug("poll"), host("a.example")).await, Err(StoreError::NotFound(_))));
    poll(&rig, 1).await;
    for _ in 0..2 {
        assert_eq!(rig.store.grant(&slug("poll"), host("b.example")).await.unwrap(), [host("b.example")]);
    }
    rig.store.grant(&slug("poll"), host("a.example")).await.unwrap();
    assert_eq!(rig.store.grants(&slug("poll")).await.unwrap(), [host("a.example"), host("b.example")]);
    assert_eq!(rig.store.grants(&slug("dice")).await.unwrap(), []);
    assert_eq!(rig.store.revoke(&slug("poll"), host("b.example")).await.unwrap(), [host("a.example")]);
    assert_eq!(rig.store.revoke(&slug("poll"), host("b.example")).await.unwrap(), [host("a.example")]);
    let told = rig.store.recent_events(100).await.unwrap();
    assert_eq!(told.iter().filter(|event| matches!(event.body, EventBody::GrantsChanged { .. })).count(), 3);

    let many = |count: usize| (0..count).map(|n| host(&format!("h{n}.example"))).collect::<Vec<_>>();
    assert_eq!(rig.store.set_grants(&slug("poll"), many(16)).await.unwrap().len(), 16);
    assert!(matches!(rig.store.set_grants(&slug("poll"), many(17)).await, Err(StoreError::Conflict(_))));
    assert!(matches!(rig.store.grant(&slug("poll"), host("more.example")).await, Err(StoreError::Conflict(_))));
    assert_eq!(rig.store.grants(&slug("poll")).await.unwrap().len(), 16);
}

#[tokio::test]
async fn a_feature_that_is_removed_keeps_no_grant() {
    let rig = rig();
    poll(&rig, 1).await;
    rig.store.grant(&slug("poll"), host("a.example")).await.unwrap();
    poll(&rig, 2).await;
    assert_eq!(rig.store.grants(&slug("poll")).await.unwrap().len(), 1, "a new revision keeps it");
    rig.store.set_feature_state(&slug("poll"), FeatureState::Removed, None).await.unwrap();
    assert_eq!(rig.store.grants(&slug("poll")).await.unwrap(), []);
    poll(&rig, 3).await;
    assert_eq!(rig.store.grants(&slug("poll")).await.unwrap(), []);
}
