
struct L(Option<Box<L>>);
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { let mut l = L(None); for _ in 0..200_000 { l = L(Some(Box::new(l))); } drop(l); Response::text("done") }
