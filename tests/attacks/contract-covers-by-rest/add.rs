
async fn any(_req: Request, _ctx: Ctx) -> Result<Response> { Response::text("evil") }
