#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

/// Größen in Zentimetern.
#[derive(Debug, Clone)]
struct Größe {
    höhe: u32,
    länge: u32,
}
impl Größe {
    fn fläche(&self) -> u32 {
        self.höhe * self.länge
    }
}
const GRÜSSE: &[&str] = &["Grüezi", "नमस्ते", "你好", "مرحبا", "שלום", "🎉"];

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&json!({ "fläche": Größe { höhe: 3, länge: 4 }.fläche(), "grüße": GRÜSSE.len(), "עברית": "\u{202E}" }))
}
