//! Payments, and who owes whom.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="form">
  <label>Name <input id="name" maxlength="40" required autocomplete="off"></label>
  <label>⟦Paid (0: only shares)|Bezahlt (0: teilt nur mit)⟧ <input id="amount" type="number" min="0" step="0.01" required></label>
  <label>⟦For|Wofür⟧ <input id="what" maxlength="40" autocomplete="off"></label>
  <button type="submit">⟦Enter|Eintragen⟧</button>
</form>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<h3>⟦Who owes whom|Wer schuldet wem⟧</h3>
<ul id="debts" aria-live="polite"></ul>
<h3>⟦Payments|Zahlungen⟧</h3>
<ul id="payments"></ul>
<style>
  form { display: grid; gap: var(--space-2); }
  form label { display: grid; }
  form button { justify-self: start; }
  ul { list-style: none; margin: 0; padding: 0; overflow-wrap: anywhere; }
  #payments li { display: flex; justify-content: space-between; align-items: center; gap: var(--space-2); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const money = (amount) => amount.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  function render({ payments, people, total, debts }) {
    $("debts").replaceChildren(...debts.map(({ from, to, amount }) => Object.assign(document.createElement("li"), { textContent: `${from} → ${to}: ${money(amount)}` })));
    if (!debts.length) $("debts").append(Object.assign(document.createElement("li"), { textContent: "⟦Nobody owes anything.|Niemand schuldet etwas.⟧" }));
    $("payments").replaceChildren(...payments.map(({ id, name, amount, what }) => {
      const item = document.createElement("li");
      const text = `${name}: ${money(amount)}${what ? `, ${what}` : ""}`;
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
      button.setAttribute("aria-label", `⟦Remove|Entfernen⟧: ${text}`);
      button.addEventListener("click", () => kandra.fetch(`/payments/${id}`, { method: "DELETE" }).then(refresh).catch((error) => say(error.message)));
      item.append(Object.assign(document.createElement("span"), { textContent: text }), button);
      return item;
    }));
    say(people.length ? `⟦Together|Zusammen⟧ ${money(total)}, ${people.length === 1 ? "⟦1 person|1 Person⟧" : `${people.length} ⟦people|Personen⟧`}` : "⟦Nobody has paid yet.|Noch hat niemand bezahlt.⟧");
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }

  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    post("/payments", { name: $("name").value, amount: $("amount").valueAsNumber, what: $("what").value })
      .then(() => { $("form").reset(); return refresh(); }).catch((error) => say(error.message));
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
