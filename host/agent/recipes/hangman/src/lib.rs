#![no_std]
#![forbid(unsafe_code)]
//! Everybody guesses the letters of one hidden word together.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// The words.
const WORDS: &[&str] = &["LIBRARY", "SUNSHINE"];
/// So many wrong letters are one too many.
const TRIES: usize = 8;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/guess", guess);
    routes.post("/new", start_again);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Game {
    word: usize,
    guessed: String,
}

impl Game {
    fn letters(&self) -> &'static str {
        WORDS[self.word % WORDS.len()]
    }

    fn wrong(&self) -> usize {
        self.guessed.chars().filter(|letter| !self.letters().contains(*letter)).count()
    }

    fn found(&self) -> bool {
        self.letters().chars().all(|letter| self.guessed.contains(letter))
    }

    fn answer(&self) -> Result<Response> {
        let lost = self.wrong() >= TRIES;
        let shown: Vec<String> = self
            .letters()
            .chars()
            .map(|letter| if lost || self.guessed.contains(letter) { letter.to_string() } else { "_".to_owned() })
            .collect();
        Response::json(&json!({
            "word": shown, "guessed": self.guessed, "left": TRIES.saturating_sub(self.wrong()), "won": self.found(), "lost": lost,
        }))
    }
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    game(&ctx).await?.answer()
}

#[derive(Deserialize)]
struct Guess {
    letter: String,
}

async fn guess(req: Request, ctx: Ctx) -> Result<Response> {
    let Guess { letter } = req.json()?;
    let mut letters = letter.trim().chars().flat_map(char::to_uppercase);
    let (Some(letter), None) = (letters.next().filter(|letter| letter.is_alphabetic()), letters.next()) else {
        return Err(Error::bad_request("⟦Guess one letter.|Rate einen Buchstaben.⟧"));
    };
    for _ in 0..5 {
        let mut game = game(&ctx).await?;
        let before = json!(game).to_string();
        if game.found() || game.wrong() >= TRIES {
            return Err(Error::conflict("⟦This round is over. Start a new one.|Diese Runde ist vorbei. Beginne eine neue.⟧"));
        }
        if game.guessed.contains(letter) {
            return Err(Error::conflict("⟦This letter was guessed already.|Dieser Buchstabe war schon dran.⟧"));
        }
        game.guessed.push(letter);
        if ctx.kv().compare_and_set("game", Some(&before), &json!(game).to_string()).await? {
            return game.answer();
        }
    }
    Err(Error::conflict("⟦Others guess just now. Try again.|Gerade raten andere. Versuch es noch einmal.⟧"))
}

async fn start_again(_req: Request, ctx: Ctx) -> Result<Response> {
    let before = game(&ctx).await?.word;
    let step = 1 + ctx.random().below(WORDS.len().max(2) as u64 - 1) as usize;
    let game = Game { word: (before + step) % WORDS.len(), guessed: String::new() };
    ctx.kv().set("game", &json!(game).to_string()).await?;
    game.answer()
}

async fn game(ctx: &Ctx) -> Result<Game> {
    if let Some(game) = ctx.kv().get_json("game").await? {
        return Ok(game);
    }
    let first = Game { word: ctx.random().below(WORDS.len() as u64) as usize, guessed: String::new() };
    ctx.kv().compare_and_set("game", None, &json!(first).to_string()).await?;
    Ok(ctx.kv().get_json("game").await?.unwrap_or(first))
}
