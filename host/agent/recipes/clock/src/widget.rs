//! One line a place; the browser knows the time zones.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<ul id="places" aria-label="Clocks"></ul>
<p id="status" role="status">Loading…</p>
<style>
  ul { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: var(--space-3); }
  li { display: grid; justify-items: center; text-align: center; }
  b { font-size: var(--font-heading-sm-size); white-space: nowrap; font-variant-numeric: tabular-nums; }
  small { color: var(--color-text-secondary); }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  let clocks = [];
  let skew = 0;

  function tick() {
    const now = new Date(Date.now() + skew);
    for (const { time, day, zone } of clocks) {
      const timeZone = zone || undefined;
      time.textContent = now.toLocaleTimeString([], { timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
      day.textContent = now.toLocaleDateString([], { timeZone, weekday: "short", day: "numeric", month: "short" });
    }
  }

  kandra.fetch("/").then(({ places, now }) => {
    skew = now - Date.now();
    clocks = places.map(({ name, zone }) => {
      const item = document.createElement("li");
      const [time, day] = [document.createElement("b"), document.createElement("small")];
      item.append(Object.assign(document.createElement("span"), { textContent: name }), time, day);
      $("places").append(item);
      return { time, day, zone };
    });
    $("status").textContent = "";
    tick();
    setInterval(tick, 1000);
  }).catch((error) => { $("status").textContent = error.message; });
</script>
"##;
