//! A feature that does well and badly on request. It is no model for authors: it is not linted, so it uses std where a
//! real feature could not, and writes the ticks that the gate would insert.

use kandra::__tick as tick;
use kandra::prelude::*;
use std::cell::RefCell;

kandra::feature!(mount);

const REVISION: &str = if cfg!(feature = "second") { "second" } else { "first" };

fn mount(routes: &mut Routes) {
    if cfg!(feature = "panicking") {
        std::panic!("mount is not for me");
    }
    if cfg!(feature = "endless") {
        spin_for_ever();
    }
    routes.get("/", page);
    if !cfg!(feature = "tableless") {
        routes.migration("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)");
    }
    if cfg!(feature = "second") {
        routes.migration("ALTER TABLE note ADD COLUMN stars INTEGER NOT NULL DEFAULT 3");
    }
    if cfg!(feature = "clashing") {
        routes.migration("CREATE TABLE more (a)").migration("CREATE TABLE note (b)");
    }
    routes.get("/notes", notes);
    routes.post("/notes", add_note);
    routes.post("/sql", sql);
    routes.post("/call", call);
    routes.post("/relay", relay);
    routes.get("/ring", ring);
    routes.get("/revision", revision);
    routes.post("/count", count);
    routes.get("/count", counted);
    routes.get("/sleep/{ms}", sleep);
    routes.get("/never", never);
    routes.get("/panic", panics);
    routes.get("/spin", spin);
    routes.get("/recurse", recurse);
    routes.get("/fail", fail);
    routes.post("/echo", echo);
    routes.get("/headers", headers);
    routes.get("/svg", svg);
    routes.get("/untyped", untyped);
    routes.get("/status/{status}", status);
    routes.get("/go", go);
    routes.get("/big/{bytes}", big);
    routes.get("/grow/{mib}", grow);
    routes.post("/publish", publish);
    routes.get("/remember", remember);
    routes.get("/log", log);
    routes.get("/who", who);
    routes.get("/crash", crash);
    routes.get("/items/{id}", item);
    routes.widget(widget);
    routes.every(Duration::from_secs(1), beat);
    match STATE {
        0 => &mut *routes,
        1 => routes.state::<Hits>(),
        // Version 2 also says which revision took over.
        2 => routes.migrating_state(2, |from, old| {
            let count = old["count"].as_u64().ok_or_else(|| Error::internal("no count"))?;
            Ok(Hits { count, migrated_from: from, ..Hits::default() })
        }),
        _ => routes.migrating_state(3, |_, _| -> Result<Hits> { Err(Error::internal("as asked")) }),
    };
    routes.post("/hit", hit);
    routes.post("/hit-twice", hit_twice);
    routes.post("/hoard", hoard);
    routes.get("/hits", hits);
    routes.get("/beats", beats);
    routes.sse("/rooms/{room}/events", "room:{room}");
    routes.websocket("/rooms/{room}", room);
    if cfg!(feature = "trespassing") {
        routes.get("/../other", item);
    }
}

const STATE: u32 = if cfg!(feature = "unrestorable") {
    3
} else if cfg!(feature = "migrating") {
    2
} else if cfg!(feature = "stateful") {
    1
} else {
    0
};

#[derive(Default, Serialize, Deserialize)]
struct Hits {
    count: u64,
    #[serde(default)]
    migrated_from: u32,
    #[serde(default)]
    weight: String,
}

async fn hit(_req: Request, ctx: Ctx) -> Result<Response> {
    let count = ctx.state::<Hits>()?.with(|hits| {
        hits.count += 1;
        hits.count
    });
    Response::json(&json!({ "count": count, "revision": REVISION }))
}

/// More than may be saved.
async fn hoard(_req: Request, ctx: Ctx) -> Result<Response> {
    ctx.state::<Hits>()?.with(|hits| hits.weight = "x".repeat(2 << 20));
    Response::no_content()
}

/// Waits between two increments.
async fn hit_twice(_req: Request, ctx: Ctx) -> Result<Response> {
    let state = ctx.state::<Hits>()?;
    state.with(|hits| hits.count += 1);
    ctx.sleep(Duration::from_millis(5)).await;
    let count = state.with(|hits| {
        hits.count += 1;
        hits.count
    });
    Response::json(&json!({ "count": count }))
}

async fn hits(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::text(ctx.state::<Hits>()?.with(|hits| format!("{} {}", hits.count, hits.migrated_from)))
}

/// Says when it began and when it ended, so that two at once would show.
async fn beat(ctx: Ctx) -> Result<()> {
    let number = ctx.kv().increment("beats", 1).await?;
    ctx.sleep(Duration::from_millis(300)).await;
    assert_eq!(ctx.kv().increment("ended", 1).await?, number, "two beats at once");
    Ok(())
}

async fn beats(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::text(ctx.kv().get("beats").await?.unwrap_or_default())
}

async fn room(socket: Socket, event: SocketEvent, ctx: Ctx) -> Result<()> {
    let name = socket.param("room")?.to_owned();
    match event {
        SocketEvent::Open if name == "locked" => Err(Error::forbidden("this room is locked")),
        SocketEvent::Open => socket.join(&name).await,
        SocketEvent::Message(text) => match text.as_str() {
            "fail" => Err(Error::bad_request("as asked")),
            "panic" => std::panic!("as asked"),
            "bye" => socket.close().await,
            "who" => socket.send(socket.visitor()).await,
            text => {
                ctx.publish(&format!("room:{name}"), text)?;
                ctx.room(&name).send(&format!("{REVISION}: {text}")).await
            }
        },
        SocketEvent::Closed => {
            let left = ctx.room(&name).count().await?;
            ctx.room(&name).send(&format!("{left} left")).await
        }
    }
}

async fn page(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html("<!doctype html><html><head><title>own</title></head><body>own page</body></html>")
}

async fn widget(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html("<p id=\"fragment\">fragment</p>")
}

async fn revision(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(REVISION)
}

async fn count(_req: Request, ctx: Ctx) -> Result<Response> {
    let count = ctx.kv().increment("count", 1).await?;
    Response::json(&json!({ "count": count, "revision": REVISION }))
}

async fn counted(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::text(ctx.kv().get("count").await?.unwrap_or_else(|| "0".to_owned()))
}

async fn notes(_req: Request, ctx: Ctx) -> Result<Response> {
    let notes = ctx.sql().query("SELECT * FROM note ORDER BY id LIMIT 10", params![]).await?;
    Response::json(&notes)
}

async fn add_note(req: Request, ctx: Ctx) -> Result<Response> {
    let text = req.text()?;
    let id = ctx.sql().insert("INSERT INTO note (text) VALUES (?1)", params![text]).await?;
    let row = ctx.sql().query_one("SELECT text, ?2 AS bytes FROM note WHERE id = ?1", params![id, kandra::Blob([1, 2].to_vec())]).await?;
    let row = row.ok_or_else(|| Error::not_found("it is gone"))?;
    assert_eq!(row.get::<kandra::Blob>("bytes")?.0, [1, 2]);
    Response::json(&json!({ "id": id, "text": row.get::<String>("text")? }))
}

/// The lines of the body as one transaction.
async fn sql(req: Request, ctx: Ctx) -> Result<Response> {
    let body = req.text()?;
    let changed = ctx.sql().transaction(|tx| body.lines().try_for_each(|line| tx.execute(line, ()))).await?;
    Response::json(&changed)
}

/// Calls the URL in the body.
async fn call(req: Request, ctx: Ctx) -> Result<Response> {
    let answer = ctx.http().get(&req.text()?).secret("key", "authorization", "Bearer {secret}").send().await?;
    Response::json(&json!({ "status": answer.status(), "text": answer.text()?, "revision": REVISION }))
}

/// Collects so many MiB.
async fn grow(req: Request, _ctx: Ctx) -> Result<Response> {
    let mut kept = Vec::new();
    for _ in 0..req.param_as::<usize>("mib")? {
        tick();
        kept.push("x".repeat(1 << 20));
    }
    tick();
    Response::text(kept.len().to_string())
}

#[derive(Deserialize)]
struct Relay {
    feature: String,
    path: String,
    body: Option<String>,
    timeout_ms: Option<u64>,
}

async fn relay(req: Request, ctx: Ctx) -> Result<Response> {
    let Relay { feature, path, body, timeout_ms } = req.json()?;
    let mut call = match body {
        Some(body) => ctx.call(&feature).post(&path).text(body),
        None => ctx.call(&feature).get(&path),
    };
    if let Some(millis) = timeout_ms {
        call = call.timeout(Duration::from_millis(millis));
    }
    let answer = call.send().await?;
    Response::json(&json!({ "status": answer.status(), "text": answer.text()?, "revision": REVISION }))
}

/// Calls another one, which calls this one, for ever.
async fn ring(req: Request, ctx: Ctx) -> Result<Response> {
    let (me, other) = (req.query("me").unwrap_or_default(), req.query("other").unwrap_or_default());
    let answer = ctx.call(&other).get("/ring").query("me", &other).query("other", &me).send().await?;
    Ok(Response::text(answer.text()?)?.with_status(answer.status()))
}

async fn sleep(req: Request, ctx: Ctx) -> Result<Response> {
    ctx.sleep(Duration::from_millis(req.param_as("ms")?)).await;
    Response::text(REVISION)
}

async fn never(_req: Request, ctx: Ctx) -> Result<Response> {
    loop {
        ctx.sleep(Duration::from_secs(3600)).await;
    }
}

async fn panics(_req: Request, _ctx: Ctx) -> Result<Response> {
    std::panic!("as asked")
}

async fn crash(_req: Request, _ctx: Ctx) -> Result<Response> {
    std::process::abort()
}

fn spin_for_ever() -> u64 {
    let mut n = 0u64;
    loop {
        tick();
        n = n.wrapping_mul(31).wrapping_add(1);
        if n == 7 && std::hint::black_box(false) {
            return n;
        }
    }
}

async fn spin(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(spin_for_ever().to_string())
}

fn deeper(n: u64) -> u64 {
    tick();
    let padding = std::hint::black_box([n; 64]);
    if n == u64::MAX {
        return padding[1];
    }
    deeper(n + 1) + padding[0]
}

async fn recurse(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(deeper(0).to_string())
}

async fn fail(_req: Request, _ctx: Ctx) -> Result<Response> {
    Err(Error::new(418, "a teapot"))
}

async fn echo(req: Request, _ctx: Ctx) -> Result<Response> {
    let seen = ["cookie", "x-forwarded-for", "x-kandra-visitor", "accept", "content-type"];
    let headers: Vec<_> = seen.into_iter().filter_map(|name| Some((name, req.header(name)?.to_owned()))).collect();
    Response::json(&json!({ "method": req.method(), "path": req.path(), "q": req.query("q"), "body": req.text()?, "headers": headers }))
}

async fn headers(_req: Request, _ctx: Ctx) -> Result<Response> {
    let mut response = Response::html("<p>fenced</p>")?;
    for (name, value) in [
        ("set-cookie", "a=b"),
        ("content-security-policy", "default-src *"),
        ("access-control-allow-credentials", "true"),
        ("clear-site-data", "\"*\""),
        ("x-own", "kept"),
        ("content-language", "de"),
        ("connection", "upgrade"),
        ("bad name", "x"),
        ("x-bad-value", "a\r\nb: c"),
    ] {
        response = response.with_header(name, value);
    }
    Ok(response)
}

async fn svg(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::bytes("image/svg+xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec())
}

async fn untyped(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::bytes("", b"<script>1</script>".to_vec())
}

async fn status(req: Request, _ctx: Ctx) -> Result<Response> {
    Ok(Response::text("x")?.with_status(req.param_as("status")?))
}

async fn go(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::redirect("/revision")
}

async fn big(req: Request, _ctx: Ctx) -> Result<Response> {
    let bytes: usize = req.param_as("bytes")?;
    Response::bytes("application/octet-stream", (0..bytes).map(|i| (i % 251) as u8).collect())
}

async fn publish(req: Request, ctx: Ctx) -> Result<Response> {
    ctx.publish("said", &req.text()?)?;
    Response::no_content()
}

std::thread_local! {
    static KEPT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Leaves something with a destructor on the worker.
async fn remember(_req: Request, _ctx: Ctx) -> Result<Response> {
    let kept = KEPT.with(|kept| {
        kept.borrow_mut().push("something with a destructor".to_owned());
        kept.borrow().len()
    });
    Response::text(kept.to_string())
}

async fn log(req: Request, ctx: Ctx) -> Result<Response> {
    ctx.log().warn(&req.query("text").unwrap_or_default());
    Response::no_content()
}

async fn who(req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(req.visitor())
}

async fn item(req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(req.param("id")?)
}
