//! Repairs, which the server asks for itself: before visitors' requests, one at a time, and not without end.

mod support;

use kandra_model::{Repairs, Revision};
use kandra_store::{Actor, Fit, NewRepair};
use support::*;

fn repair(feature: &str) -> NewRepair {
    NewRepair {
        title: "Repair Poll".into(),
        details: "it failed".into(),
        repairs: Repairs { feature: slug(feature), revision: Revision(2) },
        fit: Fit::Model,
    }
}

#[tokio::test]
async fn a_feature_is_repaired_one_at_a_time_and_three_times_a_day() {
    let rig = rig();
    for _ in 0..3 {
        let asked = rig.store.create_repair(repair("poll")).await.unwrap().expect("none is open");
        assert_eq!((asked.votes, asked.place, asked.repairs), (0, Some(1), Some(repair("poll").repairs)));
        assert_eq!(rig.store.next_request().await.unwrap().map(|next| next.id), Some(asked.id));
        assert!(rig.store.create_repair(repair("poll")).await.unwrap().is_none(), "one is open");
        rig.store.withdraw_request(asked.id, Actor::Owner).await.unwrap();
    }
    assert!(rig.store.create_repair(repair("poll")).await.unwrap().is_none(), "three in a day");
    assert!(rig.store.create_repair(repair("quiz")).await.unwrap().is_some(), "another feature");
}
