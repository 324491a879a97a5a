use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/hello", hello);
}

async fn hello(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text("Hello")
}
