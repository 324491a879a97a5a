// Fetches parts of the page anew, rendered by the same templates, and morphs them in. Nothing moves under a pointer or a focus:
// while one rests in a zone, its lists keep their order, and the new order follows when it leaves.
import { morph } from "./morph.js";
import { tick } from "./time.js";

const ZONE = ".home-side, .cards, .runs, #live-region";
const GAP_MS = 150;
const hover = matchMedia("(hover: hover)");
const waiting = new Map();
const owed = new Map();
const after = new Set();

/** Runs after every change of the page, with the element that changed. */
export const onChange = (handler) => after.add(handler);

const busy = (zone) => (hover.matches && zone.matches(":hover")) || zone.contains(document.activeElement);

function zoneOf(node) {
  return node.closest(ZONE) ?? node.querySelector(ZONE);
}

/** Puts rendered HTML (the inside of `target`) in its place. */
export function put(target, html, added) {
  const zone = zoneOf(target);
  const still = Boolean(zone && busy(zone));
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const wanted = target.cloneNode(false);
  wanted.append(holder.content);
  morph(target, wanted, { still, added });
  tick(target);
  for (const handler of after) handler(target);
  return still;
}

async function load(part, url) {
  const target = document.getElementById(part);
  if (!target) return;
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  if (put(target, await answer.text())) {
    owed.set(part, url);
    zoneOf(target).addEventListener("pointerleave", settle, { once: true });
    zoneOf(target).addEventListener("focusout", settle, { once: true });
  }
}

function settle() {
  setTimeout(() => {
    for (const [part, url] of [...owed]) {
      owed.delete(part);
      refresh(part, url);
    }
  }, 400);
}

/** Brings a part up to date soon; many calls in a row become one or two. */
export function refresh(part, url = `/fragments/${part}?lang=${document.documentElement.lang}`, delay = 0) {
  const entry = waiting.get(part);
  if (entry) {
    entry.again = true;
    return;
  }
  const mine = { again: false };
  waiting.set(part, mine);
  setTimeout(async () => {
    mine.again = false;
    try {
      await load(part, url);
    } catch {
      // No connection: the stream notices too, and everything is refreshed when it is back.
    }
    setTimeout(() => {
      waiting.delete(part);
      if (mine.again) refresh(part, url);
    }, GAP_MS);
  }, delay);
}
