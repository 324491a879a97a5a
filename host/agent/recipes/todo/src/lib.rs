#![no_std]
#![forbid(unsafe_code)]
//! A list of things to do that everybody shares: add, tick off, take away.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What a line of the list is called.
const THING: &str = "task";
/// What stands on the list from the start.
const FIRST: &[&str] = &["Water the plants"];
/// At most so many lines, and characters in a line.
const MOST_ITEMS: usize = 200;
const MOST_CHARS: usize = 120;

fn mount(routes: &mut Routes) {
    routes.get("/", list);
    routes.post("/items", add);
    routes.post("/items/{id}/toggle", toggle);
    routes.delete("/items/{id}", remove);
    routes.post("/clear", clear);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Item {
    text: String,
    done: bool,
}

async fn list(_req: Request, ctx: Ctx) -> Result<Response> {
    seed(&ctx).await?;
    let mut items = Vec::new();
    for (key, item) in ctx.kv().list_json::<Item>("item:").await? {
        let id = key.trim_start_matches("item:");
        items.push(json!({ "id": id, "text": item.text, "done": item.done }));
    }
    Response::json(&json!({ "thing": THING, "items": items }))
}

#[derive(Deserialize)]
struct NewItem {
    text: String,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let NewItem { text } = req.json()?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters.|Schreib 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    seed(&ctx).await?;
    if ctx.kv().list("item:").await?.len() >= MOST_ITEMS {
        return Err(Error::conflict(format!("⟦The list is full: at most {MOST_ITEMS} lines. Take some away first.|Die Liste ist voll: höchstens {MOST_ITEMS} Zeilen. Nimm erst welche weg.⟧")));
    }
    let id = append(&ctx, text).await?;
    Ok(Response::json(&json!({ "id": id, "text": text, "done": false }))?.with_status(201))
}

async fn toggle(req: Request, ctx: Ctx) -> Result<Response> {
    let key = format!("item:{}", req.param("id")?);
    let Some(mut item) = ctx.kv().get_json::<Item>(&key).await? else {
        return Err(Error::not_found("⟦This line is gone.|Diese Zeile gibt es nicht mehr.⟧"));
    };
    item.done = !item.done;
    ctx.kv().set_json(&key, &item).await?;
    Response::json(&item)
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    let gone = ctx.kv().delete(&format!("item:{}", req.param("id")?)).await?;
    if !gone {
        return Err(Error::not_found("⟦This line is gone already.|Diese Zeile gibt es schon nicht mehr.⟧"));
    }
    Response::json(&json!({ "removed": true }))
}

/// Takes away all that is ticked off.
async fn clear(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut removed = 0;
    for (key, item) in ctx.kv().list_json::<Item>("item:").await? {
        if item.done && ctx.kv().delete(&key).await? {
            removed += 1;
        }
    }
    Response::json(&json!({ "removed": removed }))
}

/// Puts the first lines on the list, once.
async fn seed(ctx: &Ctx) -> Result<()> {
    if ctx.kv().compare_and_set("seeded", None, "yes").await? {
        for text in FIRST {
            append(ctx, text).await?;
        }
    }
    Ok(())
}

async fn append(ctx: &Ctx, text: &str) -> Result<String> {
    let id = format!("{:012}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set_json(&format!("item:{id}"), &Item { text: text.to_owned(), done: false }).await?;
    Ok(id)
}
