//! The JSON API.

use actix_web::web::ServiceConfig;

/// Adds the API's routes; `web::Data<App>` is there already.
pub fn configure(_routes: &mut ServiceConfig) {}
