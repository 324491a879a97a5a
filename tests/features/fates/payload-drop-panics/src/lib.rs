//! Panics with a value whose destructor panics with such a value, and so on.
#![forbid(unsafe_code)]
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/fate", fate);
}

async fn fate(req: Request, ctx: Ctx) -> Result<Response> {
    if req.query("kindly").is_some() {
        return Response::text("well");
    }
    misbehave(req, ctx).await
}

/// How many more of them come.
struct Bomb(u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.0 > 0 {
            std::panic::panic_any(Bomb(self.0 - 1))
        }
    }
}

async fn misbehave(_req: Request, _ctx: Ctx) -> Result<Response> {
    std::panic::panic_any(Bomb(5))
}
