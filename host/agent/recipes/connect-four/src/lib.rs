#![no_std]
#![forbid(unsafe_code)]
//! Four in a row on one board that all visitors share; red and yellow take turns.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

const WIDTH: usize = 7;
const HEIGHT: usize = 6;
/// `.`, `R` or `Y`, row by row from the top.
const EMPTY: &str = "..........................................";

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/drop", drop_disc);
    routes.post("/new", start_again);
    routes.widget(widget::show);
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    answer(&board(&ctx).await?)
}

#[derive(Deserialize)]
struct Drop {
    column: usize,
}

async fn drop_disc(req: Request, ctx: Ctx) -> Result<Response> {
    let Drop { column } = req.json()?;
    let before = board(&ctx).await?;
    if winner(&before).is_some() || !before.contains('.') {
        return Err(Error::conflict("⟦This game is over. Start a new one.|Dieses Spiel ist vorbei. Beginne ein neues.⟧"));
    }
    let free = (0..HEIGHT).rev().map(|row| row * WIDTH + column).find(|cell| before.as_bytes().get(*cell) == Some(&b'.'));
    let Some(cell) = free.filter(|_| column < WIDTH) else {
        return Err(Error::bad_request("⟦Choose a column that is not full.|Wähle eine Spalte, die nicht voll ist.⟧"));
    };
    let mut after = before.clone();
    after.replace_range(cell..=cell, turn(&before));
    if !ctx.kv().compare_and_set("board", Some(&before), &after).await? {
        return Err(Error::conflict("⟦Somebody else moved just now. Look again.|Gerade hat jemand anderes gezogen. Schau noch einmal.⟧"));
    }
    answer(&after)
}

async fn start_again(_req: Request, ctx: Ctx) -> Result<Response> {
    ctx.kv().set("board", EMPTY).await?;
    answer(EMPTY)
}

async fn board(ctx: &Ctx) -> Result<String> {
    ctx.kv().compare_and_set("board", None, EMPTY).await?;
    Ok(ctx.kv().get("board").await?.unwrap_or_else(|| EMPTY.to_owned()))
}

fn answer(board: &str) -> Result<Response> {
    let won = winner(board);
    Response::json(&json!({
        "board": board, "turn": turn(board), "winner": won.map(|(side, _)| side), "line": won.map(|(_, line)| line),
        "draw": won.is_none() && !board.contains('.'),
    }))
}

fn turn(board: &str) -> &'static str {
    if board.matches('R').count() > board.matches('Y').count() { "Y" } else { "R" }
}

fn winner(board: &str) -> Option<(&'static str, [usize; 4])> {
    let cells = board.as_bytes();
    let at = |x: i64, y: i64| {
        let inside = (0..WIDTH as i64).contains(&x) && (0..HEIGHT as i64).contains(&y);
        inside.then(|| y as usize * WIDTH + x as usize)
    };
    for cell in 0..WIDTH * HEIGHT {
        let (x, y) = ((cell % WIDTH) as i64, (cell / WIDTH) as i64);
        for (dx, dy) in [(1, 0), (0, 1), (1, 1), (1, -1)] {
            let line = [0, 1, 2, 3].map(|n| at(x + n * dx, y + n * dy).unwrap_or(usize::MAX));
            let same = line.iter().all(|c| cells.get(*c).is_some_and(|mark| *mark != b'.' && *mark == cells[cell]));
            if same {
                return Some((if cells[cell] == b'R' { "R" } else { "Y" }, line));
            }
        }
    }
    None
}
