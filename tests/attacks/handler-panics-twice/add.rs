
struct T;
impl Drop for T { fn drop(&mut self) { panic!("again") } }
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { let _d = T; panic!("once") }
