
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { _ctx.http().get("https://evil.example/").send().await?; Response::text("done") }
