#![no_std]
#![forbid(unsafe_code)]
//! A game that runs in the visitor's browser, and the best results of all visitors.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// The greatest result that can be.
const MOST_POINTS: i64 = 100_000;
/// At most so many best results are kept, and characters of a name.
const KEPT: usize = 10;
const MOST_CHARS: usize = 30;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/results", add);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize, Clone)]
struct Best {
    name: String,
    result: i64,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "best": bests(&ctx).await? }))
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let Best { name, result } = req.json()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_CHARS} characters.|Ein Name hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    if !(1..=MOST_POINTS).contains(&result) {
        return Err(Error::bad_request("⟦Such a result cannot be.|Ein solches Ergebnis kann nicht sein.⟧"));
    }
    for _ in 0..5 {
        let before = ctx.kv().get("best").await?;
        let mut best = bests(&ctx).await?;
        best.push(Best { name: name.to_owned(), result });
        best.sort_by_key(|best| -best.result);
        best.truncate(KEPT);
        if ctx.kv().compare_and_set("best", before.as_deref(), &json!(best).to_string()).await? {
            return Ok(Response::json(&json!({ "best": best }))?.with_status(201));
        }
    }
    Err(Error::conflict("⟦Others finish just now. Try again.|Gerade werden andere fertig. Versuch es noch einmal.⟧"))
}

async fn bests(ctx: &Ctx) -> Result<Vec<Best>> {
    Ok(ctx.kv().get_json("best").await?.unwrap_or_default())
}
