
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { std::future::pending::<()>().await; Response::text("done") }
