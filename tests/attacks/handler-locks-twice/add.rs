
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { let m = std::sync::Mutex::new(1); let a = m.lock().unwrap(); let b = m.lock().unwrap(); Response::text((*a + *b).to_string()) }
