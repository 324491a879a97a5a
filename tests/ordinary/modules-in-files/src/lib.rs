#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

mod model;
mod pages;
mod store;

#[cfg(test)]
mod tests;

pub use model::Note;
use store::{Notes, add_note};

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/notes", list);
    routes.post("/notes", create);
    routes.widget(pages::widget);
}

async fn list(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "notes": Notes::load(&ctx).await?.into_inner() }))
}

async fn create(req: Request, ctx: Ctx) -> Result<Response> {
    let note: Note = req.json()?;
    let id = add_note(&ctx, note.checked()?).await?;
    Ok(Response::json(&json!({ "id": id }))?.with_status(201))
}
