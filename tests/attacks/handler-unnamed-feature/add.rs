
async fn act(_req: Request, ctx: Ctx) -> Result<Response> { ctx.call("owner-notes").get("/").send().await?; Response::text("done") }
