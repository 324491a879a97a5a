
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { let v: Vec<u8> = vec![1; std::hint::black_box(1 << 46)]; Response::text(v.len().to_string()) }
