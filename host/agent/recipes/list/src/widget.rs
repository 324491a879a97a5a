//! A form with one control a field, and the table.
use crate::{AVERAGES, FIELDS, SEARCH, THING, TOTALS, field::Kind};
use kandra::prelude::*;
//{{#best}}

/// The column whose best value is marked, and whether the least is best.
const BEST: (usize, bool) = (0, false);
//{{/best}}
//{{#due}}

/// The column with the date that passes.
const DUE: usize = 0;
//{{/due}}
//{{#board}}

/// The column whose values stand as headings.
const BOARD: usize = 0;
//{{/board}}
//{{#filter}}

/// The column whose values one chooses from to see only those.
const FILTER: usize = 0;
//{{/filter}}
//{{#live}}

/// The column that is changed in the table itself.
const LIVE: usize = 0;
//{{/live}}
//{{#places}}

/// What stands above the names of those who take a row, and on the button.
const TAKEN_BY: &str = "⟦Taken by|Vergeben an⟧";
const TAKE: &str = "⟦Take|Nehmen⟧";
//{{/places}}
//{{#groups}}

/// What stands above the totals.
const GROUPS: &str = "⟦Totals|Summen⟧";
//{{/groups}}
//{{#votes}}

/// What a vote looks like.
const SIGN: &str = "▲";
//{{/votes}}

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
            Kind::Span => "span",
            _ => "text",
        };
        columns.push(json!({
            "kind": kind, "choices": field.choices, "most": field.range.map(|(_, most)| most),
            "sum": TOTALS.contains(&index), "average": AVERAGES.contains(&index),
            //{{#best}}
            "best": if index != BEST.0 { "" } else if BEST.1 { "least" } else { "most" },
            //{{/best}}
            //{{#due}}
            "due": index == DUE,
            //{{/due}}
            //{{#board}}
            "board": index == BOARD,
            //{{/board}}
            //{{#live}}
            "live": index == LIVE,
            //{{/live}}
        }));
    }
    let mut more = String::new();
    let mut tools = String::new();
    //{{#votes}}
    more.push_str("<th scope=\"col\">⟦Votes|Stimmen⟧</th>");
    //{{/votes}}
    //{{#rate}}
    more.push_str("<th scope=\"col\">⟦Stars|Sterne⟧</th>");
    //{{/rate}}
    //{{#places}}
    more.push_str(&format!("<th scope=\"col\">{}</th>", escape(TAKEN_BY)));
    //{{/places}}
    //{{#comments}}
    more.push_str("<th scope=\"col\">⟦Comments|Kommentare⟧</th>");
    //{{/comments}}
    //{{#filter}}
    tools.push_str(&format!("<label>{} <select id=\"filter\" data-column=\"{FILTER}\"><option value=\"\">⟦all|alle⟧</option></select></label>", escape(FIELDS[FILTER].name)));
    //{{/filter}}
    //{{#pick}}
    tools.push_str("<button id=\"pick\" type=\"button\">⟦Pick one at random|Eins zufällig ziehen⟧</button><output id=\"picked\" for=\"pick\"></output>");
    //{{/pick}}
    let mut below = String::new();
    //{{#clear}}
    below.push_str("<button id=\"clear\" type=\"button\">⟦Clear the ticked|Abgehaktes entfernen⟧</button>");
    //{{/clear}}
    //{{#untick}}
    below.push_str("<button id=\"untick\" type=\"button\">⟦Untick all|Alle Haken entfernen⟧</button>");
    //{{/untick}}
    //{{#groups}}
    below.push_str(&format!("<section aria-labelledby=\"groups-name\"><h3 id=\"groups-name\">{}</h3><ol id=\"groups\"></ol></section>", escape(GROUPS)));
    //{{/groups}}
    let mut settings = json!({});
    //{{#votes}}
    settings["sign"] = json!(SIGN);
    //{{/votes}}
    //{{#places}}
    settings["take"] = json!(TAKE);
    //{{/places}}
    let _ = (&mut more, &mut tools, &mut below, &mut settings);
    let search = if SEARCH { "<label>⟦Show only what contains|Nur zeigen, was dies enthält⟧ <input id=\"search\" type=\"search\" maxlength=\"80\"></label>" } else { "" };
    let add = "⟦Add {thing}|Eintragen⟧".replace("{thing}", &escape(THING));
    Response::html(format!(
        "<form id=\"form\" data-columns=\"{columns}\" data-settings=\"{settings}\">{controls}<div class=\"row\"><button id=\"save\" type=\"submit\" data-add=\"{add}\">{add}</button>\
         <button id=\"cancel\" type=\"button\" hidden>⟦Cancel|Abbrechen⟧</button></div></form>{search}<div class=\"row\">{tools}</div>\
         <p id=\"status\" role=\"status\">⟦Loading…|Lädt…⟧</p>\
         <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"⟦Table|Tabelle⟧\" hidden><table><thead><tr>{heads}{more}<th scope=\"col\">⟦Change|Ändern⟧</th></tr></thead>\
         <tbody id=\"rows\"></tbody><tfoot id=\"sums\"></tfoot></table></div><div class=\"row\">{below}</div>{SCRIPT}",
        columns = escape(&json!(columns).to_string()),
        settings = escape(&settings.to_string()),
    ))
}

const SCRIPT: &str = r##"
<style>
  form { display: grid; gap: var(--space-2); }
  form label { display: grid; }
  form label.check { display: flex; align-items: center; gap: var(--space-2); min-height: var(--target-min); }
  .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); margin-top: var(--space-2); }
  .row:empty { display: none; }
  .row section { flex-basis: 100%; }
  .scroll { overflow-x: auto; }
  th { vertical-align: middle; text-align: start; }
  th button { padding: 0; text-align: start; font-weight: var(--font-weight-medium); min-height: var(--target-min); }
  td { overflow-wrap: anywhere; vertical-align: top; }
  td.number { text-align: end; font-variant-numeric: tabular-nums; }
  td.date { white-space: nowrap; }
  td.stars { white-space: nowrap; }
  td input { min-width: var(--target-min); min-height: var(--target-min); }
  td:last-child { white-space: nowrap; }
  //{{#places}}
  td ul, td form { margin: 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: var(--space-1); align-items: center; }
  td form input { max-width: 8em; }
  //{{/places}}
  //{{#comments}}
  td.said { min-width: 10em; }
  td.said p { margin: 0 0 var(--space-1); }
  td.said form { display: flex; gap: var(--space-1); margin: 0; }
  //{{/comments}}
  //{{#due}}
  tr.over td { color: var(--color-text-secondary); }
  //{{/due}}
  //{{#best}}
  tr.best td { font-weight: var(--font-weight-medium); }
  //{{/best}}
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const form = $("form");
  const columns = JSON.parse(form.dataset.columns);
  const settings = JSON.parse(form.dataset.settings);
  const inputs = columns.map((_, i) => $(`field-${i}`));
  const json = (method, body) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  let editing = null;
  let all = [];
  let by = null;
  let most = null;
  //{{#groups}}
  let groups = [];
  //{{/groups}}

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
      //{{#due}}
      if (columns[i].due && isOver(row)) cell.textContent += " · ⟦over|vorbei⟧";
      //{{/due}}
    //{{#live}}
    } else if (columns[i].live) {
      const choice = document.createElement("select");
      choice.id = `choice-${row.id}`;
      choice.setAttribute("aria-label", `${name}: ${row.values[inputs[0].name]}`);
      choice.append(...["", ...columns[i].choices].map((text) => Object.assign(document.createElement("option"), { textContent: text })));
      choice.value = value;
      choice.addEventListener("change", () => send(`/rows/${row.id}`, json("PUT", { [name]: choice.value })));
      cell.append(choice);
    //{{/live}}
    } else {
      cell.textContent = value;
    }
    if (kind === "number" || kind === "date") cell.className = kind;
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
    //{{#due}}
    if (isOver(row)) item.className = "over";
    //{{/due}}
    //{{#best}}
    if (isBest(row)) {
      item.className = "best";
      item.cells[columns.findIndex((column) => column.best)].prepend("⟦Best:|Beste:⟧ ");
    }
    //{{/best}}
    //{{#votes}}
    const press = button(`vote-${row.id}`, `${settings.sign} ${row.votes}`, `${settings.sign} ${row.votes}: ⟦vote for|stimme für⟧ ${first}`, () => send(`/rows/${row.id}/vote`, { method: "POST" }));
    press.setAttribute("aria-pressed", String(row.voted));
    item.insertCell().append(press);
    //{{/votes}}
    //{{#rate}}
    const given = document.createElement("select");
    given.id = `stars-${row.id}`;
    given.setAttribute("aria-label", `⟦Your stars for|Deine Sterne für⟧ ${first}`);
    given.append(...[0, 1, 2, 3, 4, 5].map((n) => Object.assign(document.createElement("option"), { value: n, textContent: n ? "★".repeat(n) : "–" })));
    given.value = row.mine;
    given.addEventListener("change", () => Number(given.value) && send(`/rows/${row.id}/stars`, json("PUT", { stars: Number(given.value) })));
    item.insertCell().append(row.ratings ? `★ ${Number(row.stars).toLocaleString(undefined, { minimumFractionDigits: 1 })} (${row.ratings}) ` : "", given);
    //{{/rate}}
    //{{#places}}
    item.insertCell().append(...takers(row, first));
    //{{/places}}
    //{{#comments}}
    item.append(said(row, first));
    //{{/comments}}
    const actions = document.createElement("td");
    actions.append(
      button(`edit-${row.id}`, "✎", `⟦Edit|Ändern:⟧ ${first}`, () => edit(row)),
      button(`remove-${row.id}`, "×", `⟦Remove|Entfernen:⟧ ${first}`, () => remove(row)),
    );
    item.append(actions);
    return item;
  }

  //{{#places}}
  function takers(row, first) {
    const names = document.createElement("ul");
    names.append(...row.names.map((name, place) => {
      const taker = document.createElement("li");
      taker.append(name, " ", button(`leave-${row.id}-${place}`, "×", `⟦Take out:|Austragen:⟧ ${name}, ${first}`, () => send(`/rows/${row.id}/names/${place}?name=${encodeURIComponent(name)}`, { method: "DELETE" })));
      return taker;
    }));
    const free = row.places - row.names.length;
    if (free <= 0) return [names];
    const join = document.createElement("form");
    const name = Object.assign(document.createElement("input"), { id: `name-${row.id}`, type: "text", maxLength: 60, required: true, placeholder: "⟦your name|dein Name⟧" });
    name.setAttribute("aria-label", `⟦Your name for|Dein Name für⟧ ${first}`);
    const press = Object.assign(document.createElement("button"), { type: "submit", id: `join-${row.id}`, textContent: settings.take });
    press.setAttribute("aria-label", `${settings.take}: ${first}`);
    join.append(name, press);
    join.addEventListener("submit", async (event) => {
      event.preventDefault();
      const typed = name.value;
      name.value = "";
      if (!(await send(`/rows/${row.id}/names`, json("POST", { name: typed })))) name.value = typed;
    });
    return [names, ...(row.places > 1 ? [Object.assign(document.createElement("small"), { textContent: `${free} ⟦free|frei⟧` })] : []), join];
  }

  //{{/places}}
  //{{#comments}}
  function said(row, first) {
    const cell = Object.assign(document.createElement("td"), { className: "said" });
    cell.append(...row.comments.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
    const form = document.createElement("form");
    const text = Object.assign(document.createElement("input"), { id: `comment-${row.id}`, type: "text", maxLength: 300, required: true });
    text.setAttribute("aria-label", `⟦Comment on|Kommentar zu⟧ ${first}`);
    const press = Object.assign(document.createElement("button"), { type: "submit", id: `say-${row.id}`, textContent: "⟦Say|Senden⟧" });
    press.setAttribute("aria-label", `⟦Say about|Senden zu⟧ ${first}`);
    form.append(text, press);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const typed = text.value;
      text.value = "";
      if (!(await send(`/rows/${row.id}/comments`, json("POST", { text: typed })))) text.value = typed;
    });
    cell.append(form);
    return cell;
  }

  //{{/comments}}
  //{{#due}}
  function isOver(row) {
    const value = row.values[inputs[columns.findIndex((column) => column.due)].name];
    const now = new Date();
    return Boolean(value) && value < `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
  }

  //{{/due}}
  //{{#best}}
  function isBest(row) {
    const at = columns.findIndex((column) => column.best);
    const number = (row) => (row.values[inputs[at].name] ? columns[at].kind === "span" ? seconds(row.values[inputs[at].name]) : columns[at].kind === "number" || columns[at].kind === "stars" ? Number(row.values[inputs[at].name]) : row.values[inputs[at].name] : null);
    const mine = number(row);
    return mine !== null && all.map(number).every((other) => other === null || (columns[at].best === "least" ? mine <= other : mine >= other));
  }

  //{{/best}}
  const seconds = (text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

  function compare(a, b) {
    const { kind, choices } = columns[by.column];
    const [x, y] = [a, b].map((row) => row.values[inputs[by.column].name] ?? "");
    if (!x || !y) return (x ? 0 : 1) - (y ? 0 : 1);
    const order = kind === "span" ? seconds(x) - seconds(y) : kind === "number" || kind === "stars" ? Number(x) - Number(y)
      : kind === "choice" ? choices.indexOf(x) - choices.indexOf(y) : x.localeCompare(y);
    return by.down ? -order : order;
  }

  function foot(rows, which, label, reckon) {
    const line = document.createElement("tr");
    line.append(...columns.map((column, i) => {
      const values = rows.map((row) => row.values[inputs[i].name]).filter(Boolean).map(Number);
      const text = column[which] ? reckon(values).toLocaleString(undefined, { maximumFractionDigits: 2 }) : i === 0 ? label : "";
      return Object.assign(document.createElement("td"), { textContent: text, className: column[which] ? "number" : "" });
    }), Object.assign(document.createElement("td"), { colSpan: document.querySelectorAll("thead th").length - columns.length }));
    return line;
  }

  //{{#board}}
  /** The rows under a heading for each value of the column that makes the sections. */
  function sections(rows) {
    const at = columns.findIndex((column) => column.board);
    const value = (row) => row.values[inputs[at].name] ?? "";
    const found = [...new Set(rows.map(value))].filter((name) => !columns[at].choices.includes(name)).sort();
    return [...columns[at].choices, ...found].flatMap((name) => {
      const own = rows.filter((row) => value(row) === name);
      const head = document.createElement("tr");
      head.append(Object.assign(document.createElement("th"), { scope: "rowgroup", colSpan: 99, textContent: `${name || "–"} (${own.length})` }));
      return [head, ...own.map(line)];
    });
  }

  //{{/board}}
  //{{#filter}}
  function filtered(rows) {
    const filter = $("filter");
    const name = inputs[Number(filter.dataset.column)].name;
    const chosen = filter.value;
    const values = [...new Set(all.map((row) => row.values[name]).filter(Boolean))].sort();
    filter.replaceChildren(filter.options[0], ...values.map((value) => Object.assign(document.createElement("option"), { textContent: value, value })));
    filter.value = values.includes(chosen) ? chosen : "";
    return rows.filter((row) => !filter.value || row.values[name] === filter.value);
  }

  //{{/filter}}
  function render() {
    const wanted = ($("search")?.value ?? "").trim().toLowerCase();
    let rows = all.filter((row) => !wanted || Object.values(row.values).some((value) => value.toLowerCase().includes(wanted)));
    //{{#filter}}
    rows = filtered(rows);
    //{{/filter}}
    if (by) rows.sort(compare);
    const typed = [...document.querySelectorAll("#rows input[type=text]")].map((input) => [input.id, input.value]);
    document.querySelectorAll("th button").forEach((head) => {
      const is = by && by.column === Number(head.dataset.column);
      head.parentElement.setAttribute("aria-sort", is ? (by.down ? "descending" : "ascending") : "none");
    });
    const focused = document.activeElement?.id;
    document.querySelector(".scroll").hidden = all.length === 0;
    //{{#board}}
    $("rows").replaceChildren(...sections(rows));
    //{{/board}}
    //{{^board}}
    $("rows").replaceChildren(...rows.map(line));
    //{{/board}}
    typed.forEach(([id, value]) => { if ($(id)) $(id).value = value; });
    const sum = (values) => values.reduce((sum, value) => sum + value, 0);
    $("sums").replaceChildren(
      ...(columns.some((column) => column.sum) ? [foot(rows, "sum", "⟦Total|Summe⟧", sum)] : []),
      ...(columns.some((column) => column.average) ? [foot(rows, "average", "⟦Average|Schnitt⟧", (values) => (values.length ? sum(values) / values.length : 0))] : []),
    );
    if (focused) $(focused)?.focus();
    //{{#groups}}
    $("groups").replaceChildren(...groups.map(({ name, total }) => Object.assign(document.createElement("li"), { textContent: `${name}: ${total.toLocaleString(undefined, { maximumFractionDigits: 2 })}` })));
    $("groups").parentElement.hidden = groups.length === 0;
    //{{/groups}}
    say(all.length === 0 ? "⟦Nothing here yet. Add the first above.|Noch ist nichts da. Trag oben das Erste ein.⟧"
      : most ? `${all.length} ⟦of|von⟧ ${most} ⟦taken|belegt⟧` : rows.length === 1 ? "⟦1 entry|1 Eintrag⟧" : `${rows.length} ⟦entries|Einträge⟧`);
    //{{#tally}}
    const ticked = columns.findIndex((column) => column.kind === "check");
    $("status").textContent += ` · ✓ ${all.filter((row) => row.values[inputs[ticked].name] === "yes").length} ⟦of|von⟧ ${all.length}`;
    //{{/tally}}
  }

  function refresh() {
    return kandra.fetch("/").then((answer) => {
      all = answer.rows;
      most = answer.most ?? null;
      //{{#groups}}
      groups = answer.groups;
      //{{/groups}}
      render();
    }).catch((error) => say(error.message));
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
  //{{#filter}}
  $("filter").addEventListener("change", render);
  //{{/filter}}
  //{{#pick}}
  $("pick").addEventListener("click", () => {
    const row = all[Math.floor(Math.random() * all.length)];
    $("picked").textContent = row ? row.values[inputs[0].name] : "⟦Nothing to pick from yet.|Noch nichts zum Ziehen da.⟧";
  });
  //{{/pick}}
  //{{#clear}}
  $("clear").addEventListener("click", () => send("/clear", { method: "POST" }));
  //{{/clear}}
  //{{#untick}}
  $("untick").addEventListener("click", () => send("/untick", { method: "POST" }));
  //{{/untick}}
  $("cancel").addEventListener("click", () => edit(null));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
