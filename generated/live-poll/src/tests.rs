use super::mount;
use kandra::json;
use kandra::testing::Rig;

#[test]
fn everybody_has_one_vote_and_may_change_it() {
    let rig = Rig::mount(mount);
    for (visitor, option, total) in [("ada", 0, 1), ("bob", 1, 2), ("ada", 1, 2)] {
        rig.set_visitor(visitor);
        let answer = rig.post_json("/vote", &json!({ "option": option })).json();
        assert_eq!((&answer["total"], &answer["mine"]), (&json!(total), &json!(option)));
    }
    assert_eq!(rig.get("/").json()["options"][1]["votes"], 2);
}

#[test]
fn results_are_published_without_the_voter() {
    let rig = Rig::mount(mount);
    rig.set_visitor("ada");
    rig.post_json("/vote", &json!({ "option": 2 }));
    let (topic, results) = rig.published().remove(0);
    assert_eq!((topic.as_str(), &results["total"], &results["turn"]), ("results", &json!(1), &json!(1)));
    assert!(results.get("mine").is_none());
}

#[test]
fn who_is_not_known_has_no_vote() {
    let rig = Rig::mount(mount);
    rig.set_visitor("");
    assert_eq!(rig.post_json("/vote", &json!({ "option": 0 })).status(), 403);
}
