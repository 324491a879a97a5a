// The ask box: what fits while one types, the proof of work from the first focus on, and what becomes of it after asking.
import { asked, isShown, showArea } from "./asked.js";
import { prepare, why, write } from "./pow.js";
import { mine, votes } from "./store.js";
import { showSuggestions } from "./suggest.js";
import { t } from "./words.js";

const WAIT_MS = 220;
const SHORTEST = 3;
/** The longest title, characters; what is longer goes on in the details. */
const LONGEST_TITLE = 120;

const form = document.getElementById("ask");
const title = document.getElementById("ask-text");
const details = document.getElementById("ask-details");
const hint = document.getElementById("ask-hint");
const similar = document.getElementById("ask-similar");
const idleHint = hint.textContent;

let timer = 0;
let asking = null;
let sending = false;
let editing = null;

function say(text, tone = "") {
  hint.textContent = text;
  hint.dataset.tone = tone;
}

function idle() {
  asking?.abort();
  if (!isShown()) showArea("chips");
  say(idleHint);
}

/** What was typed, as the API takes it: a title of one line, cut between words, and the rest with the details. */
function typedRequest() {
  const text = title.value.trim();
  const more = details.value.trim();
  const letters = [...text];
  if (letters.length <= LONGEST_TITLE) return { title: text, details: more };
  const head = letters.slice(0, LONGEST_TITLE + 1).join("");
  const space = head.lastIndexOf(" ");
  const cut = space > 0 ? space : letters.slice(0, LONGEST_TITLE).join("").length;
  return { title: text.slice(0, cut), details: [text.slice(cut).trim(), more].filter(Boolean).join("\n\n") };
}

async function suggest() {
  const text = title.value.trim();
  if (text.length < SHORTEST) return idle();
  asking?.abort();
  asking = new AbortController();
  try {
    const request = typedRequest();
    const query = new URLSearchParams({ title: request.title, details: request.details.slice(0, 500) });
    const answer = await fetch(`/api/suggest?${query}`, { signal: asking.signal });
    if (!answer.ok) return;
    const found = await answer.json();
    if (title.value.trim() !== text) return;
    const fit = found.fit?.recipe ?? found.recipe ?? null;
    const model = form.dataset.agent !== "offline" && form.dataset.agent !== "none";
    // What it would do, so that whoever asks sees what is missing before asking.
    const promise = [fit && t("fits", { name: fit }), found.fit?.summary].filter(Boolean).join(" ");
    say(promise || t(model ? "fits_none_model" : "fits_none_offline"), fit ? "fits" : "");
    const any = showSuggestions(similar, found);
    showArea(any ? "similar" : "chips");
  } catch {
    // Aborted by the next letter, or no connection: asking still works or says why not.
  }
}

function typed() {
  if (sending) return;
  clearTimeout(timer);
  if (title.value.trim().length < SHORTEST) return idle();
  timer = setTimeout(suggest, WAIT_MS);
}

async function send(event) {
  event.preventDefault();
  const text = title.value.trim();
  if (sending) return;
  if (text.length < SHORTEST) {
    say(t("empty"), "bad");
    title.focus();
    return;
  }
  sending = true;
  clearTimeout(timer);
  asking?.abort();
  form.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => say(t("solving")), 300);
  try {
    const body = typedRequest();
    const request = editing ? await write("PATCH", `/api/requests/${editing}`, body) : await write("POST", "/api/requests", body);
    mine.set(request.id, true);
    votes.set(request.id, true);
    title.value = "";
    details.value = "";
    document.getElementById("ask-more").open = false;
    idle();
    const changed = Boolean(editing);
    stopEditing();
    asked(request, { changed, edit: startEditing });
  } catch (error) {
    say(why(error, t, "failed_send"), "bad");
  } finally {
    clearTimeout(slow);
    sending = false;
    form.removeAttribute("aria-busy");
    if (hint.textContent === t("solving")) say(idleHint);
  }
}

const submit = form.querySelector("button[type=submit]");
const submitText = submit.textContent;

function startEditing(request) {
  editing = request.id;
  title.value = request.title;
  details.value = request.details ?? "";
  document.getElementById("ask-more").open = Boolean(request.details);
  submit.textContent = t("save");
  showArea("chips");
  title.focus();
  prepare();
}

function stopEditing() {
  editing = null;
  submit.textContent = submitText;
}

export function startAsk() {
  form.addEventListener("focusin", prepare);
  title.addEventListener("input", typed);
  details.addEventListener("input", typed);
  form.addEventListener("submit", send);
  for (const chip of form.querySelectorAll("[data-chip]")) {
    chip.addEventListener("click", () => {
      title.value = chip.textContent;
      title.focus();
      suggest();
    });
  }
  if (title.value) typed();
}
