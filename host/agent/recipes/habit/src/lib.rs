#![no_std]
#![forbid(unsafe_code)]
//! A week of ticks for each line, and how many days in a row it has had one.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// The lines that are there from the start.
const LINES: &[&str] = &["Read", "Run"];
/// What a line is called.
const THING: &str = "Habit";
/// At most so many lines that visitors add, and characters of one.
const MOST_LINES: usize = 40;
const MOST_CHARS: usize = 60;
/// Ticks that are older than so many days are forgotten.
const KEPT: i64 = 400;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/lines", add);
    routes.delete("/lines/{id}", remove);
    routes.post("/lines/{id}/days/{day}", tick);
    routes.widget(widget::show);
}

fn today(ctx: &Ctx) -> i64 {
    ctx.now().div_euclid(86_400_000)
}

/// The Monday of this week; 1 January 1970 was a Thursday.
fn monday(today: i64) -> i64 {
    today - (today + 3).rem_euclid(7)
}

async fn lines(ctx: &Ctx) -> Result<Vec<(String, String)>> {
    let gone = ctx.kv().list("gone:").await?;
    let own = LINES.iter().enumerate().map(|(i, name)| (format!("own-{i}"), (*name).to_owned()));
    let own = own.filter(|(id, _)| !gone.iter().any(|(key, _)| *key == format!("gone:{id}")));
    let added = ctx.kv().list("line:").await?.into_iter().map(|(key, name)| (key.trim_start_matches("line:").to_owned(), name));
    Ok(own.chain(added).collect())
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let today = today(&ctx);
    let mut shown = Vec::new();
    for (id, name) in lines(&ctx).await? {
        let days = ctx.kv().get_json::<Vec<i64>>(&format!("days:{id}")).await?.unwrap_or_default();
        let week: Vec<bool> = (0..7).map(|i| days.contains(&(monday(today) + i))).collect();
        // Today may still come.
        let last = if days.contains(&today) { today } else { today - 1 };
        let streak = (0..KEPT).take_while(|back| days.contains(&(last - back))).count();
        shown.push(json!({ "id": id, "name": name, "week": week, "streak": streak }));
    }
    Response::json(&json!({ "lines": shown, "today": today - monday(today) }))
}

#[derive(Deserialize)]
struct Line {
    name: String,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let Line { name } = req.json()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters.|Schreib 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    if ctx.kv().list("line:").await?.len() >= MOST_LINES {
        return Err(Error::conflict(format!("⟦At most {MOST_LINES} lines. Remove one first.|Höchstens {MOST_LINES} Zeilen. Entferne erst eine.⟧")));
    }
    let id = format!("{:06}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set(&format!("line:{id}"), name).await?;
    Ok(Response::json(&json!({ "id": id, "name": name }))?.with_status(201))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    let id = req.param("id")?;
    let is_own = lines(&ctx).await?.iter().any(|(known, _)| known == id) && id.starts_with("own-");
    if is_own {
        ctx.kv().set(&format!("gone:{id}"), "1").await?;
    } else if !ctx.kv().delete(&format!("line:{id}")).await? {
        return Err(gone());
    }
    ctx.kv().delete(&format!("days:{id}")).await?;
    Response::json(&json!({ "removed": true }))
}

/// Ticks a day of this week, or takes the tick away.
async fn tick(req: Request, ctx: Ctx) -> Result<Response> {
    let (id, day): (String, i64) = (req.param("id")?.to_owned(), req.param_as("day")?);
    if !(0..7).contains(&day) {
        return Err(Error::bad_request("⟦A week has seven days.|Eine Woche hat sieben Tage.⟧"));
    }
    if !lines(&ctx).await?.iter().any(|(known, _)| *known == id) {
        return Err(gone());
    }
    let now = today(&ctx);
    let day = monday(now) + day;
    let key = format!("days:{id}");
    for _ in 0..5 {
        let before = ctx.kv().get(&key).await?;
        let mut days = ctx.kv().get_json::<Vec<i64>>(&key).await?.unwrap_or_default();
        let was = days.contains(&day);
        days.retain(|d| *d != day && now - *d < KEPT);
        if !was {
            days.push(day);
        }
        if ctx.kv().compare_and_set(&key, before.as_deref(), &json!(days).to_string()).await? {
            return Response::json(&json!({ "ticked": !was }));
        }
    }
    Err(Error::conflict("⟦Others tick this just now. Try again.|Gerade haken das auch andere ab. Versuch es noch einmal.⟧"))
}

fn gone() -> Error {
    Error::not_found("⟦This line is gone.|Diese Zeile gibt es nicht mehr.⟧")
}
