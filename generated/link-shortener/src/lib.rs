#![no_std]
#![forbid(unsafe_code)]
//! Short names for long addresses, with a count of visits.
extern crate kandra_std as std;
use kandra::prelude::*;

mod address;
#[cfg(test)]
mod tests;
mod widget;

kandra::feature!(mount);

/// Links that there can be.
const MOST_LINKS: i64 = 500;
/// Links that the card shows.
const SHOWN: usize = 8;
/// What a code is made of: nothing that looks like something else.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const LENGTH: usize = 6;

fn mount(routes: &mut Routes) {
    routes.get("/links", links);
    routes.post("/links", shorten);
    routes.get("/{code}", follow);
    routes.get("/{code}/preview", preview);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Link {
    url: String,
    at: i64,
}

/// The newest, each with its visits.
async fn links(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut all = ctx.kv().list_json::<Link>("link:").await?;
    all.sort_by_key(|(_, link)| std::cmp::Reverse(link.at));
    all.truncate(SHOWN);
    let mut links = Vec::new();
    for (key, Link { url, .. }) in all {
        let code = key.trim_start_matches("link:");
        links.push(json!({ "code": code, "url": url, "visits": visits(&ctx, code).await? }));
    }
    Response::json(&json!({ "links": links }))
}

#[derive(Deserialize)]
struct Long {
    url: String,
}

async fn shorten(req: Request, ctx: Ctx) -> Result<Response> {
    let Long { url } = req.json()?;
    let url = address::checked(&url)?;
    // Counted before it is written: many at once cannot pass the limit together.
    if ctx.kv().increment("links", 1).await? > MOST_LINKS {
        ctx.kv().increment("links", -1).await?;
        return Err(Error::conflict(format!("There are {MOST_LINKS} links already, and no room for more.")));
    }
    let link = json!(Link { url: url.to_string(), at: ctx.now() }).to_string();
    for _ in 0..8 {
        let code = code(&ctx);
        if ctx.kv().compare_and_set(&format!("link:{code}"), None, &link).await? {
            return Ok(Response::json(&json!({ "code": code, "url": url, "visits": 0 }))?.with_status(201));
        }
    }
    ctx.kv().increment("links", -1).await?;
    Err(Error::conflict("No short name was free just now. Try again."))
}

fn code(ctx: &Ctx) -> String {
    (0..LENGTH).filter_map(|_| ctx.random().pick(LETTERS).map(|letter| char::from(*letter))).collect()
}

/// Sends the browser on. Only addresses that `address::checked` let in are kept, so only those come out.
async fn follow(req: Request, ctx: Ctx) -> Result<Response> {
    let (code, link) = find(&req, &ctx).await?;
    let visits = ctx.kv().increment(&format!("visits:{code}"), 1).await?;
    ctx.publish("visits", &json!({ "code": code, "visits": visits }))?;
    Ok(Response::redirect(&link.url)?.with_header("cache-control", "no-store"))
}

/// Where a short link leads, for those who look before they leap.
async fn preview(req: Request, ctx: Ctx) -> Result<Response> {
    let (code, link) = find(&req, &ctx).await?;
    let (url, visits) = (escape(&link.url), visits(&ctx, &code).await?);
    Response::html(format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Where {code} leads</title>
<style>
  main {{ max-inline-size: 36rem; margin: var(--space-6) auto; padding-inline: var(--space-4); }}
  .target {{ font-family: var(--font-mono); overflow-wrap: anywhere; }}
</style>
</head>
<body>
<main>
<h1>Where {code} leads</h1>
<p class="target">{url}</p>
<p class="muted">Followed {visits} times. A visitor made this link; look at the address before you go there.</p>
<p><a href="{url}" rel="noopener noreferrer nofollow">Go there</a></p>
</main>
</body>
</html>
"#
    ))
}

async fn find(req: &Request, ctx: &Ctx) -> Result<(String, Link)> {
    let code = req.param("code")?;
    let missing = || Error::not_found("There is no such short link.");
    if code.len() != LENGTH {
        return Err(missing());
    }
    let link = ctx.kv().get_json::<Link>(&format!("link:{code}")).await?.ok_or_else(missing)?;
    Ok((code.to_string(), link))
}

async fn visits(ctx: &Ctx, code: &str) -> Result<i64> {
    Ok(ctx.kv().get_json::<i64>(&format!("visits:{code}")).await?.unwrap_or(0))
}
