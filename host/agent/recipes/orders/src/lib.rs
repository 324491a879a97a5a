#![no_std]
#![forbid(unsafe_code)]
//! Orders: who wants how many of what, and how many of each kind that makes.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What can be ordered.
const KINDS: &[&str] = &["Rye", "Sourdough"];
/// What a kind is called.
const LABEL: &str = "What";
/// At most so many orders, of so many pieces, and characters of a name.
const MOST_ORDERS: usize = 300;
const MOST_PIECES: i64 = 999;
const MOST_CHARS: usize = 60;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/orders", add);
    routes.delete("/orders/{id}", remove);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Order {
    name: String,
    kind: String,
    count: i64,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let orders = ctx.kv().list_json::<Order>("order:").await?;
    let totals: Vec<Value> = KINDS
        .iter()
        .map(|kind| {
            let total: i64 = orders.iter().filter(|(_, order)| order.kind == *kind).map(|(_, order)| order.count).sum();
            json!({ "kind": kind, "total": total })
        })
        .collect();
    let all: i64 = orders.iter().map(|(_, order)| order.count).sum();
    let orders: Vec<Value> = orders
        .into_iter()
        .map(|(key, order)| json!({ "id": key.trim_start_matches("order:"), "name": order.name, "kind": order.kind, "count": order.count }))
        .collect();
    Response::json(&json!({ "label": LABEL, "kinds": KINDS, "orders": orders, "totals": totals, "all": all }))
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let Order { name, kind, count } = req.json()?;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_CHARS} characters.|Ein Name hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    if !KINDS.contains(&kind.as_str()) {
        return Err(Error::bad_request("⟦Choose one of the kinds.|Wähle eine der Sorten.⟧"));
    }
    if !(1..=MOST_PIECES).contains(&count) {
        return Err(Error::bad_request(format!("⟦Order 1 to {MOST_PIECES}.|Bestelle 1 bis {MOST_PIECES}.⟧")));
    }
    if ctx.kv().list("order:").await?.len() >= MOST_ORDERS {
        return Err(Error::conflict(format!("⟦At most {MOST_ORDERS} orders. Remove one first.|Höchstens {MOST_ORDERS} Bestellungen. Entferne erst eine.⟧")));
    }
    let id = format!("{:012}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set_json(&format!("order:{id}"), &Order { name, kind, count }).await?;
    Ok(show(req, ctx).await?.with_status(201))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    if !ctx.kv().delete(&format!("order:{}", req.param("id")?)).await? {
        return Err(Error::not_found("⟦This order is gone already.|Diese Bestellung gibt es schon nicht mehr.⟧"));
    }
    show(req, ctx).await
}
