
struct Again;
impl Drop for Again { fn drop(&mut self) { for _ in 0..10 {} } }
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { let mut n = 0u64; loop { n = n.wrapping_add(1); if n == 0 { break; } } Response::text("done") }
