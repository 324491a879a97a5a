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

use actix_web::{HttpResponse, http::header, web};

/// Mounts the pages. The guard (nonce, headers, host check) wraps the application, not this; the API is mounted before it.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .app_data(web::Data::new(fragments::Kept::default()))
        .route("/", web::get().to(handlers::home))
        .route("/requests", web::get().to(handlers::requests))
        .route("/requests/{id}", web::get().to(handlers::request))
        .route("/features/{slug}", web::get().to(handlers::feature))
        .route("/features/{slug}/history", web::get().to(handlers::history))
        .route("/features/{slug}/code", web::get().to(handlers::code))
        .route("/features/{slug}/contract", web::get().to(handlers::contract))
        .route("/features/{slug}/logs", web::get().to(handlers::logs))
        .route("/routes", web::get().to(handlers::routes))
        .route("/status", web::get().to(handlers::status))
        .route("/owner", web::get().to(handlers::owner))
        .route("/fragments/version", web::get().to(fragments::version))
        .route("/fragments/owner", web::get().to(fragments::owner))
        .route("/fragments/card/{slug}", web::get().to(fragments::card))
        .route("/fragments/{part}", web::get().to(fragments::part))
        .route("/assets/{version}/{name}", web::get().to(assets::serve))
        .route("/favicon.ico", web::get().to(favicon))
        .default_service(web::to(handlers::not_found));
}

async fn favicon() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, format!("/assets/{}/icon.svg", assets::version()))).finish()
}
