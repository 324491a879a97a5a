use super::mount;
use kandra::prelude::*;
use kandra::testing::Rig;

#[test]
fn clicks_add_up() {
    let rig = Rig::mount(mount);
    assert_eq!(rig.get("/count").json()["count"], 0);
    assert_eq!(rig.post("/hit").json()["count"], 1);
    assert_eq!(rig.post_json("/hit", &json!({ "clicks": 4 })).json()["count"], 5);
    assert_eq!(rig.get("/count").json()["count"], 5);
}

#[test]
fn bad_input_is_refused_with_a_reason() {
    let rig = Rig::mount(mount);
    let refused = rig.post_json("/hit", &json!({ "clicks": 1000 }));
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.json()["error"], "clicks must be from 1 to 10");
    assert_eq!(rig.post_json("/hit", &json!({ "clicks": "many" })).status(), 400);
    assert_eq!(rig.get("/count").json()["count"], 0);
}

#[test]
fn the_widget_shows_the_count() {
    let rig = Rig::mount(mount);
    rig.post("/hit");
    assert!(rig.get("/widget").text().contains(r#"aria-live="polite">1</output>"#));
}
