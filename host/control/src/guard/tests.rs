//! The guard around a small application of its own.

use super::challenge::tests::solve;
use super::{Caller, Challenge, Guard, Names, Nonce, Owner, Write, protect};
use crate::config::Config;
use actix_web::body::to_bytes;
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::{self, Data, Json};
use actix_web::{App, HttpResponse};
use serde_json::{Value, json};

fn guard(difficulty: u8) -> Data<Guard> {
    let mut config = Config::new("home".into(), "kandra".into(), "cache".into());
    config.difficulty = difficulty;
    config.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let names = Names::new(&config, "127.0.0.1:8081".parse().unwrap());
    Data::new(Guard::new(&config, names, [7; 32], |token| token == "the-owner"))
}

async fn app(guard: &Data<Guard>) -> impl AsyncFn(TestRequest) -> ServiceResponse {
    let page = |nonce: web::ReqData<Nonce>| async move {
        HttpResponse::Ok().content_type("text/html").insert_header(("Set-Cookie", "a=b")).body(nonce.into_inner().as_str().to_owned())
    };
    let write = |write: Write<Json<Value>>| async move { Json(json!({ "owner": write.caller.is_owner() })) };
    let whose = |caller: Caller| async move { caller.voter.to_string() };
    let service = init_service(
        App::new()
            .app_data(guard.clone())
            .wrap(from_fn(protect))
            .route("/page", web::get().to(page))
            .route("/script", web::get().to(|| async { HttpResponse::Ok().content_type("text/javascript").body("1") }))
            .route("/data", web::get().to(|| async { Json(1) }))
            .route("/whose", web::get().to(whose))
            .route("/owner", web::post().to(|_: Owner| async { "yes" }))
            .route("/write", web::post().to(write)),
    )
    .await;
    async move |request: TestRequest| call_service(&service, request.to_request()).await
}

fn request(method: Method, path: &str) -> TestRequest {
    TestRequest::with_uri(path).method(method).insert_header(("Host", "127.0.0.1:8080")).peer_addr("192.0.2.1:9".parse().unwrap())
}

fn write(challenge: Option<&Challenge>) -> TestRequest {
    let request = request(Method::POST, "/write");
    match challenge {
        Some(challenge) => {
            request.insert_header(("X-Challenge-Id", challenge.id.clone())).insert_header(("X-Challenge-Nonce", solve(challenge)))
        }
        None => request,
    }
}

async fn problem(response: ServiceResponse) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
    assert!(response.headers().contains_key("content-security-policy"));
    let body: Value = serde_json::from_slice(&to_bytes(response.into_body()).await.unwrap()).unwrap();
    assert_eq!(body["status"], status);
    assert!(body["error"].as_str().unwrap().ends_with('.') && body["error"] == body["detail"], "{body}");
    (status, body["code"].as_str().unwrap().to_owned())
}

#[actix_web::test]
async fn only_known_hosts_are_answered() {
    let guard = guard(1);
    let app = app(&guard).await;
    for host in ["evil.example", "", "127.0.0.1.evil.example"] {
        let request = TestRequest::with_uri("/data").insert_header(("Host", host));
        assert_eq!(problem(app(request).await).await, (421, "unknown_host".into()), "{host}");
    }
    let absolute = TestRequest::with_uri("http://evil.example/data").insert_header(("Host", "127.0.0.1:8080"));
    assert_eq!(app(absolute).await.status(), StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(app(request(Method::GET, "/data")).await.status(), StatusCode::OK);
}

#[actix_web::test]
async fn foreign_pages_read_but_do_not_write() {
    let guard = guard(1);
    let app = app(&guard).await;
    let foreign = [
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1:8081"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ];
    for header in foreign {
        let sent = write(Some(&guard.challenge())).insert_header(header).set_json(json!({}));
        assert_eq!(problem(app(sent).await).await, (403, "foreign_origin".into()), "{header:?}");
        let owner = request(Method::POST, "/owner").insert_header(header).insert_header(("Authorization", "Bearer the-owner"));
        assert_eq!(app(owner).await.status(), StatusCode::FORBIDDEN, "{header:?}");
        let upgrade = request(Method::GET, "/data").insert_header(header).insert_header(("Upgrade", "websocket"));
        assert_eq!(app(upgrade).await.status(), StatusCode::FORBIDDEN, "{header:?}");
        assert_eq!(app(request(Method::GET, "/data").insert_header(header)).await.status(), StatusCode::OK);
    }
    for header in [("Origin", "http://127.0.0.1:8080"), ("Sec-Fetch-Site", "same-origin")] {
        let sent = write(Some(&guard.challenge())).insert_header(header).set_json(json!({}));
        assert_eq!(app(sent).await.status(), StatusCode::OK, "{header:?}");
    }
}

#[actix_web::test]
async fn every_answer_is_dressed_for_what_it_is() {
    let guard = guard(1);
    let app = app(&guard).await;
    let get = async |path: &str| {
        let response = app(request(Method::GET, path)).await;
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"));
        assert_eq!(header("set-cookie"), None);
        let policy = header("content-security-policy").unwrap();
        assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none'"), "{policy}");
        (policy, String::from_utf8(to_bytes(response.into_body()).await.unwrap().to_vec()).unwrap())
    };
    let (policy, nonce) = get("/page").await;
    assert!(nonce.len() >= 22 && policy.contains(&format!("script-src 'self' 'nonce-{nonce}'")), "{policy}");
    assert!(
        policy.contains("frame-src http://127.0.0.1:8081;") && policy.contains("connect-src 'self' http://127.0.0.1:8081;"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
    assert_ne!(get("/page").await.1, nonce);
    assert!(get("/script").await.0.contains("script-src 'self'"));
    assert_eq!(get("/data").await.0, "default-src 'none'; frame-ancestors 'none'");
}

#[actix_web::test]
async fn a_write_needs_a_proof_that_is_used_once() {
    let guard = guard(2);
    let app = app(&guard).await;
    let challenge = guard.challenge();
    let send = async |request: TestRequest| app(request.set_json(json!({}))).await;
    assert_eq!(problem(send(write(None)).await).await, (403, "proof_missing".into()));
    let forged = request(Method::POST, "/write").insert_header(("X-Challenge-Id", "x")).insert_header(("X-Challenge-Nonce", "1"));
    assert_eq!(problem(send(forged).await).await, (403, "proof_forged".into()));
    let wrong =
        request(Method::POST, "/write").insert_header(("X-Challenge-Id", challenge.id.clone())).insert_header(("X-Challenge-Nonce", "0x0"));
    assert_eq!(problem(send(wrong).await).await, (403, "proof_wrong".into()));
    // A body of the wrong shape costs no proof.
    let malformed = write(Some(&challenge)).insert_header(("Content-Type", "application/json")).set_payload("{");
    assert_eq!(app(malformed).await.status(), StatusCode::BAD_REQUEST);
    // Of ten at once, one gets through.
    let tries = futures_util::future::join_all((0..10).map(|_| send(write(Some(&challenge))))).await;
    let mut statuses: Vec<_> = tries.iter().map(|response| response.status().as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[403; 9][..]));
    assert_eq!(problem(send(write(Some(&challenge))).await).await, (403, "proof_spent".into()));
}

#[actix_web::test]
async fn the_owner_needs_the_token_and_no_proof() {
    let guard = guard(4);
    let app = app(&guard).await;
    let with = |path: &str, token: &str| request(Method::POST, path).insert_header(("Authorization", token.to_owned())).set_json(json!({}));
    for _ in 0..40 {
        assert_eq!(app(with("/write", "Bearer the-owner")).await.status(), StatusCode::OK);
    }
    assert_eq!(app(with("/owner", "bearer the-owner")).await.status(), StatusCode::OK);
    assert_eq!(problem(app(request(Method::POST, "/owner")).await).await, (401, "not_owner".into()));
    let mut refused = Vec::new();
    for token in ["Bearer other", "Bearer ", "Basic the-owner", "the-owner"].into_iter().cycle().take(31) {
        refused.push(problem(app(with("/write", token)).await).await.0);
    }
    assert!(refused[..30].iter().all(|status| *status == 401), "{refused:?}");
    assert_eq!(refused[30], 429, "guessing is limited");
}

#[actix_web::test]
async fn the_31st_write_in_a_minute_waits_and_says_how_long() {
    let guard = guard(0);
    let app = app(&guard).await;
    let from = |peer: &str, forwarded: Option<&str>| {
        let request = write(None).peer_addr(peer.parse().unwrap()).set_json(json!({}));
        forwarded.map_or_else(
            || write(None).peer_addr(peer.parse().unwrap()).set_json(json!({})),
            |address| request.insert_header(("X-Forwarded-For", address.to_owned())),
        )
    };
    for n in 0..30 {
        // Another forged address each time does not help.
        let sent = from("192.0.2.1:9", Some(&format!("198.51.100.{n}")));
        assert_eq!(app(sent).await.status(), StatusCode::OK);
    }
    let response = app(from("192.0.2.1:9", None)).await;
    assert!(response.headers().get("retry-after").unwrap().to_str().unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(problem(response).await, (429, "too_many_writes".into()));
    assert_eq!(app(from("10.0.0.1:9", Some("203.0.113.5"))).await.status(), StatusCode::OK);
    assert_eq!(app(from("192.0.2.2:9", None)).await.status(), StatusCode::OK);
}

#[actix_web::test]
async fn a_voter_is_a_hash_and_no_address() {
    let guard = guard(1);
    let app = app(&guard).await;
    let body = to_bytes(app(request(Method::GET, "/whose")).await.into_body()).await.unwrap();
    let voter = String::from_utf8(body.to_vec()).unwrap();
    assert!(voter.parse::<kandra_model::VoterId>().is_ok() && !voter.contains("192"), "{voter}");
}
