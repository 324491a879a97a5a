#![no_std]
#![forbid(unsafe_code)]
//! Looks every five minutes whether some sites answer, and keeps the last looks of each.
extern crate kandra_std as std;
use kandra::prelude::*;

#[cfg(test)]
mod tests;
mod widget;

kandra::feature!(mount);

/// The same hosts as in Cargo.toml: others are refused by the server.
const SITES: [(&str, &str); 3] =
    [("Rust", "https://www.rust-lang.org/"), ("Wikipedia", "https://www.wikipedia.org/"), ("Example", "https://example.com/")];
const EVERY: Duration = Duration::from_secs(5 * 60);
/// How long a site may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Looks that are kept of each site.
const KEPT: usize = 24;

fn mount(routes: &mut Routes) {
    routes.every(EVERY, look);
    routes.get("/", show);
    routes.widget(widget::show);
}

/// What one look at a site came to.
#[derive(Serialize, Deserialize, Clone)]
struct Look {
    at: i64,
    /// The site's status; nothing when it did not answer.
    status: Option<u16>,
    millis: i64,
    /// Why nothing is known: the owner has not allowed the call.
    #[serde(default)]
    asleep: bool,
}

impl Look {
    fn is_up(&self) -> bool {
        self.status.is_some_and(|status| status < 400)
    }
}

async fn looks(ctx: &Ctx, name: &str) -> Result<Vec<Look>> {
    Ok(ctx.kv().get_json(&format!("site:{name}")).await?.unwrap_or_default())
}

/// All sites at once: they do not wait for each other.
async fn look(ctx: Ctx) -> Result<()> {
    kandra::join_all(SITES.iter().map(|(name, url)| look_at(&ctx, name, url))).await.into_iter().collect()
}

async fn look_at(ctx: &Ctx, name: &str, url: &str) -> Result<()> {
    let at = ctx.now();
    let answer = ctx.http().head(url).timeout(PATIENCE).send().await;
    let mut look = Look { at, status: None, millis: ctx.now() - at, asleep: false };
    match answer {
        Ok(answer) => look.status = Some(answer.status()),
        // The server did not make the call: the owner has not allowed it, or there were too many.
        Err(error) if error.status() == 503 => look.asleep = true,
        Err(error) => ctx.log().warn(&format!("{name}: {error}")),
    }
    let mut looks = looks(ctx, name).await?;
    let was_up = looks.iter().rev().find(|look| !look.asleep).map(Look::is_up);
    if !look.asleep && was_up.is_some_and(|was_up| was_up != look.is_up()) {
        ctx.log().info(&format!("{name} is {} now", if look.is_up() { "up" } else { "down" }));
    }
    looks.push(look);
    let old = looks.len().saturating_sub(KEPT);
    ctx.kv().set_json(&format!("site:{name}"), &looks[old..]).await
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut sites = vec![];
    for (name, url) in SITES {
        let looks = looks(&ctx, name).await?;
        let known: Vec<&Look> = looks.iter().filter(|look| !look.asleep).collect();
        let up = known.iter().filter(|look| look.is_up()).count();
        let state = match looks.last() {
            None => "waiting",
            Some(look) if look.asleep => "asleep",
            Some(look) if look.is_up() => "up",
            Some(_) => "down",
        };
        sites.push(json!({
            "name": name,
            "url": url,
            "state": state,
            "up_percent": (!known.is_empty()).then(|| up * 100 / known.len()),
            "looks": looks,
        }));
    }
    Response::json(&json!({ "sites": sites, "every": EVERY.as_secs() }))
}
