#![no_std]
#![forbid(unsafe_code)]
//! Dice of several kinds that all visitors see roll, with the last rolls.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// The kinds: how many sides each has.
const KINDS: &[u64] = &[4, 6, 20];
/// At most so many dice at once.
const MOST_DICE: u64 = 10;
/// How many rolls are remembered.
const REMEMBERED: usize = 10;

fn mount(routes: &mut Routes) {
    routes.get("/", rolls);
    routes.post("/roll", roll);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize, Clone)]
struct Rolled {
    sides: u64,
    dice: Vec<u64>,
}

async fn rolls(_req: Request, ctx: Ctx) -> Result<Response> {
    let rolls = ctx.kv().get_json::<Vec<Rolled>>("rolls").await?.unwrap_or_default();
    Response::json(&json!({ "kinds": KINDS, "rolls": rolls }))
}

#[derive(Deserialize)]
struct Throw {
    sides: u64,
    count: u64,
}

async fn roll(req: Request, ctx: Ctx) -> Result<Response> {
    let Throw { sides, count } = req.json()?;
    if !KINDS.contains(&sides) {
        return Err(Error::bad_request("⟦There is no such die.|Einen solchen Würfel gibt es nicht.⟧"));
    }
    if !(1..=MOST_DICE).contains(&count) {
        return Err(Error::bad_request(format!("⟦Roll 1 to {MOST_DICE} dice at once.|Wirf 1 bis {MOST_DICE} Würfel auf einmal.⟧")));
    }
    let rolled = Rolled { sides, dice: (0..count).map(|_| 1 + ctx.random().below(sides)).collect() };
    // Others may roll at the same time: none of the rolls is lost.
    for _ in 0..8 {
        let before = ctx.kv().get("rolls").await?;
        let mut rolls = ctx.kv().get_json::<Vec<Rolled>>("rolls").await?.unwrap_or_default();
        rolls.insert(0, rolled.clone());
        rolls.truncate(REMEMBERED);
        if ctx.kv().compare_and_set("rolls", before.as_deref(), &json!(rolls).to_string()).await? {
            return Response::json(&json!({ "rolled": rolled, "kinds": KINDS, "rolls": rolls }));
        }
    }
    Err(Error::conflict("⟦Many roll just now. Try again.|Gerade würfeln viele. Versuch es noch einmal.⟧"))
}
