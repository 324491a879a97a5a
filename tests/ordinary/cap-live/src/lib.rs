#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.websocket("/chat/{room}", chat);
    routes.every(Duration::from_secs(60), tidy);
    routes.sse("/events", "news");
    routes.post("/news", news);
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Said {
    Text { text: String },
    Ping,
}

async fn chat(socket: Socket, event: SocketEvent, ctx: Ctx) -> Result<()> {
    let room = socket.param("room")?.to_string();
    match event {
        SocketEvent::Open => socket.join(&room).await,
        SocketEvent::Message(text) => match kandra::serde_json::from_str(&text) {
            Ok(Said::Text { text }) => ctx.room(&room).send_json(&json!({ "text": text })).await,
            Ok(Said::Ping) => socket.send("pong").await,
            Err(_) => Err(Error::bad_request("say something")),
        },
        SocketEvent::Closed => Ok(()),
    }
}

async fn tidy(ctx: Ctx) -> Result<()> {
    let old = ctx.kv().list("old:").await?;
    for (key, _) in &old {
        ctx.kv().delete(key).await?;
    }
    ctx.log().info(format!("{} removed", old.len()));
    Ok(())
}

async fn news(req: Request, ctx: Ctx) -> Result<Response> {
    let text = req.text()?;
    ctx.publish("news", &json!({ "text": text }))?;
    Response::json(&json!({ "published": text }))
}
