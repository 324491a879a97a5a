// The other pages: fetched anew when something happens that they show, or every few seconds where figures come from live.
import { put } from "./refresh.js";
import { stream } from "./stream.js";

const REGIONS = ["feature-head", "live-region"];
let timer = 0;
let running = false;

async function renew() {
  if (running || document.hidden) return;
  running = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok && answer.status !== 404) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of REGIONS) {
      const target = document.getElementById(id);
      const fresh = page.getElementById(id);
      if (!target || !fresh) continue;
      for (const name of ["data-state"]) if (fresh.hasAttribute(name)) target.setAttribute(name, fresh.getAttribute(name));
      put(target, fresh.innerHTML);
    }
    const frame = page.querySelector("iframe[data-slug]");
    const shown = document.querySelector("iframe[data-slug]");
    if (frame && shown && frame.getAttribute("src") !== shown.getAttribute("src")) {
      shown.dispatchEvent(new CustomEvent("kandra:src", { bubbles: true, detail: frame.getAttribute("src") }));
    }
  } catch {
    // No connection: the stream says so, and the page is fetched again when it is back.
  } finally {
    running = false;
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(renew, 120);
}

/** Whether an event concerns what this page shows. */
function concerns(event) {
  const request = document.querySelector("[data-request]")?.dataset;
  const feature = document.querySelector("[data-feature]")?.dataset.feature;
  switch (document.documentElement.dataset.page) {
    case "request": {
      const run = document.querySelector("[data-run]")?.dataset.run;
      return event.request === request?.request || (run && event.run === run) || event.kind === "run_started";
    }
    case "feature":
      return event.feature === feature;
    case "requests":
      return event.kind.startsWith("request_") || event.kind === "vote_changed" || event.kind === "run_ended";
    case "routes":
    case "status":
      return event.kind.startsWith("feature_") || event.kind === "live_changed" || event.kind === "library_unloaded" || event.kind === "warm_progress";
    default:
      return false;
  }
}

export function startPage() {
  stream.addEventListener("event", (event) => concerns(event.detail) && soon());
  stream.addEventListener("gap", soon);
  document.addEventListener("kandra:acted", soon);
  const every = Number(document.querySelector("[data-every]")?.dataset.every || 0);
  if (every > 0) setInterval(renew, every * 1000);
}
