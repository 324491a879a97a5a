// The owner's tools: the token lives in sessionStorage of this tab and travels in the Authorization header only.
import { announce } from "./announce.js";
import { onChange, put } from "./refresh.js";
import { stream } from "./stream.js";
import { element, t } from "./words.js";

const KEY = "kandra.owner";
let token = null;

function remember(value) {
  token = value;
  try {
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Lasts as long as the page.
  }
}

function reveal() {
  for (const node of document.querySelectorAll("[data-owner]")) node.hidden = !token;
}

function confirmed(what) {
  if (!what) return Promise.resolve(true);
  return new Promise((resolve) => {
    const answer = (value) => () => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    const no = element("button", { type: "button", autofocus: true, on: { click: answer(false) } }, t("no"));
    const yes = element("button", { type: "button", class: "danger", on: { click: answer(true) } }, t("yes"));
    const dialog = element("dialog", { class: "panel dialog", "aria-label": t("confirm", { what }) }, element("p", {}, t("confirm", { what })), element("div", { class: "owner-actions" }, no, yes));
    dialog.addEventListener("cancel", answer(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}

async function act(target, body) {
  const [method, path] = target.dataset.act.split(" ");
  if (!(await confirmed(target.dataset.confirm))) return;
  const button = target.matches("button") ? target : target.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(path, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(body ? { "Content-Type": "application/json" } : {}) },
      body: body ? JSON.stringify(body) : undefined,
    });
    const problem = answer.ok ? null : await answer.json().catch(() => null);
    if (answer.status === 401) return announce(t("owner_wrong"));
    announce(answer.ok ? t("done") : t("owner_failed", { why: problem?.error ?? problem?.detail ?? String(answer.status) }));
    if (answer.ok) document.dispatchEvent(new CustomEvent("kandra:acted"));
  } catch (error) {
    announce(t("owner_failed", { why: error.message }));
  } finally {
    button.disabled = false;
  }
}

// A form of numbers, each by its name, under one member.
const numbers = (member, pairs) => ({ [member]: Object.fromEntries([...pairs].map(([name, value]) => [name, Number(value)])) });
const bodyOf = (pairs) => Object.fromEntries([...pairs].map(([name, value]) => [name, name === "revision" ? Number(value) : String(value)]));

async function panel() {
  const place = document.getElementById("owner-panel");
  if (!place) return;
  const form = document.getElementById("owner-enter");
  const leave = document.getElementById("owner-leave");
  if (!token) {
    form.hidden = false;
    place.hidden = leave.hidden = true;
    return;
  }
  const answer = await fetch(`/fragments/owner?lang=${document.documentElement.lang}`, { headers: { Authorization: `Bearer ${token}` } });
  if (answer.status === 401 || answer.status === 403) {
    remember(null);
    document.getElementById("owner-error").textContent = t("owner_wrong");
    return panel();
  }
  if (!answer.ok) return;
  form.hidden = true;
  place.hidden = leave.hidden = false;
  put(place, await answer.text());
}

/** The token of this tab, for what only the owner may send. */
export const ownerToken = () => token;

export function startOwner() {
  try {
    token = sessionStorage.getItem(KEY);
  } catch {
    token = null;
  }
  reveal();
  onChange(reveal);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-act]");
    if (button && token) act(button, button.dataset.body ? bodyOf(new URLSearchParams(button.dataset.body)) : undefined);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-act]");
    if (!form) return;
    event.preventDefault();
    if (token) act(form, form.dataset.within ? numbers(form.dataset.within, new FormData(form)) : bodyOf(new FormData(form)));
  });
  const enter = document.getElementById("owner-enter");
  if (!enter) return;
  enter.addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = document.getElementById("owner-token");
    document.getElementById("owner-error").textContent = "";
    remember(field.value.trim());
    field.value = "";
    await panel();
    reveal();
  });
  document.querySelector("#owner-leave button").addEventListener("click", () => {
    remember(null);
    document.getElementById("owner-panel").replaceChildren();
    panel();
    document.getElementById("owner-token").focus();
  });
  panel();
  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => token && panel(), 200);
  };
  stream.addEventListener("event", soon);
  document.addEventListener("kandra:acted", soon);
}
