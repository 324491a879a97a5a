//! What holds for every endpoint: who may call it, what is not there, what describes it.

use super::super::endpoints::{Access, endpoints};
use super::{api, from, get, no_proof, owner, post, problem, read};
use crate::app::testing::rig;
use actix_web::http::Method;
use serde_json::json;

/// A path with its parts filled in: ids and names of things that do not exist.
fn filled(path: &str) -> String {
    path.replace("{id}", "01900000-0000-7000-8000-000000000000").replace("{slug}", "nothing")
}

#[actix_web::test]
async fn every_endpoint_is_there_and_keeps_out_whom_it_should() {
    let rig = rig(|config| config.difficulty = 1);
    let api = api(&rig).await;
    for (n, endpoint) in endpoints().into_iter().enumerate() {
        let path = filled(endpoint.path);
        let name = format!("{} {path}", endpoint.method);
        let request = from(u8::try_from(n).unwrap(), endpoint.method.clone(), &path);
        let request = if endpoint.body.is_empty() { request } else { request.set_json(json!({})) };
        let response = api(request).await;
        let status = response.status().as_u16();
        assert_ne!(status, 405, "{name}");
        match endpoint.access {
            Access::Owner => assert_eq!(problem(response).await, (401, "not_owner".into()), "{name}"),
            Access::Write => assert_eq!(problem(response).await, (403, "proof_missing".into()), "{name}"),
            Access::Public if status == 404 => assert_eq!(problem(response).await.1, "not_found", "{name}"),
            Access::Public => assert!(status < 401 || status == 503, "{name}: {status}"),
        }
    }
}

#[actix_web::test]
async fn what_is_not_there_is_a_problem() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/requests/",
        "/api/requests/not-an-id",
        "/api/features/API",
        "/api/features/a%00b",
        "/api/features/..%2f..%2fetc",
        "/api/runs/1",
    ] {
        let response = api(get(path)).await;
        assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json", "{path}");
        assert_eq!(problem(response).await, (404, "not_found".into()), "{path}");
    }
    assert_eq!(problem(api(from(1, Method::PUT, "/api/requests")).await).await, (405, "method_not_allowed".into()));
    assert_eq!(api(from(1, Method::HEAD, "/api/requests")).await.status(), 200);
    assert_eq!(problem(api(get("/api/requests?limit=x")).await).await, (400, "malformed".into()));
    assert_eq!(problem(api(get("/api/requests?cursor=x")).await).await, (400, "invalid".into()));
    assert_eq!(problem(api(get("/api/requests?state=gone")).await).await, (422, "invalid".into()));
}

#[actix_web::test]
async fn operations_answer() {
    let rig = rig(|config| config.difficulty = 3);
    let api = api(&rig).await;
    assert_eq!(read(api(get("/healthz")).await).await, (200, json!({ "status": "ok" })));
    assert_eq!(read(api(get("/version")).await).await.1["name"], "kandra");
    let (status, challenge) = read(api(get("/api/challenge")).await).await;
    assert_eq!((status, &challenge["difficulty"], &challenge["algorithm"]), (200, &json!(3), &json!("sha256")));
    for member in ["id", "prefix", "expiresAt", "instruction"] {
        assert!(challenge[member].is_string(), "{member}");
    }
    let (status, status_body) = read(api(get("/api/status")).await).await;
    assert_eq!((status, &status_body["features_live"]), (200, &json!(0)), "{status_body}");
    let crates = read(api(get("/api/crates")).await).await.1;
    assert!(crates["crates"].as_array().unwrap().iter().any(|found| found["name"] == "kandra"), "{crates}");
    let metrics = api(get("/metrics")).await;
    let text = String::from_utf8(actix_web::body::to_bytes(metrics.into_body()).await.unwrap().to_vec()).unwrap();
    assert!(text.contains("\nkandra_live_up 0\n") && text.contains("# TYPE kandra_events_total counter\n"), "{text}");
}

#[actix_web::test]
async fn the_description_names_every_endpoint_and_says_who_may() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    let (_, document) = read(api(get("/openapi.json")).await).await;
    assert_eq!(document["openapi"], "3.1.0");
    for endpoint in endpoints() {
        let operation = &document["paths"][endpoint.path][endpoint.method.as_str().to_ascii_lowercase()];
        assert_eq!(operation["summary"], endpoint.summary);
        assert_eq!(operation["security"].as_array().unwrap().is_empty(), endpoint.access == Access::Public);
        let in_path = operation["parameters"].as_array().unwrap().iter().filter(|parameter| parameter["in"] == "path").count();
        assert_eq!(in_path, endpoint.path.matches('{').count(), "{}", endpoint.path);
    }
}

#[actix_web::test]
async fn visitors_get_a_name_for_each_feature() {
    let rig = rig(|_| ());
    let api = api(&rig).await;
    let ask = async |key: &str, features: serde_json::Value| {
        read(api(post("/api/visitor").set_json(json!({ "key": key, "features": features }))).await).await
    };
    let key = "0123456789abcdef0123456789abcdef";
    let (status, one) = ask(key, json!(["poll", "dice"])).await;
    assert_eq!(status, 200, "{one}");
    let name = |body: &serde_json::Value, feature: &str| body["tokens"][feature].as_str().unwrap().split('.').nth(2).unwrap().to_owned();
    assert_ne!(name(&one, "poll"), name(&one, "dice"));
    assert_eq!(name(&ask(key, json!(["poll"])).await.1, "poll"), name(&one, "poll"));
    assert_eq!(ask("short", json!(["poll"])).await.0, 422);
    assert_eq!(ask(key, json!(["API"])).await.0, 400);
    assert_eq!(ask(key, json!(vec!["poll"; 101])).await.0, 422);
}

#[actix_web::test]
async fn bodies_are_bounded_and_must_fit() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    let send = async |peer: u8, kind: &str, body: &[u8]| {
        let request = from(peer, Method::POST, "/api/requests").insert_header(("Content-Type", kind.to_owned())).set_payload(body.to_vec());
        problem(api(request).await).await
    };
    for (n, body) in [&b"{"[..], b"", b"null", b"[1,2]", b"{\"title\":7}", b"{}", b"{\"title\":\"\xff\xfe\"}", b"{\"title\":[\"a\"]}"]
        .into_iter()
        .enumerate()
    {
        assert_eq!(
            send(u8::try_from(n).unwrap(), "application/json", body).await,
            (400, "malformed".into()),
            "{}",
            String::from_utf8_lossy(body)
        );
    }
    assert_eq!(send(9, "text/plain", b"{\"title\":\"abc\"}").await, (415, "not_json".into()));
    let huge = json!({ "title": "abc", "details": "x".repeat(64 << 10) }).to_string();
    assert_eq!(send(9, "application/json", huge.as_bytes()).await, (413, "too_large".into()));
    for (title, details) in [("", String::new()), ("ab", String::new()), (&*"x".repeat(121), String::new()), ("fine", "x".repeat(2_001))] {
        let body = json!({ "title": title, "details": details }).to_string();
        assert_eq!(send(10, "application/json", body.as_bytes()).await, (422, "invalid".into()), "{title:?}");
    }
    let owner = owner(&rig, Method::GET, "/api/requests");
    assert_eq!(read(api(owner).await).await.1["requests"], json!([]));
}
