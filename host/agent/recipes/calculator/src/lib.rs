#![no_std]
#![forbid(unsafe_code)]
//! A calculator: + − × ÷, powers, brackets.
extern crate kandra_std as std;
use kandra::prelude::*;

mod sum;
mod widget;

kandra::feature!(mount);

/// At most so many characters.
const MOST_CHARS: usize = 200;

fn mount(routes: &mut Routes) {
    routes.get("/calculate", calculate);
    routes.widget(widget::show);
}

async fn calculate(req: Request, _ctx: Ctx) -> Result<Response> {
    let text = req.query("sum").unwrap_or_default();
    if text.trim().is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("Type 1 to {MOST_CHARS} characters, such as 3 * (4 + 5).")));
    }
    let result = sum::value(&text).map_err(Error::bad_request)?;
    let result: f64 = format!("{result:.11e}").parse().unwrap_or(result);
    Response::json(&json!({ "sum": text, "result": result }))
}
