//! The layer around every route of control: it refuses what must not be looked at and dresses every answer.

use super::headers::{self, Nonce, Reach};
use super::{Guard, Refusal};
use crate::http::Problem;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, ORIGIN, UPGRADE};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError, web};

/// To be wrapped around the whole application by `middleware::from_fn`.
pub(crate) async fn protect(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let guard = request.app_data::<web::Data<Guard>>().expect("serve puts the guard into every application").clone();
    let nonce = Nonce::generate();
    request.extensions_mut().insert(nonce.clone());
    let host = host(request.uri(), request.headers()).to_owned();
    let reach = Reach::of(&guard.names().live_origin(&host));
    let mut response = match check(&guard, &host, request.method(), request.headers()) {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(refusal) => request.into_response(Problem::from(refusal).error_response()),
    };
    headers::apply(response.headers_mut(), &nonce, &reach);
    Ok(response)
}

/// The request's host: from its target when that is absolute, else from its header.
pub(crate) fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
    uri.authority().map_or_else(
        || headers.get("host").and_then(|value| value.to_str().ok()).unwrap_or_default(),
        actix_web::http::uri::Authority::as_str,
    )
}

fn check(guard: &Guard, host: &str, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    if !guard.names().answers_to(host) {
        return Err(Refusal::Host(host.chars().take(100).collect()));
    }
    let only_reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) && !headers.contains_key(UPGRADE);
    if only_reads {
        return Ok(());
    }
    let foreign = match headers.get(ORIGIN) {
        Some(origin) => !origin.to_str().is_ok_and(|origin| guard.names().may_write(origin, host)),
        // Programs send no origin; a browser that hides it still says whose page it was.
        None => headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none"),
    };
    if foreign { Err(Refusal::Origin) } else { Ok(()) }
}
