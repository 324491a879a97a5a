#![no_std]
#![forbid(unsafe_code)]
//! The time left until a day that was given, or that visitors choose.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What it counts down to.
const OCCASION: &str = "Christmas";
/// The next of these counts, in each visitor's own time zone: `2026-12-24`, `12-24` for every year, `fri` for every
/// week; `T18:30` may follow. When there is none, visitors choose the day.
const DATES: &[&str] = &["12-25"];

fn mount(routes: &mut Routes) {
    routes.get("/", occasion);
    routes.put("/date", choose);
    routes.widget(widget::show);
}

async fn occasion(_req: Request, ctx: Ctx) -> Result<Response> {
    let chosen = ctx.kv().get("date").await?;
    let dates: Vec<&str> = if DATES.is_empty() { chosen.as_deref().into_iter().collect() } else { DATES.to_vec() };
    Response::json(&json!({ "occasion": OCCASION, "dates": dates, "open": DATES.is_empty(), "now": ctx.now() }))
}

#[derive(Deserialize)]
struct Choice {
    date: String,
}

async fn choose(req: Request, ctx: Ctx) -> Result<Response> {
    if !DATES.is_empty() {
        return Err(Error::forbidden("⟦The day of this countdown is fixed.|Der Tag dieses Countdowns steht fest.⟧"));
    }
    let Choice { date } = req.json()?;
    if !is_date(&date) {
        return Err(Error::bad_request("⟦Choose a day, such as 2026-12-24.|Wähle einen Tag, etwa 2026-12-24.⟧"));
    }
    ctx.kv().set("date", &date).await?;
    occasion(req, ctx).await
}

fn is_date(text: &str) -> bool {
    let shape = text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    shape && text.len() == 10 && (1..=12).contains(&part(5, 7)) && (1..=31).contains(&part(8, 10))
}
