#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

/// Which build answers: the benchmark changes it to make a second revision.
const GENERATION: u32 = 1;

#[derive(Default, Serialize, Deserialize)]
struct Hits {
    count: u64,
}

fn mount(routes: &mut Routes) {
    routes.state::<Hits>();
    routes.post("/hit", hit);
    routes.post("/hit-waits", hit_waits);
    routes.post("/tell", tell);
    routes.sse("/events", "told");
    routes.websocket("/socket", socket);
}

fn add(ctx: &Ctx) -> Result<u64> {
    Ok(ctx.state::<Hits>()?.with(|hits| {
        hits.count += 1;
        hits.count
    }))
}

async fn hit(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "count": add(&ctx)?, "generation": GENERATION }))
}

async fn hit_waits(_req: Request, ctx: Ctx) -> Result<Response> {
    add(&ctx)?;
    ctx.sleep(Duration::from_millis(1)).await;
    Response::json(&json!({ "count": add(&ctx)?, "generation": GENERATION }))
}

/// Says something to every socket and every stream.
async fn tell(_req: Request, ctx: Ctx) -> Result<Response> {
    ctx.publish("told", &GENERATION)?;
    let told = ctx.room("all").count().await?;
    ctx.room("all").send("told").await?;
    Response::json(&json!({ "told": told }))
}

async fn socket(socket: Socket, event: SocketEvent, _ctx: Ctx) -> Result<()> {
    match event {
        SocketEvent::Open => socket.join("all").await,
        SocketEvent::Message(text) => socket.send(&text).await,
        SocketEvent::Closed => Ok(()),
    }
}
