#![no_std]
#![forbid(unsafe_code)]
//! A poll: visitors vote and may change their mind.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What is asked.
const QUESTION: &str = "What shall we have for lunch?";
/// What can be chosen from the start.
const OPTIONS: &[&str] = &["Pizza", "Sushi", "Tacos"];
/// Whether visitors may add options.
const OPEN: bool = false;
/// Whether one may choose several options; otherwise one has one vote.
const SEVERAL: bool = false;
/// Whether the votes start anew each day, by the clock of the server (UTC).
const DAILY: bool = false;
const DAY: i64 = 86_400_000;
/// At most so many options.
const MOST_OPTIONS: usize = 20;
/// At most so many characters of an option.
const MOST_CHARS: usize = 60;

fn mount(routes: &mut Routes) {
    routes.get("/", results);
    routes.post("/vote", vote);
    routes.post("/options", add_option);
    routes.widget(widget::show);
}

async fn results(req: Request, ctx: Ctx) -> Result<Response> {
    forget(&ctx).await?;
    let today = today(&ctx);
    let mut options = Vec::new();
    let mut total = 0;
    for (index, name) in names(&ctx).await?.into_iter().enumerate() {
        let votes = ctx.kv().get_json::<i64>(&format!("{today}votes:{index}")).await?.unwrap_or(0);
        total += votes;
        options.push(json!({ "name": name, "votes": votes }));
    }
    let mut mine: Vec<usize> = ctx.kv().get_json::<usize>(&format!("{today}voter:{}", req.visitor())).await?.into_iter().collect();
    for (key, _) in ctx.kv().list(&format!("{today}mark:{}:", req.visitor())).await? {
        mine.extend(key.rsplit(':').next().and_then(|index| index.parse::<usize>().ok()));
    }
    Response::json(&json!({
        "question": QUESTION, "options": options, "total": total, "mine": mine.first(), "all": mine, "open": OPEN, "several": SEVERAL, "daily": DAILY,
    }))
}

#[derive(Deserialize)]
struct Vote {
    option: usize,
}

async fn vote(req: Request, ctx: Ctx) -> Result<Response> {
    let Vote { option } = req.json()?;
    if option >= names(&ctx).await?.len() {
        return Err(Error::bad_request("⟦There is no such option.|Diese Möglichkeit gibt es nicht.⟧"));
    }
    if SEVERAL {
        return toggle(req, ctx, option).await;
    }
    let today = today(&ctx);
    let voter = format!("{today}voter:{}", req.visitor());
    let chosen = option.to_string();
    let before = ctx.kv().get(&voter).await?;
    if before.as_ref() != Some(&chosen) && ctx.kv().compare_and_set(&voter, before.as_deref(), &chosen).await? {
        if let Some(before) = before {
            ctx.kv().increment(&format!("{today}votes:{before}"), -1).await?;
        }
        ctx.kv().increment(&format!("{today}votes:{chosen}"), 1).await?;
    }
    results(req, ctx).await
}

/// One vote for each option; a second press takes it back.
async fn toggle(req: Request, ctx: Ctx, option: usize) -> Result<Response> {
    let today = today(&ctx);
    let mark = format!("{today}mark:{}:{option}", req.visitor());
    if ctx.kv().compare_and_set(&mark, None, "1").await? {
        ctx.kv().increment(&format!("{today}votes:{option}"), 1).await?;
    } else if ctx.kv().delete(&mark).await? {
        ctx.kv().increment(&format!("{today}votes:{option}"), -1).await?;
    }
    results(req, ctx).await
}

#[derive(Deserialize)]
struct NewOption {
    name: String,
}

async fn add_option(req: Request, ctx: Ctx) -> Result<Response> {
    if !OPEN {
        return Err(Error::forbidden("⟦The options of this poll are fixed.|Die Möglichkeiten stehen hier fest.⟧"));
    }
    let NewOption { name } = req.json()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦An option has 1 to {MOST_CHARS} characters.|Eine Möglichkeit hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    let before = ctx.kv().get("added").await?;
    let known = names(&ctx).await?;
    if known.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
        return Err(Error::conflict("⟦This option is there already.|Diese Möglichkeit gibt es schon.⟧"));
    }
    if known.len() >= MOST_OPTIONS {
        return Err(Error::conflict(format!("⟦A poll has at most {MOST_OPTIONS} options.|Eine Umfrage hat höchstens {MOST_OPTIONS} Möglichkeiten.⟧")));
    }
    let added: Vec<&str> = known.iter().skip(OPTIONS.len()).map(String::as_str).chain([name]).collect();
    if !ctx.kv().compare_and_set("added", before.as_deref(), &json!(added).to_string()).await? {
        return Err(Error::conflict("⟦Somebody else added an option just now. Try again.|Gerade hat jemand anderes etwas hinzugefügt. Versuch es noch einmal.⟧"));
    }
    results(req, ctx).await
}

/// What the keys of today's votes begin with.
fn today(ctx: &Ctx) -> String {
    if DAILY { format!("on:{}:", ctx.now().div_euclid(DAY)) } else { String::new() }
}

/// Takes away the votes of earlier days, once a day.
async fn forget(ctx: &Ctx) -> Result<()> {
    if !DAILY {
        return Ok(());
    }
    let today = today(ctx);
    let before = ctx.kv().get("today").await?;
    if before.as_ref() != Some(&today) && ctx.kv().compare_and_set("today", before.as_deref(), &today).await? {
        for (key, _) in ctx.kv().list("on:").await? {
            if !key.starts_with(&today) {
                ctx.kv().delete(&key).await?;
            }
        }
    }
    Ok(())
}

/// The given options, then those that visitors added, oldest first.
async fn names(ctx: &Ctx) -> Result<Vec<String>> {
    let added = ctx.kv().get_json::<Vec<String>>("added").await?.unwrap_or_default();
    Ok(OPTIONS.iter().map(|name| name.to_string()).chain(added).collect())
}
