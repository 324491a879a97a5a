#![no_std]
#![forbid(unsafe_code)]
//! A row of reactions: every visitor may give each of them once, and take it back.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What one reacts to.
const QUESTION: &str = "How was today?";
/// What one can react with.
const REACTIONS: &[&str] = &["👍", "❤️", "😂", "🎉", "😢"];

/// Whether they are counted anew each day (UTC).
const DAILY: bool = false;
const DAY_MILLIS: i64 = 86_400_000;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/react", react);
    routes.widget(widget::show);
}

async fn show(req: Request, ctx: Ctx) -> Result<Response> {
    let mut reactions = Vec::new();
    for (index, reaction) in REACTIONS.iter().enumerate() {
        let count = ctx.kv().get_json::<i64>(&count(index, &ctx)).await?.unwrap_or(0);
        let mine = ctx.kv().get(&mark(index, &req, &ctx)).await?.is_some();
        reactions.push(json!({ "reaction": reaction, "count": count, "mine": mine }));
    }
    Response::json(&json!({ "question": QUESTION, "reactions": reactions }))
}

#[derive(Deserialize)]
struct Reaction {
    index: usize,
}

async fn react(req: Request, ctx: Ctx) -> Result<Response> {
    let Reaction { index } = req.json()?;
    if index >= REACTIONS.len() {
        return Err(Error::bad_request("⟦There is no such reaction.|Diese Reaktion gibt es nicht.⟧"));
    }
    let (mark, count) = (mark(index, &req, &ctx), count(index, &ctx));
    let given = ctx.kv().compare_and_set(&mark, None, "1").await?;
    if given {
        ctx.kv().increment(&count, 1).await?;
    } else if ctx.kv().delete(&mark).await? {
        ctx.kv().increment(&count, -1).await?;
    }
    let count = ctx.kv().get_json::<i64>(&count).await?.unwrap_or(0);
    Response::json(&json!({ "reaction": REACTIONS[index], "count": count, "mine": given }))
}

fn mark(index: usize, req: &Request, ctx: &Ctx) -> String {
    format!("by:{}{index}:{}", day(ctx), req.visitor())
}

fn count(index: usize, ctx: &Ctx) -> String {
    format!("count:{}{index}", day(ctx))
}

/// Part of the keys: nothing when all days count together.
fn day(ctx: &Ctx) -> String {
    if DAILY { format!("{}:", ctx.now().div_euclid(DAY_MILLIS)) } else { String::new() }
}
