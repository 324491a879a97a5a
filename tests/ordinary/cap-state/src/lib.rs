#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use std::collections::BTreeMap;

kandra::feature!(mount);

#[derive(Default, Serialize, Deserialize)]
struct Here {
    #[serde(default)]
    seen: BTreeMap<String, u32>,
}

fn mount(routes: &mut Routes) {
    routes.state::<Here>();
    routes.post("/here/{name}", here);
}

async fn here(req: Request, ctx: Ctx) -> Result<Response> {
    let name = req.param("name")?.to_string();
    let (count, people) = ctx.state::<Here>()?.with(|here| {
        let count = here.seen.entry(name).or_default();
        *count += 1;
        (*count, here.seen.len())
    });
    Response::json(&json!({ "count": count, "people": people }))
}
