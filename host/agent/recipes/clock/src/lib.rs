#![no_std]
#![forbid(unsafe_code)]
//! What time it is, here and elsewhere.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// Places and their IANA time zones; without one, the visitor's own.
const PLACES: &[(&str, &str)] = &[("London", "Europe/London"), ("Tokyo", "Asia/Tokyo")];

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.widget(widget::show);
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let places: Vec<Value> = PLACES.iter().map(|(name, zone)| json!({ "name": name, "zone": zone })).collect();
    Response::json(&json!({ "places": places, "now": ctx.now() }))
}
