// The home page: which part of it each event touches.
import { announce } from "./announce.js";
import { put, refresh } from "./refresh.js";
import { stream } from "./stream.js";
import { t } from "./words.js";
import { showVotes } from "./votes.js";

const PARTS = ["sentence", "building", "cards", "wanted", "activity"];
const SETTLES_MS = 1200;
const ENDED_STAYS_MS = 15_500;
const STEP_OF = { source: "check", lint: "check", build: "build", inspect: "build", probe: "try", commit: "try", load: "try", mount: "try" };
const STEPS = ["understand", "write", "check", "build", "try"];
const LAST_OF_STEP = new Set(["lint", "inspect", "mount"]);

const soon = (...parts) => parts.forEach((part) => refresh(part));

async function card(slug, title, isNew) {
  const target = document.getElementById("cards");
  if (!target) return;
  const answer = await fetch(`/fragments/card/${slug}?lang=${document.documentElement.lang}`).catch(() => null);
  if (!answer?.ok) return answer?.status === 404 ? gone(slug) : undefined;
  const html = await answer.text();
  const present = document.getElementById(`card-${slug}`);
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const made = holder.content.firstElementChild;
  if (present) put(present, made.innerHTML);
  else {
    target.querySelector(".empty")?.remove();
    made.classList.add("arrived");
    target.append(made);
    put(made, made.innerHTML);
    setTimeout(() => made.classList.remove("arrived"), 8000);
  }
  if (present) present.className = made.className;
  if (isNew && !present) announce(t("new_feature", { title }), { href: `#card-${slug}`, text: t("show") }, `new-${slug}`);
}

function gone(slug) {
  const present = document.getElementById(`card-${slug}`);
  if (!present) return;
  if (present.contains(document.activeElement)) document.getElementById("features-title").focus?.();
  present.remove();
  if (!document.querySelector("[data-card]")) soon("cards");
}

/** A stage moves its step's bar at once, without asking the server. */
function stage(event) {
  const run = document.getElementById(`run-${event.run}`);
  if (!run) return soon("building");
  const name = event.stage === "prompt" ? (run.querySelector("[data-plan]").textContent.trim() ? "write" : "understand") : STEP_OF[event.stage];
  let at = STEPS.indexOf(name);
  if (event.outcome === "passed" && (event.stage === "prompt" || LAST_OF_STEP.has(event.stage))) at = event.stage === "prompt" ? 2 : at + 1;
  const bad = event.outcome === "refused" || event.outcome === "failed";
  for (const [index, step] of [...run.querySelectorAll("[data-step]")].entries()) {
    const state = index < at ? "done" : index > at ? "todo" : bad ? "failed" : "now";
    if (step.dataset.state === state) continue;
    step.dataset.state = state;
    step.querySelector("[data-step-word]").textContent = t(`step_${state}`);
  }
  if (event.attempt > 1 && event.outcome === "running") soon("building");
}

function warm(event) {
  const box = document.getElementById("warming");
  if (!box || event.finished || event.failure) return soon("sentence");
  const bar = box.querySelector("progress");
  bar.max = Math.max(1, event.total);
  bar.value = event.done;
  box.querySelector("[data-warm-text]").textContent = t("warm_progress", { done: event.done, total: event.total });
}

const handlers = {
  request_created: () => soon("wanted", "sentence", "activity"),
  request_changed: () => soon("wanted", "sentence", "activity"),
  vote_changed: (event) => {
    showVotes(event.request, event.votes);
    soon("wanted");
  },
  run_started: () => soon("building", "sentence", "wanted"),
  run_planned: (event) => {
    const plan = document.querySelector(`#run-${CSS.escape(event.run)} [data-plan]`);
    if (plan) plan.textContent = event.plan;
    else soon("building");
    stage({ ...event, stage: "prompt", outcome: "running", attempt: 1 });
  },
  run_stage: stage,
  run_ended: () => {
    soon("building", "sentence", "wanted", "activity");
    setTimeout(() => soon("building"), ENDED_STAYS_MS);
  },
  feature_mounted: (event) => {
    card(event.feature, event.title, event.new);
    soon("sentence", "activity");
  },
  feature_changed: (event) => {
    card(event.feature, "", false);
    soon("sentence", "activity");
  },
  feature_removed: (event) => {
    gone(event.feature);
    announce(t("removed_feature", { title: event.title }));
    soon("sentence", "activity");
  },
  live_changed: () => {
    refresh("sentence", undefined, SETTLES_MS);
    refresh("activity", undefined, SETTLES_MS);
  },
  warm_progress: warm,
};

export function startHome() {
  stream.addEventListener("event", (event) => handlers[event.detail.kind]?.(event.detail));
  stream.addEventListener("gap", () => soon(...PARTS));
  document.addEventListener("kandra:due", () => soon("sentence"));
}
