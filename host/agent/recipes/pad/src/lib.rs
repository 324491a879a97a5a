#![no_std]
#![forbid(unsafe_code)]
//! One text that everybody may change; nobody overwrites what another wrote meanwhile.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// At most so many characters.
const MOST_CHARS: usize = 10_000;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.put("/", write);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize, Default)]
struct Page {
    version: u64,
    text: String,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::json(&ctx.kv().get_json::<Page>("page").await?.unwrap_or_default())
}

/// `version` is the one that was changed.
async fn write(req: Request, ctx: Ctx) -> Result<Response> {
    let Page { version, text } = req.json()?;
    if text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦At most {MOST_CHARS} characters.|Höchstens {MOST_CHARS} Zeichen.⟧")));
    }
    let before = ctx.kv().get("page").await?;
    let page = ctx.kv().get_json::<Page>("page").await?.unwrap_or_default();
    let next = Page { version: page.version + 1, text };
    let is_newest = page.version == version;
    if !is_newest || !ctx.kv().compare_and_set("page", before.as_deref(), &json!(next).to_string()).await? {
        return Err(Error::conflict("⟦Somebody else changed the text meanwhile. Copy yours, load theirs, and put both together.|Inzwischen hat jemand anderes den Text geändert. Kopiere deinen, lade den anderen und füge beide zusammen.⟧"));
    }
    Response::json(&next)
}
