
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { Ok(Response::text("")?.with_status(404)) }
