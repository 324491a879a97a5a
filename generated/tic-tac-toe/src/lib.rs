#![no_std]
#![forbid(unsafe_code)]
//! Tic-tac-toe on one board that all visitors share; X and O take turns.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

const LINES: [[usize; 3]; 8] = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];
/// Nine cells: `.`, `X` or `O`.
const EMPTY: &str = ".........";

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/move", play);
    routes.post("/new", start_again);
    routes.widget(widget::show);
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let board = board(&ctx).await?;
    answer(&ctx, &board).await
}

#[derive(Deserialize)]
struct Move {
    cell: usize,
}

async fn play(req: Request, ctx: Ctx) -> Result<Response> {
    let Move { cell } = req.json()?;
    let before = board(&ctx).await?;
    if winner(&before).is_some() || !before.contains('.') {
        return Err(Error::conflict("This game is over. Start a new one."));
    }
    if before.as_bytes().get(cell) != Some(&b'.') {
        return Err(Error::bad_request("Choose an empty cell, 0 to 8."));
    }
    let mut after = before.clone();
    after.replace_range(cell..=cell, turn(&before));
    if !ctx.kv().compare_and_set("board", Some(&before), &after).await? {
        return Err(Error::conflict("Somebody else moved just now. Look again."));
    }
    if let Some((side, _)) = winner(&after) {
        ctx.kv().increment(&format!("wins:{side}"), 1).await?;
    }
    answer(&ctx, &after).await
}

async fn start_again(_req: Request, ctx: Ctx) -> Result<Response> {
    ctx.kv().set("board", EMPTY).await?;
    answer(&ctx, EMPTY).await
}

async fn board(ctx: &Ctx) -> Result<String> {
    ctx.kv().compare_and_set("board", None, EMPTY).await?;
    Ok(ctx.kv().get("board").await?.unwrap_or_else(|| EMPTY.to_owned()))
}

async fn answer(ctx: &Ctx, board: &str) -> Result<Response> {
    let won = winner(board);
    let x = ctx.kv().get_json::<i64>("wins:X").await?.unwrap_or(0);
    let o = ctx.kv().get_json::<i64>("wins:O").await?.unwrap_or(0);
    Response::json(&json!({
        "board": board,
        "turn": turn(board),
        "winner": won.map(|(side, _)| side),
        "line": won.map(|(_, line)| line),
        "draw": won.is_none() && !board.contains('.'),
        "wins": { "X": x, "O": o },
    }))
}

fn turn(board: &str) -> &'static str {
    if board.matches('X').count() > board.matches('O').count() { "O" } else { "X" }
}

fn winner(board: &str) -> Option<(&'static str, [usize; 3])> {
    let cells = board.as_bytes();
    let line = LINES.into_iter().find(|[a, b, c]| cells[*a] != b'.' && cells[*a] == cells[*b] && cells[*b] == cells[*c])?;
    Some((if cells[line[0]] == b'X' { "X" } else { "O" }, line))
}
