
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { panic!("now") }
