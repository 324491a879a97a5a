use super::mount;
use kandra::json;
use kandra::testing::Rig;

#[test]
fn it_counts_up_and_down() {
    let rig = Rig::mount(mount);
    rig.post("/up");
    rig.post("/up");
    assert_eq!(rig.post("/down").json(), json!({ "count": 1, "presses": 3 }));
    assert_eq!(rig.get("/").json()["count"], 1);
}

#[test]
fn a_new_revision_takes_the_number_over() {
    let rig = Rig::mount(mount);
    rig.restore_state(1, &json!({ "count": 41, "presses": 99 })).unwrap();
    assert_eq!(rig.post("/up").json(), json!({ "count": 42, "presses": 100 }));
}

#[test]
fn it_stops_at_the_largest_number() {
    let rig = Rig::mount(mount);
    rig.restore_state(1, &json!({ "count": i64::MAX, "presses": 1 })).unwrap();
    assert_eq!(rig.post("/up").json()["count"], i64::MAX);
}
