#![no_std]
#![forbid(unsafe_code)]
//! Who acts when: names with a number, the highest first, and whose turn it is.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// At most so many names, and characters of one.
const MOST_NAMES: usize = 40;
const MOST_CHARS: usize = 40;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/names", add);
    routes.delete("/names/{id}", remove);
    routes.post("/next", next);
    routes.post("/clear", clear);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize, Clone)]
struct Fighter {
    id: u64,
    name: String,
    number: i64,
}

#[derive(Serialize, Deserialize, Default)]
struct Order {
    last: u64,
    /// The highest number first; of equal ones the older.
    names: Vec<Fighter>,
    /// Whose turn it is, by id.
    turn: Option<u64>,
    round: u32,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::json(&load(&ctx).await?)
}

#[derive(Deserialize)]
struct New {
    name: String,
    number: i64,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let New { name, number } = req.json()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_CHARS} characters.|Ein Name hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    if !(-99..=999).contains(&number) {
        return Err(Error::bad_request("⟦Give a number from −99 to 999.|Gib eine Zahl von −99 bis 999 an.⟧"));
    }
    if load(&ctx).await?.names.len() >= MOST_NAMES {
        return Err(Error::conflict(format!("⟦At most {MOST_NAMES} names.|Höchstens {MOST_NAMES} Namen.⟧")));
    }
    let answer = change(&ctx, |order| {
        order.last += 1;
        order.names.push(Fighter { id: order.last, name: name.to_owned(), number });
        order.names.sort_by_key(|fighter| (-fighter.number, fighter.id));
    })
    .await?;
    Ok(answer.with_status(201))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    let id: u64 = req.param_as("id")?;
    if !load(&ctx).await?.names.iter().any(|fighter| fighter.id == id) {
        return Err(Error::not_found("⟦This name is gone.|Diesen Namen gibt es nicht mehr.⟧"));
    }
    change(&ctx, |order| {
        if order.turn == Some(id) {
            step(order);
        }
        order.names.retain(|fighter| fighter.id != id);
        if order.turn == Some(id) {
            order.turn = None;
        }
    })
    .await
}

async fn next(_req: Request, ctx: Ctx) -> Result<Response> {
    if load(&ctx).await?.names.is_empty() {
        return Err(Error::conflict("⟦Nobody is in yet.|Noch ist niemand dabei.⟧"));
    }
    change(&ctx, step).await
}

/// To the one after whoever's turn it is; after the last a new round begins.
fn step(order: &mut Order) {
    let at = order.names.iter().position(|fighter| Some(fighter.id) == order.turn);
    let next = at.map_or(0, |at| at + 1);
    if at.is_none() || next >= order.names.len() {
        order.round += 1;
    }
    order.turn = order.names.get(next).or(order.names.first()).map(|fighter| fighter.id);
}

async fn clear(_req: Request, ctx: Ctx) -> Result<Response> {
    change(&ctx, |order| *order = Order { last: order.last, ..Order::default() }).await
}

async fn load(ctx: &Ctx) -> Result<Order> {
    Ok(ctx.kv().get_json("order").await?.unwrap_or_default())
}

/// Two who press at once both count.
async fn change(ctx: &Ctx, how: impl Fn(&mut Order)) -> Result<Response> {
    for _ in 0..6 {
        let before = ctx.kv().get("order").await?;
        let mut order = load(ctx).await?;
        how(&mut order);
        order.names.truncate(MOST_NAMES);
        if ctx.kv().compare_and_set("order", before.as_deref(), &json!(order).to_string()).await? {
            return Response::json(&order);
        }
    }
    Err(Error::conflict("⟦Others change this just now. Try again.|Gerade ändern das auch andere. Versuch es noch einmal.⟧"))
}
