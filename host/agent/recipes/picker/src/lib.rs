#![no_std]
#![forbid(unsafe_code)]
//! Picks one at random, for everybody to see.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What is decided.
const QUESTION: &str = "Who does the dishes?";
/// What can be picked from the start.
const OPTIONS: &[&str] = &["Ann", "Bob", "Eve"];
/// Whether visitors may change what can be picked.
const OPEN: bool = false;
/// At most so many options, and characters of one.
const MOST_OPTIONS: usize = 50;
const MOST_CHARS: usize = 60;
/// How many picks are remembered.
const REMEMBERED: usize = 8;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/pick", pick);
    routes.put("/options", change);
    routes.widget(widget::show);
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let picks = ctx.kv().get_json::<Vec<String>>("picks").await?.unwrap_or_default();
    Response::json(&json!({ "question": QUESTION, "options": options(&ctx).await?, "picks": picks, "open": OPEN }))
}

async fn pick(_req: Request, ctx: Ctx) -> Result<Response> {
    let options = options(&ctx).await?;
    let Some(picked) = ctx.random().pick(&options) else {
        return Err(Error::conflict("There is nothing to pick from yet. Add some first."));
    };
    let mut picks = ctx.kv().get_json::<Vec<String>>("picks").await?.unwrap_or_default();
    picks.insert(0, picked.clone());
    picks.truncate(REMEMBERED);
    ctx.kv().set_json("picks", &picks).await?;
    Response::json(&json!({ "picked": picked, "from": options.len() }))
}

#[derive(Deserialize)]
struct Change {
    options: Vec<String>,
}

async fn change(req: Request, ctx: Ctx) -> Result<Response> {
    if !OPEN {
        return Err(Error::forbidden("What can be picked here is fixed."));
    }
    let Change { options } = req.json()?;
    let options: Vec<&str> = options.iter().map(|option| option.trim()).filter(|option| !option.is_empty()).collect();
    if options.len() > MOST_OPTIONS || options.iter().any(|option| option.chars().count() > MOST_CHARS) {
        return Err(Error::bad_request(format!("At most {MOST_OPTIONS} options of at most {MOST_CHARS} characters.")));
    }
    ctx.kv().set_json("options", &options).await?;
    Response::json(&json!({ "options": options }))
}

async fn options(ctx: &Ctx) -> Result<Vec<String>> {
    let given = || OPTIONS.iter().map(|option| option.to_string()).collect();
    Ok(ctx.kv().get_json::<Vec<String>>("options").await?.unwrap_or_else(given))
}
