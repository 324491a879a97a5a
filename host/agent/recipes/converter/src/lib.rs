#![no_std]
#![forbid(unsafe_code)]
//! Converts between units of one kind.
extern crate kandra_std as std;
use kandra::prelude::*;

mod units;
mod widget;

use units::{KINDS, Unit};

kandra::feature!(mount);

/// The kinds of unit that are offered: names of [`units::KINDS`].
const OFFERED: &[&str] = &["length"];
/// What is chosen at first.
const FROM: &str = "mi";
const TO: &str = "km";

fn mount(routes: &mut Routes) {
    routes.get("/", units);
    routes.get("/convert", convert);
    routes.widget(widget::show);
}

async fn units(_req: Request, _ctx: Ctx) -> Result<Response> {
    let mut kinds = Vec::new();
    for (kind, units) in KINDS.iter().filter(|(kind, _)| OFFERED.contains(kind)) {
        let units: Vec<Value> = units.iter().map(|unit| json!({ "id": unit.id, "name": unit.name })).collect();
        kinds.push(json!({ "kind": kind, "units": units }));
    }
    Response::json(&json!({ "kinds": kinds, "from": FROM, "to": TO }))
}

async fn convert(req: Request, _ctx: Ctx) -> Result<Response> {
    let text = req.query("value").unwrap_or_default();
    let value = text.trim().replace(',', ".").parse::<f64>().ok().filter(|value| value.is_finite());
    let value = value.ok_or_else(|| Error::bad_request("Give a number, such as 12 or 3.5."))?;
    let from = unit(&req.query("from").unwrap_or_default())?;
    let to = unit(&req.query("to").unwrap_or_default())?;
    if from.0 != to.0 {
        return Err(Error::bad_request(format!("{} cannot be converted to {}.", from.1.name, to.1.name)));
    }
    let result = (value * from.1.factor + from.1.offset - to.1.offset) / to.1.factor;
    Response::json(&json!({ "value": value, "from": from.1.id, "to": to.1.id, "result": rounded(result) }))
}

fn unit(id: &str) -> Result<(&'static str, &'static Unit)> {
    KINDS
        .iter()
        .filter(|(kind, _)| OFFERED.contains(kind))
        .find_map(|(kind, units)| units.iter().find(|unit| unit.id == id).map(|unit| (*kind, unit)))
        .ok_or_else(|| Error::bad_request("This unit is not known here."))
}

/// Ten significant digits: what floating point adds after them is noise.
fn rounded(value: f64) -> f64 {
    format!("{value:.9e}").parse().unwrap_or(value)
}
