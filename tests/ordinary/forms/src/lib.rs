#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Order {
    name: String,
    amount: Option<u32>,
    gift: bool,
    extras: Vec<String>,
}

fn mount(routes: &mut Routes) {
    routes.post("/orders", order);
    routes.put("/orders/{id}", change);
    routes.patch("/orders/{id}", change);
    routes.delete("/orders/{id}", remove);
    routes.get("/files/{*path}", file);
    routes.get("/old", old);
}

async fn order(req: Request, ctx: Ctx) -> Result<Response> {
    let Order { name, amount, gift, extras } = req.form()?;
    if name.trim().is_empty() {
        return Err(Error::bad_request("name is needed"));
    }
    let id = ctx.random().id();
    ctx.kv().set_json(&id, &json!({ "name": name })).await?;
    Ok(Response::json(&json!({ "amount": amount.unwrap_or(1), "gift": gift, "extras": extras, "id": id.len() }))?.with_status(201).with_header("x-order", &name))
}

async fn change(req: Request, _ctx: Ctx) -> Result<Response> {
    let id: u32 = req.param_as("id")?;
    Response::json(&json!({ "changed": id, "by": req.method(), "agent": req.header("user-agent").is_some() }))
}

async fn remove(req: Request, _ctx: Ctx) -> Result<Response> {
    Err(Error::not_found(format!("there is no order {}", req.param("id")?)))
}

async fn file(req: Request, _ctx: Ctx) -> Result<Response> {
    let path = req.param("path")?;
    Response::bytes("image/svg+xml", format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><!-- {} --></svg>", escape(path)).into_bytes())
}

async fn old(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::redirect("/orders")
}
