#![no_std]
#![forbid(unsafe_code)]
//! What goes on in other features, asked of them at the moment it is shown.
extern crate kandra_std as std;
use kandra::prelude::*;

#[cfg(test)]
mod tests;
mod widget;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/press", press);
    routes.widget(widget::show);
}

/// What is known of the others; `None` where one of them is not there just now.
#[derive(Serialize)]
struct Desk {
    count: Option<i64>,
    links: Option<usize>,
    visits: Option<i64>,
}

#[derive(Deserialize)]
struct Counter {
    count: i64,
}

#[derive(Deserialize)]
struct Links {
    links: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    visits: i64,
}

/// Both are asked at once, and neither has to be there.
async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let (counter, links) = kandra::join(counter(&ctx), links(&ctx)).await;
    let links = links.ok();
    Response::json(&Desk {
        count: counter.ok().map(|counter| counter.count),
        links: links.as_ref().map(|links| links.len()),
        visits: links.map(|links| links.iter().map(|link| link.visits).sum()),
    })
}

async fn counter(ctx: &Ctx) -> Result<Counter> {
    ctx.call("shared-counter").get("/").send().await?.success()?.json()
}

async fn links(ctx: &Ctx) -> Result<Vec<Link>> {
    let Links { links } = ctx.call("link-shortener").get("/links").send().await?.success()?.json()?;
    Ok(links)
}

/// A press of the other feature's button; what goes wrong there is told as it is.
async fn press(_req: Request, ctx: Ctx) -> Result<Response> {
    let Counter { count } = ctx.call("shared-counter").post("/up").send().await?.success()?.json()?;
    Response::json(&json!({ "count": count }))
}
