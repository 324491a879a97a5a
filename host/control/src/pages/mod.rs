//! The dashboard: pages rendered on the server, useful without scripts for reading; scripts keep them fresh.
//!
//! Arrives: requests for pages, fragments of them and their assets. Leaves: HTML whose every text from a stranger is escaped
//! by the templates. Nothing here changes anything: writes go through the API.

mod asked;
mod assets;
#[cfg(test)]
mod fixtures;
mod fragments;
mod handlers;
mod load;
mod render;
#[cfg(test)]
mod tests;
mod view;
mod words;

use actix_web::{HttpResponse, Route, guard, http::header, web};

/// Mounts the pages. The guard (nonce, headers, host check) wraps the application, not this; the API is mounted before it.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .app_data(web::Data::new(fragments::Kept::default()))
        .route("/", reading().to(handlers::home))
        .route("/requests", reading().to(handlers::requests))
        .route("/requests/{id}", reading().to(handlers::request))
        .route("/features/{slug}", reading().to(handlers::feature))
        .route("/features/{slug}/history", reading().to(handlers::history))
        .route("/features/{slug}/code", reading().to(handlers::code))
        .route("/features/{slug}/contract", reading().to(handlers::contract))
        .route("/features/{slug}/logs", reading().to(handlers::logs))
        .route("/routes", reading().to(handlers::routes))
        .route("/status", reading().to(handlers::status))
        .route("/crates", reading().to(handlers::crates))
        .route("/owner", reading().to(handlers::owner))
        .route("/fragments/version", reading().to(fragments::version))
        .route("/fragments/owner", reading().to(fragments::owner))
        .route("/fragments/card/{slug}", reading().to(fragments::card))
        .route("/fragments/{part}", reading().to(fragments::part))
        .route("/assets/{version}/{name}", reading().to(assets::serve))
        .route("/favicon.ico", reading().to(favicon))
        .default_service(web::to(handlers::not_found));
}

/// `GET` and `HEAD`.
fn reading() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

async fn favicon() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, format!("/assets/{}/icon.svg", assets::version()))).finish()
}
