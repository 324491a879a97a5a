use super::{KEPT, mount};
use kandra::json;
use kandra::prelude::*;
use kandra::testing::{HttpAnswer, Rig};

/// The state of a site and how often it was up.
fn site(rig: &Rig, number: usize) -> (Value, Value) {
    let site = rig.get("/").json()["sites"][number].clone();
    (site["state"].clone(), site["up_percent"].clone())
}

#[test]
fn a_site_is_up_down_or_not_allowed() {
    let rig = Rig::mount(mount);
    assert_eq!(site(&rig, 0), (json!("waiting"), Value::Null));
    rig.answer_http("https://www.rust-lang.org/", HttpAnswer::text("").after(Duration::from_millis(120)));
    rig.answer_http("https://www.wikipedia.org/", HttpAnswer::unreachable());
    rig.answer_http("https://example.com/", HttpAnswer::not_granted());
    rig.task("look");
    assert_eq!(site(&rig, 0), (json!("up"), json!(100)));
    assert_eq!(site(&rig, 1), (json!("down"), json!(0)));
    assert_eq!(site(&rig, 2), (json!("asleep"), Value::Null));
    rig.answer_http("https://www.rust-lang.org/", HttpAnswer::text("").with_status(500));
    rig.task("look");
    assert_eq!(site(&rig, 0), (json!("down"), json!(50)));
}

#[test]
fn only_the_last_looks_are_kept() {
    let rig = Rig::mount(mount);
    for url in ["https://www.rust-lang.org/", "https://www.wikipedia.org/", "https://example.com/"] {
        rig.answer_http(url, HttpAnswer::text(""));
    }
    for _ in 0..KEPT + 6 {
        rig.task("look");
    }
    assert_eq!(rig.get("/").json()["sites"][0]["looks"].as_array().unwrap().len(), KEPT);
}
