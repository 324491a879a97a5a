
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { let mut v = Vec::new(); loop { v.push(vec![1u8; 1 << 16]); } }
