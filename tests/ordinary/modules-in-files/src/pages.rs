use crate::store;
use kandra::prelude::*;

pub(super) async fn widget(_req: Request, ctx: Ctx) -> Result<Response> {
    let items: String = store::Notes::load(&ctx).await?.iter().map(|note| format!("<li>{}</li>", escape(&note.text))).collect();
    Response::html(format!("<ul>{items}</ul>"))
}
