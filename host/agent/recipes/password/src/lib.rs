#![no_std]
#![forbid(unsafe_code)]
//! Makes passwords in the visitor’s own browser: none is sent or kept.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// How long at first.
const LENGTH: usize = 16;
/// What a password may hold, one group a choice.
const GROUPS: &[(&str, &str)] = &[
    ("⟦Small letters|Kleinbuchstaben⟧", "abcdefghijkmnopqrstuvwxyz"),
    ("⟦Capital letters|Großbuchstaben⟧", "ABCDEFGHJKLMNPQRSTUVWXYZ"),
    ("⟦Digits|Ziffern⟧", "23456789"),
    ("⟦Signs|Sonderzeichen⟧", "!#$%&*+-=?@_"),
];

fn mount(routes: &mut Routes) {
    routes.get("/", rules);
    routes.widget(widget::show);
}

async fn rules(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "length": LENGTH, "groups": GROUPS }))
}
