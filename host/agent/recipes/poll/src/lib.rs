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
    let mut options = Vec::new();
    let mut total = 0;
    for (index, name) in names(&ctx).await?.into_iter().enumerate() {
        let votes = ctx.kv().get_json::<i64>(&format!("votes:{index}")).await?.unwrap_or(0);
        total += votes;
        options.push(json!({ "name": name, "votes": votes }));
    }
    let mut mine: Vec<usize> = ctx.kv().get_json::<usize>(&format!("voter:{}", req.visitor())).await?.into_iter().collect();
    for (key, _) in ctx.kv().list(&format!("mark:{}:", req.visitor())).await? {
        mine.extend(key.rsplit(':').next().and_then(|index| index.parse::<usize>().ok()));
    }
    Response::json(&json!({
        "question": QUESTION, "options": options, "total": total, "mine": mine.first(), "all": mine, "open": OPEN, "several": SEVERAL,
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
    let voter = format!("voter:{}", req.visitor());
    let chosen = option.to_string();
    let before = ctx.kv().get(&voter).await?;
    if before.as_ref() != Some(&chosen) && ctx.kv().compare_and_set(&voter, before.as_deref(), &chosen).await? {
        if let Some(before) = before {
            ctx.kv().increment(&format!("votes:{before}"), -1).await?;
        }
        ctx.kv().increment(&format!("votes:{chosen}"), 1).await?;
    }
    results(req, ctx).await
}

/// One vote for each option; a second press takes it back.
async fn toggle(req: Request, ctx: Ctx, option: usize) -> Result<Response> {
    let mark = format!("mark:{}:{option}", req.visitor());
    if ctx.kv().compare_and_set(&mark, None, "1").await? {
        ctx.kv().increment(&format!("votes:{option}"), 1).await?;
    } else if ctx.kv().delete(&mark).await? {
        ctx.kv().increment(&format!("votes:{option}"), -1).await?;
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

/// The given options, then those that visitors added, oldest first.
async fn names(ctx: &Ctx) -> Result<Vec<String>> {
    let added = ctx.kv().get_json::<Vec<String>>("added").await?.unwrap_or_default();
    Ok(OPTIONS.iter().map(|name| name.to_string()).chain(added).collect())
}
