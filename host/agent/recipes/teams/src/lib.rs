#![no_std]
#![forbid(unsafe_code)]
//! Visitors put names in; a press splits all of them by chance into teams that everybody sees.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// How many teams at first, or how many in each team.
const NUMBER: usize = 2;
/// Whether the number is that of people in each team.
const BY_SIZE: bool = false;
/// At most so many names, and characters of one.
const MOST: usize = 100;
const MOST_CHARS: usize = 40;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/names", add);
    routes.delete("/names/{name}", remove);
    routes.post("/split", split);
    routes.widget(widget::show);
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let names = names(&ctx).await?;
    let teams = ctx.kv().get_json::<Vec<Vec<String>>>("teams").await?.unwrap_or_default();
    Response::json(&json!({ "names": names, "teams": teams, "number": NUMBER, "by_size": BY_SIZE }))
}

#[derive(Deserialize)]
struct NewName {
    name: String,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let NewName { name } = req.json()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_CHARS} characters.|Ein Name hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    if names(&ctx).await?.len() >= MOST {
        return Err(Error::conflict(format!("⟦At most {MOST} names.|Höchstens {MOST} Namen.⟧")));
    }
    if !ctx.kv().compare_and_set(&key(name), None, name).await? {
        return Err(Error::conflict("⟦This name is in already.|Dieser Name ist schon dabei.⟧"));
    }
    Ok(Response::json(&json!({ "name": name }))?.with_status(201))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    if !ctx.kv().delete(&key(req.param("name")?)).await? {
        return Err(Error::not_found("⟦This name is not in.|Dieser Name ist nicht dabei.⟧"));
    }
    Response::json(&json!({ "removed": true }))
}

#[derive(Deserialize)]
struct Split {
    number: usize,
}

async fn split(req: Request, ctx: Ctx) -> Result<Response> {
    let Split { number } = req.json()?;
    let mut names = names(&ctx).await?;
    if !(1..=MOST).contains(&number) || names.len() < 2 {
        return Err(Error::bad_request("⟦Give a number, and put in at least two names.|Gib eine Zahl an und trag mindestens zwei Namen ein.⟧"));
    }
    ctx.random().shuffle(&mut names);
    let count = if BY_SIZE { names.len().div_ceil(number) } else { number.min(names.len()) };
    let mut teams = vec![Vec::new(); count];
    for (index, name) in names.into_iter().enumerate() {
        teams[index % count].push(name);
    }
    ctx.kv().set_json("teams", &teams).await?;
    Response::json(&json!({ "teams": teams, "count": count }))
}

async fn names(ctx: &Ctx) -> Result<Vec<String>> {
    Ok(ctx.kv().list("name:").await?.into_iter().map(|(_, name)| name).collect())
}

fn key(name: &str) -> String {
    format!("name:{}", name.trim().to_lowercase())
}
