
fn deep(n: u64) -> u64 { if n == u64::MAX { 0 } else { 1 + deep(n + 1) } }
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { Response::text(deep(0).to_string()) }
