#![no_std]
#![forbid(unsafe_code)]
//! A text that visitors write together, one piece after the other.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What each visitor adds.
const PIECE: &str = "sentence";
/// Whether a piece is a single word.
const WORDS: bool = false;
/// Whether nobody may add two pieces in a row.
const IN_TURN: bool = true;
/// How it begins, if somebody said.
const OPENING: &str = "";
/// At most so many pieces, and characters of one.
const MOST: u64 = 900;
const MOST_CHARS: usize = 240;

fn mount(routes: &mut Routes) {
    routes.get("/", read);
    routes.post("/", add);
    routes.widget(widget::show);
}

/// How many pieces there are, and who wrote the last.
#[derive(Serialize, Deserialize, Default)]
struct End {
    pieces: u64,
    by: String,
}

async fn read(req: Request, ctx: Ctx) -> Result<Response> {
    let pieces: Vec<String> = ctx.kv().list("piece:").await?.into_iter().map(|(_, piece)| piece).collect();
    let end = ctx.kv().get_json::<End>("end").await?.unwrap_or_default();
    let waits = IN_TURN && end.pieces > 0 && end.by == req.visitor();
    Response::json(&json!({ "opening": OPENING, "pieces": pieces, "piece": PIECE, "waits": waits }))
}

#[derive(Deserialize)]
struct Piece {
    text: String,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let Piece { text } = req.json()?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters.|Schreib 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    if WORDS && text.split_whitespace().count() > 1 {
        return Err(Error::bad_request("⟦One word at a time, please.|Bitte nur ein Wort.⟧"));
    }
    for _ in 0..5 {
        let before = ctx.kv().get("end").await?;
        let end = ctx.kv().get_json::<End>("end").await?.unwrap_or_default();
        if IN_TURN && end.pieces > 0 && end.by == req.visitor() {
            return Err(Error::conflict("⟦You wrote last. Let somebody else go on first.|Du hast zuletzt geschrieben. Lass erst jemand anderen weitermachen.⟧"));
        }
        if end.pieces >= MOST {
            return Err(Error::conflict("⟦This is long enough: it is finished.|Das ist lang genug: Ende.⟧"));
        }
        let next = End { pieces: end.pieces + 1, by: req.visitor().to_owned() };
        if ctx.kv().compare_and_set("end", before.as_deref(), &json!(next).to_string()).await? {
            ctx.kv().set(&format!("piece:{:06}", next.pieces), text).await?;
            return Ok(Response::json(&json!({ "text": text, "pieces": next.pieces }))?.with_status(201));
        }
    }
    Err(Error::conflict("⟦Others write just now. Try again.|Gerade schreiben andere. Versuch es noch einmal.⟧"))
}
