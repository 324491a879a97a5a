#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

#[cfg(test)]
mod tests;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/count", count);
    routes.post("/hit", hit);
    routes.widget(widget);
}

/// How many clicks at once one call may add.
const MOST: u32 = 10;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Hit {
    clicks: Option<u32>,
}

async fn count(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "count": stored(&ctx).await? }))
}

async fn hit(req: Request, ctx: Ctx) -> Result<Response> {
    let hit: Hit = if req.body().is_empty() { Hit::default() } else { req.json()? };
    let clicks = hit.clicks.unwrap_or(1);
    if !(1..=MOST).contains(&clicks) {
        return Err(Error::bad_request(format!("clicks must be from 1 to {MOST}")));
    }
    let count = ctx.kv().increment("count", i64::from(clicks)).await?;
    Response::json(&json!({ "count": count }))
}

async fn widget(_req: Request, ctx: Ctx) -> Result<Response> {
    let count = stored(&ctx).await?;
    Response::html(format!(
        r#"<style>
  .counter {{ display: flex; align-items: center; gap: var(--space-4); }}
  .counter output {{ font-size: var(--font-heading-lg-size); font-weight: var(--font-weight-bold); font-variant-numeric: tabular-nums; }}
</style>
<div class="counter">
  <button type="button" id="hit">Click</button>
  <output id="count" aria-live="polite">{count}</output>
</div>
<p id="problem" role="alert"></p>
<script>
  const show = (answer) => {{ document.getElementById("count").textContent = answer.count; }};
  const tell = (error) => {{ document.getElementById("problem").textContent = error ? error.message : ""; }};
  const refresh = () => kandra.fetch("/count").then(show).catch(tell);
  document.getElementById("hit").addEventListener("click", () => {{
    kandra.fetch("/hit", {{ method: "POST" }}).then((answer) => {{ tell(); show(answer); }}).catch(tell);
  }});
  kandra.events("changed", refresh);
</script>"#
    ))
}

async fn stored(ctx: &Ctx) -> Result<i64> {
    let text = ctx.kv().get("count").await?;
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
}
