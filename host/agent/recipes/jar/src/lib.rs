#![no_std]
#![forbid(unsafe_code)]
//! Lines that visitors put in, of which one is shown: by chance, the one of the day, or the one that was left last.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What one line is called.
const THING: &str = "joke";
/// Which line one sees.
const MODE: Mode = Mode::Random;
/// At most so many lines, and characters of one.
const MOST: usize = 300;
const MOST_CHARS: usize = 280;
const DAY_MILLIS: i64 = 86_400_000;

/// Which line is shown first. One jar uses one of them.
#[allow(dead_code)]
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Random,
    /// The same for everybody, another each day (UTC).
    Daily,
    /// What the visitor before has left; each visitor sees what another one wrote last.
    Previous,
}

#[derive(Serialize, Deserialize)]
struct Line {
    text: String,
    by: String,
}

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.get("/another", another);
    routes.post("/", put);
    routes.widget(widget::show);
}

async fn show(req: Request, ctx: Ctx) -> Result<Response> {
    let lines = all(&ctx).await?;
    let shown = match MODE {
        Mode::Random => ctx.random().pick(&lines),
        Mode::Daily => lines.get(ctx.now().div_euclid(DAY_MILLIS).rem_euclid(lines.len().max(1) as i64) as usize),
        Mode::Previous => lines.iter().rev().find(|line| line.by != req.visitor()),
    };
    answer(shown, lines.len())
}

/// One by chance; not the one that is shown, if there are others.
async fn another(req: Request, ctx: Ctx) -> Result<Response> {
    let mut lines = all(&ctx).await?;
    let count = lines.len();
    let shown = req.query("not").unwrap_or_default();
    if count > 1 {
        lines.retain(|line| line.text != *shown);
    }
    answer(ctx.random().pick(&lines), count)
}

#[derive(Deserialize)]
struct NewLine {
    text: String,
}

async fn put(req: Request, ctx: Ctx) -> Result<Response> {
    let NewLine { text } = req.json()?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters.|Schreib 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    let lines = all(&ctx).await?;
    if lines.iter().any(|line| line.text.to_lowercase() == text.to_lowercase()) {
        return Err(Error::conflict("⟦This is in already.|Das ist schon dabei.⟧"));
    }
    if lines.len() >= MOST {
        return Err(Error::conflict(format!("⟦It is full: at most {MOST}.|Es ist voll: höchstens {MOST}.⟧")));
    }
    let number = ctx.kv().increment("last", 1).await?;
    let line = Line { text: text.to_owned(), by: req.visitor().to_owned() };
    ctx.kv().set_json(&format!("line:{number:012}"), &line).await?;
    Ok(Response::json(&json!({ "text": text, "count": lines.len() + 1 }))?.with_status(201))
}

async fn all(ctx: &Ctx) -> Result<Vec<Line>> {
    Ok(ctx.kv().list_json::<Line>("line:").await?.into_iter().map(|(_, line)| line).collect())
}

fn answer(line: Option<&Line>, count: usize) -> Result<Response> {
    Response::json(&json!({ "thing": THING, "line": line.map(|line| &line.text), "count": count, "previous": MODE == Mode::Previous }))
}
