#![no_std]
#![forbid(unsafe_code)]
//! A feature whose pages attack whoever shows them. The test fills in the two addresses.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/page", page);
    routes.widget(show);
}

async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    cookie(Response::html(widget::WIDGET)?)
}

async fn page(_req: Request, _ctx: Ctx) -> Result<Response> {
    cookie(Response::html(widget::WIDGET)?)
}

/// Weakens what the host says, if the host lets it.
fn cookie(answer: Response) -> Result<Response> {
    Ok(answer
        .with_header("set-cookie", "stolen=1; Path=/")
        .with_header("content-security-policy", "default-src * 'unsafe-inline'; sandbox allow-scripts allow-same-origin allow-top-navigation allow-popups allow-modals"))
}
