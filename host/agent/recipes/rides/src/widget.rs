//! A form for a car, and the cars with their seats.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ul id="cars"></ul>
<form id="add">
  <label>⟦Driver|Wer fährt⟧<input id="driver" maxlength="60" required autocomplete="name"></label>
  <label>⟦From where|Von wo⟧<input id="from" maxlength="60" required autocomplete="off"></label>
  <label>⟦Time|Uhrzeit⟧<input id="time" maxlength="60" required autocomplete="off"></label>
  <label>⟦Seats|Plätze⟧<input id="seats" type="number" min="1" required></label>
  <button type="submit" class="primary">⟦Offer a car|Auto anbieten⟧</button>
</form>
<style>
  form { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-2); }
  form label { display: grid; gap: var(--space-1); flex: 1 1 7rem; min-width: 0; }
  form input, form select { width: 100%; min-width: 0; box-sizing: border-box; }
  #status { color: var(--color-text-secondary); }
  #status:empty { display: none; }
  #cars { list-style: none; margin: 0 0 var(--space-3); padding: 0; }
  #cars > li { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--space-1); border-bottom: var(--border-width-regular) solid var(--color-border-secondary); padding: var(--space-2) 0; }
  #cars p { display: flex; justify-content: space-between; align-items: center; gap: var(--space-2); margin: 0; overflow-wrap: anywhere; }
  #cars b { overflow-wrap: anywhere; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const send = (path, body, method = "POST") =>
    kandra.fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const fail = (error) => say(error.message);
  const button = (text, label, press) => {
    const it = make("button", { type: "button", textContent: text });
    it.setAttribute("aria-label", label);
    it.addEventListener("click", () => press().then(refresh).catch(fail));
    return it;
  };
  let shown = "";

  function car({ id, driver, from, time, seats, names }) {
    const item = document.createElement("li");
    const head = document.createElement("p");
    head.append(make("b", { textContent: `${driver}, ⟦from|ab⟧ ${from}, ${time}` }),
      button("×", `⟦Remove the car of|Auto entfernen:⟧ ${driver}`, () => send(`/cars/${id}`, {}, "DELETE")));
    item.append(head);
    names.forEach((name, place) => {
      const line = make("p", { textContent: name });
      line.append(button("×", `⟦Take out|Austragen:⟧ ${name}`, () => send(`/cars/${id}/names/${place}?name=${encodeURIComponent(name)}`, {}, "DELETE")));
      item.append(line);
    });
    const free = seats - names.length;
    item.append(make("span", { textContent: free === 0 ? "⟦Full|Voll⟧" : free === 1 ? "⟦1 seat free|1 Platz frei⟧" : `${free} ⟦seats free|Plätze frei⟧` }));
    if (free > 0) {
      const form = document.createElement("form");
      const field = make("input", { maxLength: 60, required: true, autocomplete: "off", id: `join-${id}` });
      const label = make("label", { textContent: "⟦Your name|Dein Name⟧" });
      label.append(field);
      form.append(label, make("button", { type: "submit", textContent: "⟦Take a seat|Platz nehmen⟧" }));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        send(`/cars/${id}/names`, { name: field.value }).then(refresh).catch(fail);
      });
      item.append(form);
    }
    return item;
  }

  function render({ most, cars }) {
    $("seats").max = most;
    $("seats").placeholder = `1–${most}`;
    const text = JSON.stringify(cars);
    if (text !== shown) {
      // What somebody types stays where it is.
      const typed = Object.fromEntries(cars.map(({ id }) => [`join-${id}`, $(`join-${id}`)?.value ?? ""]));
      const focused = document.activeElement?.id;
      const changed = JSON.parse(shown || "[]");
      $("cars").replaceChildren(...cars.map(car));
      for (const { id, names } of cars) {
        const was = changed.find((before) => before.id === id);
        if ($(`join-${id}`) && was?.names.length === names.length) $(`join-${id}`).value = typed[`join-${id}`];
      }
      if (focused) $(focused)?.focus();
      shown = text;
    }
    say(cars.length === 0 ? "⟦No car yet: offer the first.|Noch kein Auto: biete das erste an.⟧" : "");
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch(fail);
  }
  $("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await send("/cars", { driver: $("driver").value, from: $("from").value, time: $("time").value, seats: $("seats").valueAsNumber });
      $("add").reset();
      await refresh();
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
