#![no_std]
#![forbid(unsafe_code)]
//! A board of squares that everybody paints together.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// Squares across and down.
const WIDTH: usize = 32;
const HEIGHT: usize = 24;
/// At most so many squares in one stroke.
const MOST_CELLS: usize = 200;

/// How many colours there are, the first of them the empty board's. The widget knows them by the letters `a`, `b` ….
const COLOURS: u8 = 9;

fn mount(routes: &mut Routes) {
    routes.get("/", board);
    routes.post("/paint", paint);
    routes.post("/clear", clear);
    routes.widget(widget::show);
}

async fn board(_req: Request, ctx: Ctx) -> Result<Response> {
    let cells = ctx.kv().get("board").await?.unwrap_or_else(empty);
    Response::json(&json!({ "width": WIDTH, "height": HEIGHT, "cells": cells }))
}

#[derive(Deserialize)]
struct Stroke {
    cells: Vec<usize>,
    colour: u8,
}

/// Strokes of others that arrive meanwhile are kept: only these squares change.
async fn paint(req: Request, ctx: Ctx) -> Result<Response> {
    let stroke: Stroke = req.json()?;
    if stroke.colour >= COLOURS || stroke.cells.len() > MOST_CELLS || stroke.cells.iter().any(|cell| *cell >= WIDTH * HEIGHT) {
        return Err(Error::bad_request("⟦There is no such square or colour.|Dieses Feld oder diese Farbe gibt es nicht.⟧"));
    }
    for _ in 0..8 {
        let before = ctx.kv().get("board").await?;
        let mut cells: Vec<char> = before.clone().unwrap_or_else(empty).chars().collect();
        for cell in &stroke.cells {
            cells[*cell] = char::from(b'a' + stroke.colour);
        }
        let after: String = cells.into_iter().collect();
        if ctx.kv().compare_and_set("board", before.as_deref(), &after).await? {
            return Response::json(&json!({ "painted": stroke.cells.len() }));
        }
    }
    Err(Error::conflict("⟦Many paint just now. Try again.|Gerade malen viele. Versuch es noch einmal.⟧"))
}

async fn clear(_req: Request, ctx: Ctx) -> Result<Response> {
    ctx.kv().set("board", &empty()).await?;
    Response::json(&json!({ "cleared": true }))
}

fn empty() -> String {
    "a".repeat(WIDTH * HEIGHT)
}
