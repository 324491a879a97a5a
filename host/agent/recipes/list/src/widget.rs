//! A form with one control a field, and the table.
use crate::{AVERAGES, FIELDS, SEARCH, THING, TOTALS, VOTES, field::Kind};
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    let mut controls = String::new();
    let mut heads = String::new();
    let mut columns = Vec::new();
    for (index, field) in FIELDS.iter().enumerate() {
        controls.push_str(&field.control(index));
        heads.push_str(&format!(
            "<th scope=\"col\"><button type=\"button\" class=\"quiet\" data-column=\"{index}\">{}</button></th>",
            escape(field.name)
        ));
        let kind = match field.kind {
            Kind::Url => "url",
            Kind::Number => "number",
            Kind::Stars => "stars",
            Kind::Date => "date",
            Kind::YesNo => "check",
            Kind::Choice => "choice",
            _ => "text",
        };
        columns.push(json!({
            "kind": kind, "choices": field.choices, "most": field.range.map(|(_, most)| most),
            "sum": TOTALS.contains(&index), "average": AVERAGES.contains(&index),
        }));
    }
    let votes = if VOTES { "<th scope=\"col\">⟦Votes|Stimmen⟧</th>" } else { "" };
    let search = if SEARCH { "<label>⟦Show only what contains|Nur zeigen, was dies enthält⟧ <input id=\"search\" type=\"search\" maxlength=\"80\"></label>" } else { "" };
    let thing = escape(THING);
    let add = format!("⟦Add {thing}|{thing} eintragen⟧");
    Response::html(format!(
        "<form id=\"form\" data-columns=\"{columns}\" data-votes=\"{VOTES}\">{controls}<div class=\"row\"><button id=\"save\" type=\"submit\" data-add=\"{add}\">{add}</button>\
         <button id=\"cancel\" type=\"button\" hidden>⟦Cancel|Abbrechen⟧</button></div></form>{search}\
         <p id=\"status\" role=\"status\">⟦Loading…|Lädt…⟧</p>\
         <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"⟦Table|Tabelle⟧\" hidden><table><thead><tr>{heads}{votes}<th scope=\"col\">⟦Change|Ändern⟧</th></tr></thead>\
         <tbody id=\"rows\"></tbody><tfoot id=\"sums\"></tfoot></table></div>{SCRIPT}",
        columns = escape(&json!(columns).to_string()),
    ))
}

const SCRIPT: &str = r##"
<style>
  form { display: grid; gap: var(--space-2); }
  form label { display: grid; }
  form label.check { display: flex; align-items: center; gap: var(--space-2); min-height: var(--target-min); }
  .row { display: flex; gap: var(--space-2); margin-top: var(--space-2); }
  .scroll { overflow-x: auto; }
  th { vertical-align: middle; text-align: start; }
  th button { padding: 0; text-align: start; font-weight: var(--font-weight-medium); min-height: var(--target-min); }
  td { overflow-wrap: anywhere; vertical-align: top; }
  td.number { text-align: end; font-variant-numeric: tabular-nums; }
  td.stars { white-space: nowrap; }
  td input { min-width: var(--target-min); min-height: var(--target-min); }
  td:last-child { white-space: nowrap; }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const form = $("form");
  const columns = JSON.parse(form.dataset.columns);
  const votes = form.dataset.votes === "true";
  const inputs = columns.map((_, i) => $(`field-${i}`));
  const json = (method, body) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  let editing = null;
  let all = [];
  let by = null;

  const valueOf = (input) => (input.type === "checkbox" ? (input.checked ? "yes" : "no") : input.value);

  function edit(row) {
    editing = row && row.id;
    form.reset();
    if (row) inputs.forEach((input) => {
      const value = row.values[input.name] ?? "";
      if (input.type === "checkbox") input.checked = value === "yes";
      else input.value = value;
    });
    $("save").textContent = row ? "⟦Save|Sichern⟧" : $("save").dataset.add;
    $("cancel").hidden = !row;
    if (row) inputs[0].focus();
  }

  async function send(path, init) {
    try {
      await kandra.fetch(path, init);
      await refresh();
      return true;
    } catch (error) {
      say(error.message);
      return false;
    }
  }

  function cell(row, i) {
    const { kind, most } = columns[i];
    const name = inputs[i].name;
    const value = row.values[name] ?? "";
    const cell = document.createElement("td");
    if (kind === "url" && /^https?:/.test(value)) {
      cell.append(Object.assign(document.createElement("a"), { href: value, textContent: value.replace(/^https?:\/\//, ""), rel: "noopener noreferrer", target: "_blank" }));
    } else if (kind === "check") {
      const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: value === "yes", id: `check-${row.id}-${i}` });
      box.setAttribute("aria-label", `${name}: ${row.values[inputs[0].name]}`);
      box.addEventListener("change", () => send(`/rows/${row.id}`, json("PUT", { [name]: box.checked ? "yes" : "no" })));
      cell.append(box);
    } else if (kind === "stars" && value) {
      const stars = Math.round(Number(value));
      const picture = Object.assign(document.createElement("span"), { textContent: "★".repeat(stars) + "☆".repeat(Math.max(0, (most ?? 5) - stars)) });
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", `${value} ⟦of|von⟧ ${most ?? 5}`);
      cell.className = "stars";
      cell.append(picture);
    } else if (kind === "date" && value) {
      cell.textContent = new Date(`${value}T00:00`).toLocaleDateString();
    } else {
      cell.textContent = value;
    }
    if (kind === "number") cell.className = "number";
    return cell;
  }

  function button(id, text, label, press) {
    const button = Object.assign(document.createElement("button"), { type: "button", id, textContent: text });
    button.setAttribute("aria-label", label);
    button.addEventListener("click", press);
    return button;
  }

  function line(row) {
    const item = document.createElement("tr");
    const first = row.values[inputs[0].name];
    item.append(...inputs.map((_, i) => cell(row, i)));
    if (votes) {
      const press = button(`vote-${row.id}`, `▲ ${row.votes}`, `▲ ${row.votes}: ⟦vote for|stimme für⟧ ${first}`, () => send(`/rows/${row.id}/vote`, { method: "POST" }));
      press.setAttribute("aria-pressed", String(row.voted));
      const cell = document.createElement("td");
      cell.append(press);
      item.append(cell);
    }
    const actions = document.createElement("td");
    actions.append(
      button(`edit-${row.id}`, "✎", `⟦Edit|Ändern:⟧ ${first}`, () => edit(row)),
      button(`remove-${row.id}`, "×", `⟦Remove|Entfernen:⟧ ${first}`, () => remove(row)),
    );
    item.append(actions);
    return item;
  }

  function compare(a, b) {
    const { kind, choices } = columns[by.column];
    const [x, y] = [a, b].map((row) => row.values[inputs[by.column].name] ?? "");
    if (!x || !y) return (x ? 0 : 1) - (y ? 0 : 1);
    const order = kind === "number" || kind === "stars" ? Number(x) - Number(y)
      : kind === "choice" ? choices.indexOf(x) - choices.indexOf(y) : x.localeCompare(y);
    return by.down ? -order : order;
  }

  function foot(rows, which, label, reckon) {
    const line = document.createElement("tr");
    line.append(...columns.map((column, i) => {
      const values = rows.map((row) => row.values[inputs[i].name]).filter(Boolean).map(Number);
      const text = column[which] ? reckon(values).toLocaleString(undefined, { maximumFractionDigits: 2 }) : i === 0 ? label : "";
      return Object.assign(document.createElement("td"), { textContent: text, className: column[which] ? "number" : "" });
    }), document.createElement("td"));
    return line;
  }

  function render() {
    const wanted = ($("search")?.value ?? "").trim().toLowerCase();
    const rows = all.filter((row) => !wanted || Object.values(row.values).some((value) => value.toLowerCase().includes(wanted)));
    if (by) rows.sort(compare);
    document.querySelectorAll("th button").forEach((head) => {
      const is = by && by.column === Number(head.dataset.column);
      head.parentElement.setAttribute("aria-sort", is ? (by.down ? "descending" : "ascending") : "none");
    });
    const focused = document.activeElement?.id;
    document.querySelector(".scroll").hidden = all.length === 0;
    $("rows").replaceChildren(...rows.map(line));
    const sum = (values) => values.reduce((sum, value) => sum + value, 0);
    $("sums").replaceChildren(
      ...(columns.some((column) => column.sum) ? [foot(rows, "sum", "⟦Total|Summe⟧", sum)] : []),
      ...(columns.some((column) => column.average) ? [foot(rows, "average", "⟦Average|Schnitt⟧", (values) => (values.length ? sum(values) / values.length : 0))] : []),
    );
    if (focused) $(focused)?.focus();
    say(all.length === 0 ? "⟦Nothing here yet. Add the first above.|Noch ist nichts da. Trag oben das Erste ein.⟧"
      : rows.length === 1 ? "⟦1 entry|1 Eintrag⟧" : `${rows.length} ⟦entries|Einträge⟧`);
  }

  function refresh() {
    return kandra.fetch("/").then(({ rows }) => { all = rows; render(); }).catch((error) => say(error.message));
  }

  async function remove({ id }) {
    if ((await send(`/rows/${id}`, { method: "DELETE" })) && editing === id) edit(null);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = Object.fromEntries(inputs.map((input) => [input.name, valueOf(input)]));
    const done = editing ? send(`/rows/${editing}`, json("PUT", body)) : send("/rows", json("POST", body));
    if (await done) edit(null);
  });
  document.querySelectorAll("th button").forEach((head) => head.addEventListener("click", () => {
    const column = Number(head.dataset.column);
    by = { column, down: by?.column === column && !by.down };
    render();
  }));
  $("search")?.addEventListener("input", render);
  $("cancel").addEventListener("click", () => edit(null));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
