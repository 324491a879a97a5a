use super::{MOST_OF_ONE, mount};
use kandra::{prelude::*, testing::Rig};

fn rig() -> Rig {
    Rig::mount(mount).with_sql(kandra_sql::for_tests())
}

#[test]
fn an_entry_is_its_visitors_own() {
    let rig = rig();
    rig.set_visitor("ada");
    let id = rig.post_json("/entries", &json!({ "name": "Ada", "text": "Hello" })).json()["id"].clone();
    rig.set_visitor("bob");
    assert_eq!(rig.get("/entries").json()["entries"][0]["mine"], false);
    assert_eq!(rig.delete(&format!("/entries/{id}")).status(), 403);
    rig.set_visitor("ada");
    assert_eq!(rig.delete(&format!("/entries/{id}")).status(), 200);
}

#[test]
fn one_visitor_cannot_fill_the_book() {
    let rig = rig();
    for line in 0..MOST_OF_ONE {
        assert_eq!(rig.post_json("/entries", &json!({ "name": "Ada", "text": line.to_string() })).status(), 201);
    }
    let refused = rig.post_json("/entries", &json!({ "name": "Ada", "text": "one more" }));
    assert!((400..500).contains(&refused.status()), "{refused:?}");
    rig.set_visitor("bob");
    assert_eq!(rig.post_json("/entries", &json!({ "name": "Bob", "text": "first" })).status(), 201);
}
