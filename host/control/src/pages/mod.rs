//! The dashboard: pages rendered on the server, useful without scripts for reading; scripts keep them fresh.
//!
//! Arrives: requests for pages, fragments of them and their assets. Leaves: HTML whose every text from a stranger is escaped
//! by the templates. Nothing here changes anything: writes go through the API.

mod assets;
mod render;
mod view;
mod words;

use actix_web::web;

pub use words::{Language, Words};

/// Mounts the pages. The guard (nonce, headers, host check) wraps the application, not this.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/assets/{version}/{name}", web::get().to(assets::serve));
}
