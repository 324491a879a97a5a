
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { Response::text("x".repeat(200 << 20)) }
