use super::mount;
use kandra::{prelude::*, testing::Rig};

#[test]
fn a_short_link_leads_there_and_counts() {
    let rig = Rig::mount(mount);
    let made = rig.post_json("/links", &json!({ "url": "https://example.com/a?b=1&c=2" }));
    assert_eq!(made.status(), 201);
    let code = made.json()["code"].as_str().unwrap().to_owned();
    assert_eq!(code.len(), 6);
    for visits in 1..=2 {
        let answer = rig.get(&format!("/{code}"));
        assert_eq!((answer.status(), answer.header("location")), (303, Some("https://example.com/a?b=1&c=2")));
        assert_eq!(rig.published().last().unwrap().1["visits"], visits);
    }
    assert_eq!(rig.get("/links").json()["links"][0]["visits"], 2);
    let page = rig.get(&format!("/{code}/preview"));
    assert!(page.text().contains("https://example.com/a?b=1&amp;c=2") && page.text().contains("Followed 2 times"));
}

#[test]
fn the_number_of_links_is_bounded() {
    let rig = Rig::mount(mount);
    for number in 0..500 {
        assert_eq!(rig.post_json("/links", &json!({ "url": format!("https://example.com/{number}") })).status(), 201);
    }
    assert_eq!(rig.post_json("/links", &json!({ "url": "https://example.com/" })).status(), 409);
    assert_eq!(rig.stored("links").as_deref(), Some("500"));
}
