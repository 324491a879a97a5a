// The owner's form for a crate: look at it, read the report, agree. What the registry says is shown as text.
import { announce } from "./announce.js";
import { ownerToken } from "./owner.js";
import { element, t } from "./words.js";

async function send(body) {
  const answer = await fetch("/api/crates", {
    method: "POST",
    headers: { Authorization: `Bearer ${ownerToken()}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(value.error ?? value.detail ?? String(answer.status));
  return value;
}

function shown({ report, confirm }) {
  const part = (one) => {
    const notes = [one.licence, `${Math.ceil(one.bytes / 1024)} KiB`];
    if (one.build_script) notes.push(t("crate_build_script"));
    if (one.proc_macro) notes.push(t("crate_macro"));
    if (one.unsafe_words) notes.push(t("crate_unsafe", { n: one.unsafe_words }));
    if (one.linked && !one.ticks) notes.push(t("crate_no_ticks"));
    return element("li", {}, element("code", {}, `${one.name} ${one.version}`), ` ${notes.join(" · ")}`);
  };
  const found = report.advisories.found.map((one) => element("li", { class: "bad" }, `${one.id} ${one.package}: ${one.title}`));
  const agree = element("button", { type: "button", class: "primary", on: { click: () => add(confirm, agree) } }, t("crate_add", { what: `${report.name} ${report.version}` }));
  return [
    element("p", { dir: "auto" }, `${report.name} ${report.version}: ${report.what}`),
    element("p", { class: "muted" }, report.advisories.note),
    element("ul", {}, ...found, ...report.parts.map(part)),
    ...report.refused.map((why) => element("p", { class: "bad" }, why)),
    ...(confirm ? [agree] : []),
  ];
}

async function add(confirm, button) {
  button.disabled = true;
  try {
    await send({ confirm });
    document.getElementById("crate-report").replaceChildren();
    announce(t("done"));
  } catch (error) {
    announce(t("owner_failed", { why: error.message }));
  }
}

export function startCrates() {
  const form = document.getElementById("crate-look");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [name, version] = new FormData(form).get("name").trim().split("@");
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      document.getElementById("crate-report").replaceChildren(...shown(await send({ name, ...(version ? { version } : {}) })));
    } catch (error) {
      announce(t("owner_failed", { why: error.message }));
    } finally {
      button.disabled = false;
    }
  });
}
