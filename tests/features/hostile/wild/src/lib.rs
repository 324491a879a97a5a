//! Native code that no gate has seen, called through the front door: `GET /try?what=NAME&arg=TEXT` makes one attempt by
//! system calls of its own and answers `reached …` or `refused ERRNO`.
use kandra::prelude::*;

mod attempts;
mod syscalls;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/fate", fate);
    routes.get("/try", attempt);
}

async fn fate(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text("well")
}

async fn attempt(req: Request, _ctx: Ctx) -> Result<Response> {
    let [what, arg] = ["what", "arg"].map(|name| req.query(name).unwrap_or_default().to_string());
    Response::text(match attempts::make(&what, &arg) {
        Ok(seen) => format!("reached {seen}"),
        Err(errno) => format!("refused {errno}"),
    })
}
