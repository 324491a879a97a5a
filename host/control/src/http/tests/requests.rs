//! A request's life over the API.

use super::{api, from, get, no_proof, owner, post, problem, read};
use crate::app::testing::rig;
use crate::config::Moderation;
use actix_web::http::Method;
use serde_json::{Value, json};

const POLL: &str = "A poll: tea or coffee";

fn ask(title: &str) -> actix_web::test::TestRequest {
    post("/api/requests").set_json(json!({ "title": title }))
}

#[actix_web::test]
async fn a_request_is_asked_changed_voted_for_and_taken_back() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    let response = api(ask(POLL)).await;
    let location = response.headers().get("location").unwrap().to_str().unwrap().to_owned();
    let (status, created) = read(response).await;
    assert_eq!(
        (status, &created["title"], &created["votes"], &created["own"], &created["voted"]),
        (201, &json!(POLL), &json!(1), &json!(true), &json!(true))
    );
    let id = created["id"].as_str().unwrap();
    assert_eq!(location, format!("/api/requests/{id}"));
    let stranger = async |method: Method, path: &str| api(from(2, method, path)).await;

    let (_, seen) = read(stranger(Method::GET, &location).await).await;
    assert_eq!((&seen["own"], &seen["voted"]), (&json!(false), &json!(false)));
    assert_eq!(problem(stranger(Method::DELETE, &location).await).await.0, 403);
    let vote = format!("{location}/vote");
    for _ in 0..3 {
        let (status, voted) = read(stranger(Method::POST, &vote).await).await;
        assert_eq!((status, &voted["votes"], &voted["voted"]), (200, &json!(2), &json!(true)));
    }
    assert_eq!(read(stranger(Method::DELETE, &vote).await).await.1["votes"], 1);

    let (status, edited) =
        read(api(from(1, Method::PATCH, &location).set_json(json!({ "title": "A poll: tea or cocoa", "details": "d" }))).await).await;
    assert_eq!((status, &edited["details"]), (200, &json!("d")), "{edited}");
    let (status, gone) = read(api(from(1, Method::DELETE, &location)).await).await;
    assert_eq!((status, &gone["state"]), (200, &json!("withdrawn")));
    assert_eq!(problem(stranger(Method::POST, &vote).await).await, (409, "conflict".into()));
    assert_eq!(problem(api(from(1, Method::DELETE, &location)).await).await, (409, "request_state".into()));
}

#[actix_web::test]
async fn lists_are_pages() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    for n in 0..5_u8 {
        let (status, body) =
            read(api(from(n, Method::POST, "/api/requests").set_json(json!({ "title": format!("Poll number {n}") }))).await).await;
        assert_eq!(status, 201, "{body}");
    }
    let mut titles = Vec::new();
    let mut path = "/api/requests?order=newest&limit=2".to_owned();
    loop {
        let (_, page) = read(api(get(&path)).await).await;
        let requests = page["requests"].as_array().unwrap();
        assert!(requests.len() <= 2);
        titles.extend(requests.iter().map(|request| request["title"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => path = format!("/api/requests?order=newest&limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(titles, (0..5).rev().map(|n| format!("Poll number {n}")).collect::<Vec<_>>());
    let (_, limited) = read(api(get("/api/requests?limit=100000")).await).await;
    assert_eq!((limited["requests"].as_array().unwrap().len(), &limited["next"]), (5, &Value::Null));
}

#[actix_web::test]
async fn a_visitor_has_five_at_once() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    for n in 0..5 {
        assert_eq!(api(ask(&format!("Poll number {n}"))).await.status(), 201);
    }
    assert_eq!(problem(api(ask("Poll number 6")).await).await, (429, "limit".into()));
}

#[actix_web::test]
async fn what_is_held_only_the_owner_sees() {
    let rig = rig(|config| {
        no_proof(config);
        config.moderation = Moderation::All;
    });
    let api = api(&rig).await;
    let (_, held) = read(api(ask(POLL)).await).await;
    assert_eq!(held["state"], "held");
    let path = format!("/api/requests/{}", held["id"].as_str().unwrap());
    assert_eq!(problem(api(get(&path)).await).await, (404, "not_found".into()));
    assert_eq!(read(api(get("/api/requests")).await).await.1["requests"], json!([]));
    assert_eq!(read(api(owner(&rig, Method::GET, "/api/requests")).await).await.1["requests"][0]["id"], held["id"]);
    assert_eq!(read(api(get("/api/suggest?q=poll")).await).await.1["requests"], json!([]));
    let decline = owner(&rig, Method::POST, &format!("{path}/decline"));
    assert_eq!(problem(api(decline.set_json(json!({ "reason": " " }))).await).await, (422, "invalid".into()));
    assert_eq!(read(api(owner(&rig, Method::POST, &format!("{path}/show"))).await).await.1["state"], "pending");
    assert_eq!(api(get(&path)).await.status(), 200);
    assert_eq!(read(api(owner(&rig, Method::POST, &format!("{path}/hide"))).await).await.1["state"], "held");
    let decline = owner(&rig, Method::POST, &format!("{path}/decline")).set_json(json!({ "reason": "Not here." }));
    let (_, declined) = read(api(decline).await).await;
    assert_eq!((&declined["state"], &declined["reason"]), (&json!("declined"), &json!("Not here.")));
    // What was declined is shown with its reason.
    assert_eq!(read(api(get(&path)).await).await.1["reason"], "Not here.");
}

#[actix_web::test]
async fn requests_are_merged() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    let (_, one) = read(api(ask(POLL)).await).await;
    let (_, two) = read(api(from(2, Method::POST, "/api/requests").set_json(json!({ "title": "A poll about tea" }))).await).await;
    let merge = |into: &Value| {
        owner(&rig, Method::POST, &format!("/api/requests/{}/merge", one["id"].as_str().unwrap())).set_json(json!({ "into": into }))
    };
    assert_eq!(problem(api(merge(&one["id"])).await).await, (409, "conflict".into()));
    assert_eq!(problem(api(merge(&json!("nothing"))).await).await, (400, "malformed".into()));
    let (status, merged) = read(api(merge(&two["id"])).await).await;
    assert_eq!((status, &merged["id"], &merged["votes"]), (200, &two["id"], &json!(2)));
}

#[actix_web::test]
async fn typing_finds_the_recipe_and_what_others_asked() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    let (_, asked) = read(api(ask(POLL)).await).await;
    let (status, found) = read(api(get("/api/suggest?title=poll%20about%20coffee")).await).await;
    assert_eq!((status, &found["requests"][0]["id"], &found["requests"][0]["own"]), (200, &asked["id"], &json!(true)), "{found}");
    assert!(found["fit"]["recipe"].is_string() && found["fit"]["summary"].is_string(), "{found}");
    let (_, nothing) = read(api(get("/api/suggest?q=Translate+my+documents+into+Klingon")).await).await;
    assert_eq!((&nothing["fit"], &nothing["requests"], &nothing["features"]), (&Value::Null, &json!([]), &json!([])));
    assert_eq!(problem(api(get("/api/suggest")).await).await, (400, "malformed".into()));
    assert_eq!(api(get(&format!("/api/suggest?q={}", "%22x*".repeat(60)))).await.status(), 200);
}

#[actix_web::test]
async fn texts_that_nobody_types_are_not_matched() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    let suggest =
        |title: usize, details: usize| get(&format!("/api/suggest?title={}&details={}", "%C3%A4".repeat(title), "x".repeat(details)));
    assert_eq!(api(suggest(200, 2_000)).await.status(), 200);
    assert_eq!(problem(api(suggest(201, 0)).await).await, (400, "too_long".into()));
    assert_eq!(problem(api(suggest(10, 2_001)).await).await, (400, "too_long".into()));
}
