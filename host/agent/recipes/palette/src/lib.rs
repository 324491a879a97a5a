#![no_std]
#![forbid(unsafe_code)]
//! Colour palettes that go together, made at a press; good ones can be kept for everybody.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// How many colours a palette has.
const COLOURS: usize = 5;
/// How many palettes are kept.
const KEPT: usize = 12;

fn mount(routes: &mut Routes) {
    routes.get("/", kept);
    routes.get("/new", make);
    routes.post("/kept", keep);
    routes.widget(widget::show);
}

async fn kept(_req: Request, ctx: Ctx) -> Result<Response> {
    let kept = ctx.kv().get_json::<Vec<Vec<String>>>("kept").await?.unwrap_or_default();
    Response::json(&json!({ "kept": kept, "size": COLOURS }))
}

/// Hues a golden angle apart, so that neighbours always differ.
async fn make(_req: Request, ctx: Ctx) -> Result<Response> {
    let first = ctx.random().below(360);
    let step = *ctx.random().pick(&[30, 45, 60, 137]).unwrap_or(&137);
    let colours: Vec<String> = (0..COLOURS as u64)
        .map(|i| hex((first + i * step) % 360, 45 + ctx.random().below(40), 35 + i * 40 / COLOURS as u64 + ctx.random().below(8)))
        .collect();
    Response::json(&json!({ "colours": colours, "size": colours.len() }))
}

#[derive(Deserialize)]
struct Palette {
    colours: Vec<String>,
}

async fn keep(req: Request, ctx: Ctx) -> Result<Response> {
    let Palette { colours } = req.json()?;
    if colours.len() != COLOURS || !colours.iter().all(|colour| is_hex(colour)) {
        return Err(Error::bad_request(format!("A palette has {COLOURS} colours such as #3366cc.")));
    }
    let mut kept = ctx.kv().get_json::<Vec<Vec<String>>>("kept").await?.unwrap_or_default();
    kept.retain(|palette| *palette != colours);
    kept.insert(0, colours);
    kept.truncate(KEPT);
    ctx.kv().set_json("kept", &kept).await?;
    Response::json(&json!({ "kept": kept }))
}

fn is_hex(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit())
}

/// From degrees, per cent and per cent.
fn hex(hue: u64, saturation: u64, lightness: u64) -> String {
    let (h, s, l) = (hue as f64 / 30.0, saturation as f64 / 100.0, lightness as f64 / 100.0);
    let channel = |n: f64| {
        let k = (n + h) % 12.0;
        let value = l - s * l.min(1.0 - l) * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        (value * 255.0 + 0.5) as u8
    };
    format!("#{:02x}{:02x}{:02x}", channel(0.0), channel(8.0), channel(4.0))
}
