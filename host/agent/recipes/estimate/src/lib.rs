#![no_std]
#![forbid(unsafe_code)]
//! Everybody guesses a number; all see how many guessed, the average, and who came closest once the number is told.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What is guessed.
const QUESTION: &str = "How many jelly beans are in the jar?";
/// Whether the true number is told in the end; then no more guesses are taken.
const REVEAL: bool = true;
/// At most so many guesses, and characters of a name.
const MOST: usize = 300;
const MOST_CHARS: usize = 40;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/guesses", guess);
    routes.post("/truth", tell);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Guess {
    name: String,
    number: f64,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut guesses: Vec<Guess> = ctx.kv().list_json::<Guess>("guess:").await?.into_iter().map(|(_, guess)| guess).collect();
    let truth = ctx.kv().get_json::<f64>("truth").await?;
    let distance = |guess: &Guess| truth.map_or(0.0, |truth| (guess.number - truth).abs());
    guesses.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    let sum: f64 = guesses.iter().map(|guess| guess.number).sum();
    let average = (!guesses.is_empty()).then(|| (sum / guesses.len() as f64 * 100.0).round() / 100.0);
    Response::json(&json!({
        "question": QUESTION, "guesses": guesses, "count": guesses.len(), "average": average, "truth": truth, "reveal": REVEAL,
    }))
}

/// A name guesses once; the same name again changes the guess.
async fn guess(req: Request, ctx: Ctx) -> Result<Response> {
    let Guess { name, number } = req.json()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_CHARS} characters.|Ein Name hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    check(number)?;
    if ctx.kv().get("truth").await?.is_some() {
        return Err(Error::conflict("⟦The number is told: no more guesses.|Die Zahl ist verraten: jetzt wird nicht mehr geraten.⟧"));
    }
    let key = format!("guess:{}", name.to_lowercase());
    if ctx.kv().get(&key).await?.is_none() && ctx.kv().list("guess:").await?.len() >= MOST {
        return Err(Error::conflict(format!("⟦At most {MOST} can guess.|Höchstens {MOST} können raten.⟧")));
    }
    let guess = Guess { name: name.to_owned(), number };
    ctx.kv().set_json(&key, &guess).await?;
    Ok(Response::json(&guess)?.with_status(201))
}

#[derive(Deserialize)]
struct Truth {
    number: f64,
}

async fn tell(req: Request, ctx: Ctx) -> Result<Response> {
    let Truth { number } = req.json()?;
    check(number)?;
    if !REVEAL {
        return Err(Error::forbidden("⟦Here only guesses are collected.|Hier werden nur Schätzungen gesammelt.⟧"));
    }
    if !ctx.kv().compare_and_set("truth", None, &json!(number).to_string()).await? {
        return Err(Error::conflict("⟦The number is told already.|Die Zahl ist schon verraten.⟧"));
    }
    Response::json(&json!({ "truth": number }))
}

fn check(number: f64) -> Result<()> {
    if (-1e9..=1e9).contains(&number) { Ok(()) } else { Err(Error::bad_request("⟦Give a number up to a thousand million.|Gib eine Zahl bis zu einer Milliarde an.⟧")) }
}
