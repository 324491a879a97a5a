use super::mount;
use kandra::json;
use kandra::testing::{HttpAnswer, Rig};

fn rig() -> Rig {
    let rig = Rig::mount(mount);
    rig.answer_call("shared-counter", "/", HttpAnswer::json(&json!({ "count": 7, "presses": 9 })));
    let links = json!({ "links": [{ "code": "abcdef", "visits": 2 }, { "code": "ghjkmn", "visits": 3 }] });
    rig.answer_call("link-shortener", "/links", HttpAnswer::json(&links));
    rig
}

#[test]
fn the_others_are_asked() {
    assert_eq!(rig().get("/").json(), json!({ "count": 7, "links": 2, "visits": 5 }));
}

#[test]
fn what_is_away_is_left_out() {
    let rig = rig();
    rig.answer_call("shared-counter", "/", HttpAnswer::missing());
    assert_eq!(rig.get("/").json(), json!({ "count": null, "links": 2, "visits": 5 }));
    rig.answer_call("link-shortener", "/links", HttpAnswer::text("not what it was"));
    assert_eq!(rig.get("/").json(), json!({ "count": null, "links": null, "visits": null }));
}

#[test]
fn a_press_reaches_the_counter() {
    let rig = rig();
    rig.answer_call("shared-counter", "/up", HttpAnswer::json(&json!({ "count": 8 })));
    assert_eq!(rig.post("/press").json(), json!({ "count": 8 }));
    assert_eq!(rig.calls_asked()[0].method, "POST");
    rig.answer_call("shared-counter", "/up", HttpAnswer::missing());
    assert_eq!(rig.post("/press").status(), 503);
}
