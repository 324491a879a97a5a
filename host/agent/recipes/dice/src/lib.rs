#![no_std]
#![forbid(unsafe_code)]
//! Dice that all visitors see roll, with the last rolls.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// How many dice.
const COUNT: u64 = 2;
/// What is on their lowest and highest side.
const LOW: u64 = 1;
const HIGH: u64 = 6;
/// How many rolls are remembered.
const REMEMBERED: usize = 10;

fn mount(routes: &mut Routes) {
    routes.get("/", rolls);
    routes.post("/roll", roll);
    routes.widget(widget::show);
}

async fn rolls(_req: Request, ctx: Ctx) -> Result<Response> {
    let rolls = ctx.kv().get_json::<Vec<Vec<u64>>>("rolls").await?.unwrap_or_default();
    Response::json(&json!({ "count": COUNT, "low": LOW, "high": HIGH, "rolls": rolls }))
}

async fn roll(_req: Request, ctx: Ctx) -> Result<Response> {
    let dice: Vec<u64> = (0..COUNT).map(|_| LOW + ctx.random().below(HIGH - LOW + 1)).collect();
    let total: u64 = dice.iter().sum();
    // Others may roll at the same time: none of the rolls is lost.
    for _ in 0..8 {
        let before = ctx.kv().get("rolls").await?;
        let mut rolls = ctx.kv().get_json::<Vec<Vec<u64>>>("rolls").await?.unwrap_or_default();
        rolls.insert(0, dice.clone());
        rolls.truncate(REMEMBERED);
        if ctx.kv().compare_and_set("rolls", before.as_deref(), &json!(rolls).to_string()).await? {
            return Response::json(&json!({ "dice": dice, "total": total, "rolled": true }));
        }
    }
    Err(Error::conflict("⟦Many roll just now. Try again.|Gerade würfeln viele. Versuch es noch einmal.⟧"))
}
