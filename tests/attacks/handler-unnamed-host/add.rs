
async fn act(_req: Request, ctx: Ctx) -> Result<Response> { ctx.http().get("https://evil.example/").send().await?; Response::text("done") }
