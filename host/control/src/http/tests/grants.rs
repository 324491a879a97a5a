//! Grants and secrets over the API.

use super::{api, get, no_proof, owner, problem, read};
use crate::app::testing::{mounted, rig};
use actix_web::http::Method;
use serde_json::json;

#[actix_web::test]
async fn the_owner_grants_what_the_manifest_names_and_nothing_else() {
    let rig = rig(no_proof);
    mounted(rig.app.store(), "poll", &["http"], &["api.example.com", "b.example.com"]).await;
    let api = api(&rig).await;
    let path = "/api/features/poll/grants";
    let call = async |method: Method, path: &str| api(owner(&rig, method, path)).await;
    let (status, grants) = read(call(Method::GET, path).await).await;
    assert_eq!((status, &grants["hosts"], &grants["granted"]), (200, &json!(["api.example.com", "b.example.com"]), &json!([])));
    let grant = async |host: &str| api(owner(&rig, Method::POST, path).set_json(json!({ "host": host }))).await;
    for _ in 0..2 {
        let (status, grants) = read(grant("api.example.com").await).await;
        assert_eq!((status, &grants["granted"]), (200, &json!(["api.example.com"])));
    }
    let (status, refused) = read(grant("evil.example.com").await).await;
    assert!(status == 422 && refused["error"].as_str().unwrap().contains("it asks for api.example.com, b.example.com"), "{refused}");
    for bad in ["127.0.0.1", "localhost", "*.example.com", "https://api.example.com", ""] {
        assert_eq!(problem(grant(bad).await).await.0, 400, "{bad}");
    }
    let all = json!({ "hosts": ["b.example.com", "api.example.com"] });
    let (_, grants) = read(api(owner(&rig, Method::PUT, path).set_json(all)).await).await;
    assert_eq!(grants["granted"], json!(["api.example.com", "b.example.com"]));
    let more = json!({ "hosts": ["b.example.com", "evil.example.com"] });
    assert_eq!(problem(api(owner(&rig, Method::PUT, path).set_json(more)).await).await.0, 422);

    // What a later revision does not name stays granted, is of no use, and can be taken back.
    mounted(rig.app.store(), "poll", &["http"], &["b.example.com"]).await;
    let (_, grants) = read(call(Method::GET, path).await).await;
    assert_eq!((&grants["hosts"], &grants["granted"]), (&json!(["b.example.com"]), &json!(["api.example.com", "b.example.com"])));
    let (status, grants) = read(call(Method::DELETE, &format!("{path}/api.example.com")).await).await;
    assert_eq!((status, &grants["granted"]), (200, &json!(["b.example.com"])));
    assert_eq!(problem(call(Method::DELETE, &format!("{path}/127.0.0.1")).await).await.0, 404);
    assert_eq!(problem(call(Method::GET, "/api/features/nothing/grants").await).await.0, 404);

    rig.app.store().set_feature_state(&"poll".parse().unwrap(), kandra_model::FeatureState::Removed, None).await.unwrap();
    assert_eq!(read(call(Method::GET, path).await).await.1["granted"], json!([]));
    assert_eq!(problem(grant("b.example.com").await).await.0, 404);
    let kinds = rig.app.store().recent_events(100).await.unwrap();
    assert!(kinds.iter().filter(|event| matches!(event.body, kandra_model::EventBody::GrantsChanged { .. })).count() >= 4);
}

#[actix_web::test]
async fn secrets_are_set_and_listed_and_never_shown() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    let set =
        async |name: &str, body: serde_json::Value| api(owner(&rig, Method::PUT, &format!("/api/secrets/{name}")).set_json(body)).await;
    let (status, kept) = read(set("weather", json!({ "value": "sk-abc123", "hosts": ["api.example.com"] })).await).await;
    assert_eq!((status, &kept["name"], &kept["hosts"]), (200, &json!("weather"), &json!(["api.example.com"])));
    let (_, list) = read(api(owner(&rig, Method::GET, "/api/secrets")).await).await;
    assert_eq!(list["secrets"].as_array().unwrap().len(), 1);
    assert!(!format!("{kept}{list}").contains("abc123"));
    for bad in [
        json!({ "value": "", "hosts": ["a.example"] }),
        json!({ "value": "x", "hosts": [] }),
        json!({ "value": "x\ny", "hosts": ["a.example"] }),
    ] {
        assert_eq!(problem(set("weather", bad).await).await.0, 422);
    }
    let malformed = read(set("weather", json!({ "value": "sk-abc123", "hosts": "sk-abc123" })).await).await;
    assert_eq!(malformed.0, 400);
    assert_eq!(problem(set("a.b", json!({ "value": "x", "hosts": ["a.example"] })).await).await.0, 422);
    assert_eq!(problem(api(get("/api/secrets")).await).await.0, 401);
    let (_, status) = read(api(get("/api/features")).await).await;
    assert!(!status.to_string().contains("abc123"));
    let remove = async || api(owner(&rig, Method::DELETE, "/api/secrets/weather")).await;
    assert_eq!(read(remove().await).await.0, 200);
    assert_eq!(problem(remove().await).await.0, 404);
}
