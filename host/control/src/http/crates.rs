//! Which crates a feature may use; the owner adds to them.

use crate::app::App;
use actix_web::web::{Data, Json};
use serde_json::{Value, json};

pub(super) async fn list(app: Data<App>) -> Json<Value> {
    let crates = app.workshop().gate().map_or_else(|| kandra_gate::Shelf::default().allowed(), |gate| gate.workshop().shelf().allowed());
    Json(json!({ "crates": crates, "next": null }))
}
