//! The API over a real store, without a live process unless a test plays one.

mod events;
mod features;
mod grants;
mod requests;
mod surface;

use crate::app::testing::Rig;
use crate::config::Config;
use crate::guard::{Guard, protect};
use actix_web::body::to_bytes;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::Data;
use serde_json::Value;

/// The application as `serve` builds it, without the pages.
async fn api(rig: &Rig) -> impl AsyncFn(TestRequest) -> ServiceResponse {
    let service = init_service(
        actix_web::App::new()
            .app_data(Data::from(std::sync::Arc::clone(&rig.app)))
            .app_data(Data::new(Guard::of(&rig.app)))
            .wrap(from_fn(protect))
            .configure(super::configure)
            .configure(crate::pages::configure),
    )
    .await;
    async move |request: TestRequest| call_service(&service, request.to_request()).await
}

/// Without proof of work; the guard's own tests have it.
fn no_proof(config: &mut Config) {
    config.difficulty = 0;
}

fn from(peer: u8, method: Method, path: &str) -> TestRequest {
    TestRequest::with_uri(path).method(method).insert_header(("Host", "127.0.0.1:8080")).peer_addr(([192, 0, 2, peer], 9).into())
}

fn get(path: &str) -> TestRequest {
    from(1, Method::GET, path)
}

fn post(path: &str) -> TestRequest {
    from(1, Method::POST, path)
}

fn owner(rig: &Rig, method: Method, path: &str) -> TestRequest {
    from(1, method, path).insert_header(("Authorization", format!("Bearer {}", rig.token)))
}

/// Status and JSON of an answer.
async fn read(response: ServiceResponse) -> (u16, Value) {
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body()).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

/// Status and code of a problem.
async fn problem(response: ServiceResponse) -> (u16, String) {
    let (status, body) = read(response).await;
    assert!(body["error"].as_str().is_some_and(|error| error.len() > 5), "{status} {body}");
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}
