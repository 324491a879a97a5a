// After asking: what happens next, and for some seconds a way to change or withdraw it.
import { prepare, why, write } from "./pow.js";
import { mine } from "./store.js";
import { stream } from "./stream.js";
import { now, tick } from "./time.js";
import { element, t } from "./words.js";

const panel = document.getElementById("ask-done");
const areas = { chips: document.getElementById("ask-chips"), similar: document.getElementById("ask-similar"), done: panel };
let shown = null;
let actions = null;

/** Under the box stands one of three: the examples, what is similar, or what becomes of the request. */
export function showArea(name) {
  for (const [key, area] of Object.entries(areas)) area.hidden = key !== name;
}

export const isShown = () => !panel.hidden;

function next(request) {
  const starts = request.starts_at ? Date.parse(request.starts_at) : 0;
  if (request.state === "pending" && starts > now()) {
    const [before, after] = t("asked_starts", { time: "\u0000" }).split("\u0000");
    return [before, element("span", { class: "clock", "data-countdown": String(starts), "data-zero": t("soon") }), after];
  }
  if (request.state === "pending" && request.place) return [t("asked_place", { n: request.place })];
  const known = { needs_model: "asked_needs_model", held: "asked_held", running: "asked_running" }[request.state];
  if (request.state === "live" && request.feature) return [element("a", { href: `#card-${request.feature}` }, t("new_feature", { title: request.title }))];
  if (request.state === "withdrawn") return [t("withdrawn")];
  return [request.reason || (known ? t(known) : "")];
}

const changeable = (request) => ["pending", "held", "needs_model"].includes(request.state) && mine.has(request.id);

async function withdraw(button) {
  button.disabled = true;
  try {
    await write("DELETE", `/api/requests/${shown.id}`);
    mine.set(shown.id, false);
    close(t("withdrawn"));
  } catch (error) {
    button.disabled = false;
    panel.querySelector("[data-next]").textContent = why(error, t, "failed_send");
  }
}

function close(text = "") {
  shown = null;
  showArea("chips");
  if (text) document.getElementById("ask-hint").textContent = text;
  document.getElementById("ask-text").focus();
}

function draw() {
  const request = shown;
  const buttons = changeable(request)
    ? [
        element("button", { type: "button", on: { click: () => actions.edit(request) } }, t("change")),
        element("button", { type: "button", on: { click: (event) => withdraw(event.currentTarget) } }, t("withdraw")),
      ]
    : [];
  panel.replaceChildren(
    element("p", {}, element("strong", { dir: "auto" }, t("asked", { title: request.title }))),
    element("p", { class: "muted", "data-next": true, role: "status" }, ...next(request)),
    element(
      "div",
      { class: "asked-actions" },
      ...buttons,
      element("a", { class: "button", href: `/requests/${request.id}` }, t("watch")),
      element("button", { type: "button", class: "quiet", on: { click: () => close() } }, t("another")),
    ),
  );
  tick(panel);
}

/** Shows the panel for a request that has just been taken in. */
export function asked(request, how) {
  shown = request;
  actions = how;
  showArea("done");
  draw();
  if (how.changed) document.getElementById("ask-hint").textContent = t("changed");
  if (changeable(request)) prepare();
}

stream.addEventListener("event", (event) => {
  const change = event.detail;
  if (!shown || panel.hidden || change.request !== shown.id) return;
  if (change.kind === "run_started") shown.state = "running";
  else if (change.kind === "request_changed") Object.assign(shown, { state: change.state, title: change.title, feature: change.feature, reason: change.reason ?? "" });
  else return;
  if (!panel.contains(document.activeElement)) return draw();
  panel.querySelector("[data-next]").replaceChildren(...next(shown));
  if (!changeable(shown)) for (const button of panel.querySelectorAll(".asked-actions button:not(.quiet)")) button.disabled = true;
});
