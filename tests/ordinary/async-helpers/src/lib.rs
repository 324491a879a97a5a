#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::{future::Future, pin::Pin, task::{Context, Poll}};
struct Countdown(u8);
impl Future for Countdown {
    type Output = &'static str;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.0 == 0 {
            return Poll::Ready("done");
        }
        self.0 -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
fn count<'a>(ctx: &'a Ctx, depth: u32) -> Boxed<'a, Result<u32>> {
    Box::pin(async move {
        if depth == 0 {
            return Ok(0);
        }
        ctx.kv().increment("depth", 1).await?;
        Ok(1 + count(ctx, depth - 1).await?)
    })
}
async fn twice<F, Fut>(mut step: F) -> Result<(i64, i64)>
where
    F: FnMut(i64) -> Fut,
    Fut: Future<Output = Result<i64>>,
{
    Ok((step(1).await?, step(2).await?))
}
async fn facts(ctx: &Ctx) -> Result<Value> {
    let (a, b) = kandra::join(ctx.kv().increment("a", 1), async { Ok::<_, Error>(Countdown(3).await) }).await;
    let all = kandra::join_all((0..3).map(|n| async move { n * 2 })).await;
    let winner = match kandra::select(Countdown(9), std::future::ready(5)).await {
        kandra::Either::First(text) => text.to_string(),
        kandra::Either::Second(n) => n.to_string(),
    };
    let steps = twice(|by| async move { ctx.kv().increment("steps", by).await }).await?;
    ctx.sleep(Duration::from_millis(1)).await;
    let both = async |n: u32| n + 1;
    Ok(json!({ "a": a?, "b": b?, "all": all, "winner": winner, "steps": steps, "depth": count(ctx, 4).await?, "both": both(1).await }))
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&facts(&ctx).await?)
}
