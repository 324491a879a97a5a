#![no_std]
#![forbid(unsafe_code)]
//! One to five stars from every visitor, and the average.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What is rated.
const SUBJECT: &str = "Our coffee";
/// The most stars.
const STARS: i64 = 5;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/rate", rate);
    routes.widget(widget::show);
}

async fn show(req: Request, ctx: Ctx) -> Result<Response> {
    let mine = ctx.kv().get_json::<i64>(&voter(&req)).await?;
    answer(&ctx, mine).await
}

#[derive(Deserialize)]
struct Rating {
    stars: i64,
}

async fn rate(req: Request, ctx: Ctx) -> Result<Response> {
    let Rating { stars } = req.json()?;
    if !(1..=STARS).contains(&stars) {
        return Err(Error::bad_request(format!("⟦Give 1 to {STARS} stars.|Gib 1 bis {STARS} Sterne.⟧")));
    }
    let before = ctx.kv().get(&voter(&req)).await?;
    if ctx.kv().compare_and_set(&voter(&req), before.as_deref(), &stars.to_string()).await? {
        let old = before.as_deref().and_then(|text| text.parse::<i64>().ok());
        if old.is_none() {
            ctx.kv().increment("ratings", 1).await?;
        }
        ctx.kv().increment("sum", stars - old.unwrap_or(0)).await?;
    }
    answer(&ctx, Some(stars)).await
}

async fn answer(ctx: &Ctx, mine: Option<i64>) -> Result<Response> {
    let ratings = ctx.kv().get_json::<i64>("ratings").await?.unwrap_or(0);
    let sum = ctx.kv().get_json::<i64>("sum").await?.unwrap_or(0);
    let average = if ratings == 0 { 0.0 } else { (sum * 10 / ratings) as f64 / 10.0 };
    Response::json(&json!({ "subject": SUBJECT, "stars": STARS, "ratings": ratings, "average": average, "mine": mine }))
}

fn voter(req: &Request) -> String {
    format!("by:{}", req.visitor())
}
