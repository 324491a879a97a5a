use super::*;
use kandra::testing::Rig;

#[test]
fn notes_are_kept() {
    let rig = Rig::mount(mount);
    assert_eq!(rig.post_json("/notes", &json!({ "text": "tea" })).status(), 201);
    assert_eq!(rig.get("/notes").json()["notes"][0]["text"], "tea");
}
