#![no_std]
#![forbid(unsafe_code)]
//! Which of several dates suits whom: yes, maybe or no for each, one answer a visitor that can be changed.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// The dates from the start; visitors may add others.
const DATES: &[&str] = &["Friday", "Saturday"];
/// At most so many dates, and people who answer.
const MOST_DATES: usize = 20;
const MOST_PEOPLE: usize = 100;
const MOST_CHARS: usize = 60;
const ANSWERS: &[&str] = &["yes", "maybe", "no"];

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/dates", add);
    routes.put("/mine", answer);
    routes.delete("/mine", leave);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Person {
    name: String,
    /// For each date one of [`ANSWERS`], or nothing yet.
    answers: Vec<String>,
}

async fn show(req: Request, ctx: Ctx) -> Result<Response> {
    let dates = dates(&ctx).await?;
    let mut people = Vec::new();
    let mut mine = Value::Null;
    for (key, person) in ctx.kv().list_json::<Person>("by:").await? {
        let person = json!({ "name": person.name, "answers": person.answers });
        if key.trim_start_matches("by:") == req.visitor() {
            mine = person.clone();
        }
        people.push(person);
    }
    Response::json(&json!({ "dates": dates, "people": people, "mine": mine }))
}

#[derive(Deserialize)]
struct New {
    date: String,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let New { date } = req.json()?;
    let date = checked(&date)?;
    for _ in 0..5 {
        let before = ctx.kv().get("added").await?;
        let known = dates(&ctx).await?;
        if known.iter().any(|known| known.to_lowercase() == date.to_lowercase()) {
            return Err(Error::conflict("⟦This date is there already.|Diesen Termin gibt es schon.⟧"));
        }
        if known.len() >= MOST_DATES {
            return Err(Error::conflict(format!("⟦At most {MOST_DATES} dates.|Höchstens {MOST_DATES} Termine.⟧")));
        }
        let added: Vec<&str> = known.iter().skip(DATES.len()).map(String::as_str).chain([date]).collect();
        if ctx.kv().compare_and_set("added", before.as_deref(), &json!(added).to_string()).await? {
            return Ok(show(req, ctx).await?.with_status(201));
        }
    }
    Err(Error::conflict("⟦Others change this just now. Try again.|Gerade ändern das auch andere. Versuch es noch einmal.⟧"))
}

async fn answer(req: Request, ctx: Ctx) -> Result<Response> {
    let Person { name, mut answers } = req.json()?;
    let name = checked(&name)?.to_owned();
    if answers.iter().any(|answer| !answer.is_empty() && !ANSWERS.contains(&answer.as_str())) {
        return Err(Error::bad_request("⟦Answer yes, maybe or no.|Antworte mit ja, vielleicht oder nein.⟧"));
    }
    answers.truncate(dates(&ctx).await?.len());
    let key = format!("by:{}", req.visitor());
    if ctx.kv().get(&key).await?.is_none() && ctx.kv().list("by:").await?.len() >= MOST_PEOPLE {
        return Err(Error::conflict(format!("⟦At most {MOST_PEOPLE} people.|Höchstens {MOST_PEOPLE} Personen.⟧")));
    }
    ctx.kv().set_json(&key, &Person { name, answers }).await?;
    show(req, ctx).await
}

async fn leave(req: Request, ctx: Ctx) -> Result<Response> {
    ctx.kv().delete(&format!("by:{}", req.visitor())).await?;
    show(req, ctx).await
}

fn checked(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters.|Schreib 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    Ok(text)
}

/// The given dates, then those that visitors added, oldest first.
async fn dates(ctx: &Ctx) -> Result<Vec<String>> {
    let added = ctx.kv().get_json::<Vec<String>>("added").await?.unwrap_or_default();
    Ok(DATES.iter().map(|date| date.to_string()).chain(added).collect())
}
