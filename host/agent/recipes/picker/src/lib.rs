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
/// Whether it counts how often each was picked.
const TALLY: bool = false;
/// Whether nobody is picked twice until all have had a turn.
const ONCE: bool = false;
/// At most so many options, and characters of one.
const MOST_OPTIONS: usize = 50;
const MOST_CHARS: usize = 60;
const FIXED: &str = "⟦What can be picked here is fixed.|Was zur Auswahl steht, liegt hier fest.⟧";
/// How many picks are remembered.
const REMEMBERED: usize = 8;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/pick", pick);
    routes.put("/options", change);
    routes.post("/options", add);
    routes.widget(widget::show);
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let picks = ctx.kv().get_json::<Vec<String>>("picks").await?.unwrap_or_default();
    let tally: Vec<Value> = ctx
        .kv()
        .list_json::<i64>("tally:")
        .await?
        .into_iter()
        .map(|(key, times)| json!({ "option": key.trim_start_matches("tally:"), "times": times }))
        .collect();
    let options = options(&ctx).await?;
    let left = left(&ctx, &options).await?;
    Response::json(&json!({ "question": QUESTION, "options": options, "picks": picks, "open": OPEN, "tally": tally, "once": ONCE, "left": left }))
}

async fn pick(_req: Request, ctx: Ctx) -> Result<Response> {
    let options = options(&ctx).await?;
    let Some(picked) = take(&ctx, &options).await? else {
        return Err(Error::conflict("⟦There is nothing to pick from yet. Add some first.|Noch gibt es nichts zur Auswahl. Trag erst etwas ein.⟧"));
    };
    if TALLY {
        ctx.kv().increment(&format!("tally:{picked}"), 1).await?;
    }
    // Others may pick at the same time: none of the picks is lost.
    for _ in 0..8 {
        let before = ctx.kv().get("picks").await?;
        let mut picks = ctx.kv().get_json::<Vec<String>>("picks").await?.unwrap_or_default();
        picks.insert(0, picked.clone());
        picks.truncate(REMEMBERED);
        if ctx.kv().compare_and_set("picks", before.as_deref(), &json!(picks).to_string()).await? {
            return Response::json(&json!({ "picked": picked, "from": options.len() }));
        }
    }
    Err(Error::conflict("⟦Many pick just now. Try again.|Gerade losen viele. Versuch es noch einmal.⟧"))
}

/// One at random. If nobody may come twice, one who has not had a turn yet; after the last all may again.
async fn take(ctx: &Ctx, options: &[String]) -> Result<Option<String>> {
    if !ONCE {
        return Ok(ctx.random().pick(options).cloned());
    }
    for _ in 0..8 {
        let before = ctx.kv().get("had").await?;
        let left = left(ctx, options).await?;
        let all_had = left.is_empty();
        let Some(picked) = ctx.random().pick(if all_had { options } else { &left }).cloned() else { return Ok(None) };
        let mut had = if all_had { vec![] } else { had(ctx).await? };
        had.retain(|name| options.contains(name));
        had.push(picked.clone());
        if ctx.kv().compare_and_set("had", before.as_deref(), &json!(had).to_string()).await? {
            return Ok(Some(picked));
        }
    }
    Err(Error::conflict("⟦Many pick just now. Try again.|Gerade losen viele. Versuch es noch einmal.⟧"))
}

/// Who has had a turn in this round.
async fn had(ctx: &Ctx) -> Result<Vec<String>> {
    Ok(ctx.kv().get_json("had").await?.unwrap_or_default())
}

async fn left(ctx: &Ctx, options: &[String]) -> Result<Vec<String>> {
    let had = had(ctx).await?;
    Ok(options.iter().filter(|option| !had.contains(option)).cloned().collect())
}

#[derive(Deserialize)]
struct Change {
    options: Vec<String>,
}

async fn change(req: Request, ctx: Ctx) -> Result<Response> {
    if !OPEN {
        return Err(Error::forbidden(FIXED));
    }
    let Change { options } = req.json()?;
    let options: Vec<&str> = options.iter().map(|option| option.trim()).filter(|option| !option.is_empty()).collect();
    if options.len() > MOST_OPTIONS || options.iter().any(|option| option.chars().count() > MOST_CHARS) {
        return Err(Error::bad_request(format!("⟦At most {MOST_OPTIONS} options of at most {MOST_CHARS} characters.|Höchstens {MOST_OPTIONS} Möglichkeiten mit höchstens {MOST_CHARS} Zeichen.⟧")));
    }
    ctx.kv().set_json("options", &options).await?;
    Response::json(&json!({ "options": options }))
}

#[derive(Deserialize)]
struct Addition {
    option: String,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    if !OPEN {
        return Err(Error::forbidden(FIXED));
    }
    let Addition { option } = req.json()?;
    let option = option.trim();
    if option.is_empty() || option.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters.|Schreib 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    for _ in 0..5 {
        let before = ctx.kv().get("options").await?;
        let mut options = options(&ctx).await?;
        if options.iter().any(|known| known.to_lowercase() == option.to_lowercase()) {
            return Err(Error::conflict("⟦This is in already.|Das ist schon dabei.⟧"));
        }
        if options.len() >= MOST_OPTIONS {
            return Err(Error::conflict(format!("⟦At most {MOST_OPTIONS} fit in.|Höchstens {MOST_OPTIONS} passen hinein.⟧")));
        }
        options.push(option.to_owned());
        if ctx.kv().compare_and_set("options", before.as_deref(), &json!(options).to_string()).await? {
            return Ok(Response::json(&json!({ "options": options }))?.with_status(201));
        }
    }
    Err(Error::conflict("⟦Others add just now. Try again.|Gerade tragen andere etwas ein. Versuch es noch einmal.⟧"))
}

async fn options(ctx: &Ctx) -> Result<Vec<String>> {
    let given = || OPTIONS.iter().map(|option| option.to_string()).collect();
    Ok(ctx.kv().get_json::<Vec<String>>("options").await?.unwrap_or_else(given))
}
