
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { _ctx.sql().query("SELECT 1", params![]).await?; Response::text("done") }
