//! A form with one control a field, and the table.
use crate::{FIELDS, THING, TOTALS, field::Kind};
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    let mut controls = String::new();
    let mut heads = String::new();
    let mut kinds = Vec::new();
    for (index, field) in FIELDS.iter().enumerate() {
        controls.push_str(&field.control(index));
        heads.push_str(&format!("<th scope=\"col\">{}</th>", escape(field.name)));
        kinds.push(match field.kind {
            Kind::Url => "url",
            Kind::Number if TOTALS => "sum",
            Kind::Number => "number",
            Kind::Date => "date",
            _ => "text",
        });
    }
    let add = format!("Add {}", escape(THING));
    Response::html(format!(
        "<form id=\"form\" data-kinds=\"{kinds}\">{controls}<div class=\"row\"><button id=\"save\" type=\"submit\" data-add=\"{add}\">{add}</button>\
         <button id=\"cancel\" type=\"button\" hidden>Cancel</button></div></form>\
         <p id=\"status\" role=\"status\">Loading…</p>\
         <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\" hidden><table><thead><tr>{heads}<th scope=\"col\">Change</th></tr></thead>\
         <tbody id=\"rows\"></tbody><tfoot id=\"sums\"></tfoot></table></div>{SCRIPT}",
        kinds = kinds.join(" "),
    ))
}

const SCRIPT: &str = r##"
<style>
  form { display: grid; gap: var(--space-2); }
  form label { display: grid; }
  .row { display: flex; gap: var(--space-2); margin-top: var(--space-2); }
  .scroll { overflow-x: auto; }
  td { overflow-wrap: anywhere; vertical-align: top; }
  td.number, tfoot td { text-align: end; font-variant-numeric: tabular-nums; }
  td:last-child { white-space: nowrap; }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const form = $("form");
  const kinds = form.dataset.kinds.split(" ");
  const inputs = kinds.map((_, i) => $(`field-${i}`));
  let editing = null;

  function edit(row) {
    editing = row && row.id;
    form.reset();
    if (row) inputs.forEach((input) => { input.value = row.values[input.name] ?? ""; });
    $("save").textContent = row ? "Save" : $("save").dataset.add;
    $("cancel").hidden = !row;
    if (row) inputs[0].focus();
  }

  function cell(value, kind) {
    const cell = document.createElement("td");
    if (kind === "url" && /^https?:/.test(value)) {
      cell.append(Object.assign(document.createElement("a"), { href: value, textContent: value.replace(/^https?:\/\//, ""), rel: "noopener noreferrer", target: "_blank" }));
    } else if (kind === "date" && value) {
      cell.textContent = new Date(`${value}T00:00`).toLocaleDateString();
    } else {
      cell.textContent = value;
    }
    if (kind === "number" || kind === "sum") cell.className = "number";
    return cell;
  }

  function button(text, label, press) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.setAttribute("aria-label", label);
    button.addEventListener("click", press);
    return button;
  }

  function line(row) {
    const item = document.createElement("tr");
    const first = row.values[inputs[0].name];
    const actions = document.createElement("td");
    actions.append(button("✎", `Edit ${first}`, () => edit(row)), button("×", `Remove ${first}`, () => remove(row)));
    item.append(...inputs.map((input, i) => cell(row.values[input.name] ?? "", kinds[i])), actions);
    return item;
  }

  function render({ rows }) {
    document.querySelector(".scroll").hidden = rows.length === 0;
    $("rows").replaceChildren(...rows.map(line));
    if (kinds.includes("sum")) {
      const sums = document.createElement("tr");
      sums.append(...inputs.map((input, i) => {
        const sum = rows.reduce((sum, row) => sum + Number(row.values[input.name] || 0), 0);
        return Object.assign(document.createElement("td"), { textContent: kinds[i] === "sum" ? sum.toLocaleString() : i === 0 ? "Total" : "" });
      }), document.createElement("td"));
      $("sums").replaceChildren(sums);
    }
    say(rows.length === 0 ? "Nothing here yet. Add the first above." : rows.length === 1 ? "1 entry" : `${rows.length} entries`);
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }

  async function remove({ id }) {
    try {
      await kandra.fetch(`/rows/${id}`, { method: "DELETE" });
      if (editing === id) edit(null);
      await refresh();
    } catch (error) {
      say(error.message);
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = JSON.stringify(Object.fromEntries(inputs.map((input) => [input.name, input.value])));
    const [path, method] = editing ? [`/rows/${editing}`, "PUT"] : ["/rows", "POST"];
    try {
      await kandra.fetch(path, { method, headers: { "Content-Type": "application/json" }, body });
      edit(null);
      await refresh();
    } catch (error) {
      say(error.message);
    }
  });
  $("cancel").addEventListener("click", () => edit(null));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
