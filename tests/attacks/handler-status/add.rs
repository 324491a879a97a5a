
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { Ok(Response::text("done")?.with_status(42)) }
