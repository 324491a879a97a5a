
async fn act(_req: Request, _ctx: Ctx) -> Result<Response> { std::future::poll_fn(|cx| -> std::task::Poll<()> { cx.waker().wake_by_ref(); std::task::Poll::Pending }).await; Response::text("done") }
