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

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/react", react);
    routes.widget(widget::show);
}

async fn show(req: Request, ctx: Ctx) -> Result<Response> {
    let mut reactions = Vec::new();
    for (index, reaction) in REACTIONS.iter().enumerate() {
        let count = ctx.kv().get_json::<i64>(&format!("count:{index}")).await?.unwrap_or(0);
        let mine = ctx.kv().get(&mark(index, &req)).await?.is_some();
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
        return Err(Error::bad_request("There is no such reaction."));
    }
    let mark = mark(index, &req);
    let given = ctx.kv().compare_and_set(&mark, None, "1").await?;
    if given {
        ctx.kv().increment(&format!("count:{index}"), 1).await?;
    } else if ctx.kv().delete(&mark).await? {
        ctx.kv().increment(&format!("count:{index}"), -1).await?;
    }
    let count = ctx.kv().get_json::<i64>(&format!("count:{index}")).await?.unwrap_or(0);
    Response::json(&json!({ "reaction": REACTIONS[index], "count": count, "mine": given }))
}

fn mark(index: usize, req: &Request) -> String {
    format!("by:{index}:{}", req.visitor())
}
