use super::mount;
use kandra::json;
use kandra::prelude::*;
use kandra::testing::Rig;

#[test]
fn what_has_burnt_down_is_put_out() {
    let rig = Rig::mount(mount);
    rig.post_json("/lanterns", &json!({ "wish": "rain" }));
    rig.advance(Duration::from_secs(6 * 60));
    rig.post_json("/lanterns", &json!({ "wish": "sun" }));
    rig.advance(Duration::from_secs(5 * 60));
    rig.task("watch");
    let square = rig.get("/").json();
    assert_eq!(square["lanterns"].as_array().unwrap().len(), 1);
    assert_eq!(square["lanterns"][0]["wish"], "sun");
    assert_eq!((&square["rounds"][0]["burning"], &square["rounds"][0]["put_out"]), (&json!(1), &json!(1)));
}

#[test]
fn only_the_last_rounds_are_kept() {
    let rig = Rig::mount(mount);
    for _ in 0..20 {
        rig.task("watch");
    }
    assert_eq!(rig.get("/").json()["rounds"].as_array().unwrap().len(), 5);
}

#[test]
fn the_square_is_bounded() {
    let rig = Rig::mount(mount);
    for _ in 0..60 {
        assert_eq!(rig.post_json("/lanterns", &json!({ "wish": "rain" })).status(), 201);
    }
    assert_eq!(rig.post_json("/lanterns", &json!({ "wish": "rain" })).status(), 409);
}
