//! Stars to press.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="subject">⟦Loading…|Lädt…⟧</p>
<div id="stars" role="group" aria-labelledby="subject"></div>
<p id="status" role="status"></p>
<style>
  p { text-align: center; overflow-wrap: anywhere; }
  #stars { display: flex; justify-content: center; }
  #stars button {
    min-width: var(--target-min); min-height: var(--target-min); padding: 0 var(--space-1); border: 0; background: none;
    font-size: var(--font-heading-lg-size); color: var(--color-text-tertiary);
  }
  #stars button.on { color: var(--chart-3); }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  function rate(stars) {
    const body = JSON.stringify({ stars });
    return kandra.fetch("/rate", { method: "POST", headers: { "Content-Type": "application/json" }, body })
      .then(render).catch((error) => say(error.message));
  }

  function render({ subject, stars, ratings, average, mine }) {
    $("subject").textContent = subject;
    const row = $("stars");
    while (row.children.length < stars) {
      const number = row.children.length + 1;
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.setAttribute("aria-label", number === 1 ? "⟦1 star|1 Stern⟧" : `${number} ⟦stars|Sterne⟧`);
      button.addEventListener("click", () => rate(number));
      row.append(button);
    }
    [...row.children].forEach((button, i) => {
      button.textContent = i < (mine ?? 0) ? "★" : "☆";
      button.classList.toggle("on", i < (mine ?? 0));
      button.setAttribute("aria-pressed", String(mine === i + 1));
    });
    say(ratings === 0 ? "⟦No ratings yet.|Noch keine Bewertung.⟧" : `${average} ⟦of|von⟧ ${stars} ⟦from|aus⟧ ${ratings} ${ratings === 1 ? "⟦rating|Bewertung⟧" : "⟦ratings|Bewertungen⟧"}`);
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  kandra.events("changed", refresh);
  refresh();
</script>
"##;
