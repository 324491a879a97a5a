// The page's side of the widgets: who they are, their height, their small storage, their topics. A frame is known by its
// window (event.source) and speaks version 1; anything else is ignored. Frames are strangers: nothing they say becomes markup.
import { theme } from "./prefs.js";
import { onChange } from "./refresh.js";
import { read, write } from "./store.js";
import { keep } from "./storage.js";
import { stream, watch } from "./stream.js";
import { t, element } from "./words.js";
import { visitorOf } from "./visitor.js";

const VERSION = 1;
const LOWEST = 96;
const HIGHEST = 640;
const GROWTHS = 10;
const GROWTH_WINDOW_MS = 3000;
const SILENT_AFTER_MS = 5000;
const hover = matchMedia("(hover: hover)");
const known = new Map();
const pending = new Map();

const frames = () => document.querySelectorAll("iframe[data-slug]");
const post = (frame, message) => frame.contentWindow?.postMessage({ kandra: VERSION, ...message }, "*");
const attended = (frame) => document.activeElement === frame;

function entryOf(frame) {
  if (!known.has(frame)) known.set(frame, { busy: false, topics: new Set(), growths: [], frozen: false, heard: false, next: null, retries: 0, timer: 0 });
  return known.get(frame);
}

function setHeight(frame, height) {
  frame.parentElement.style.blockSize = `${height}px`;
  const heights = read("heights", {});
  if (heights[frame.dataset.slug] === height) return;
  heights[frame.dataset.slug] = height;
  write("heights", Object.fromEntries(Object.entries(heights).slice(-200)));
}

/** Other cards do not push what is under the pointer: their new height waits until it leaves. */
function mayMove(frame) {
  const cards = frame.closest(".cards");
  if (!cards || !hover.matches || !cards.matches(":hover")) return true;
  return frame.closest(".card").matches(":hover") || attended(frame);
}

function height(frame, asked) {
  const entry = entryOf(frame);
  if (!Number.isFinite(asked) || entry.frozen) return;
  const next = Math.min(HIGHEST, Math.max(LOWEST, Math.ceil(asked)));
  const current = frame.parentElement.offsetHeight;
  if (Math.abs(next - current) < 2) return;
  if (next > current) {
    const at = performance.now();
    entry.growths = [...entry.growths.filter((then) => at - then < GROWTH_WINDOW_MS), at];
    if (entry.growths.length > GROWTHS) {
      entry.frozen = true;
      frame.dataset.frozen = "";
      return;
    }
  }
  if (mayMove(frame)) setHeight(frame, next);
  else pending.set(frame, next);
}

function settle(card) {
  for (const [frame, next] of pending) {
    if (!frame.isConnected) pending.delete(frame);
    else if (!card || card.contains(frame)) {
      pending.delete(frame);
      setHeight(frame, next);
    }
  }
}

async function greet(frame, entry) {
  entry.heard = true;
  entry.retries = 0;
  clearTimeout(entry.timer);
  frame.parentElement.querySelector(".frame-note")?.remove();
  const visitor = await visitorOf(frame.dataset.slug);
  post(frame, { type: "init", theme: theme(), locale: document.documentElement.lang, visitor });
}

function load(frame, source) {
  const entry = entryOf(frame);
  Object.assign(entry, { busy: false, topics: new Set(), growths: [], frozen: false, heard: false, next: null });
  delete frame.dataset.frozen;
  frame.src = source;
}

/** A new revision: at once, or when the visitor is done with what is in the frame. */
function offer(frame, source) {
  const entry = entryOf(frame);
  if (entry.busy || attended(frame)) entry.next = source;
  else load(frame, source);
}

function takeOffer(frame) {
  const entry = entryOf(frame);
  if (entry.next && !entry.busy && !attended(frame)) load(frame, entry.next);
}

function silent(frame) {
  const entry = entryOf(frame);
  clearTimeout(entry.timer);
  entry.timer = setTimeout(() => {
    if (entry.heard || !frame.isConnected || attended(frame)) return;
    if (!frame.parentElement.querySelector(".frame-note")) frame.parentElement.append(element("p", { class: "frame-note", "data-client": true }, t("frame_failed")));
    entry.timer = setTimeout(() => frame.isConnected && !attended(frame) && load(frame, frame.src), Math.min(60_000, 5000 * 2 ** entry.retries++));
  }, SILENT_AFTER_MS);
}

function receive(event) {
  const message = event.data;
  if (message === null || typeof message !== "object" || message.kandra !== VERSION || typeof message.type !== "string") return;
  const frame = [...frames()].find((one) => one.contentWindow === event.source);
  if (!frame) return;
  const entry = entryOf(frame);
  if (message.type === "hello") greet(frame, entry);
  else if (message.type === "height") height(frame, Number(message.height));
  else if (message.type === "storage") post(frame, { type: "storage", id: message.id, ...keep(frame.dataset.slug, message) });
  else if (message.type === "subscribe" && typeof message.topic === "string" && entry.topics.size < 32) entry.topics.add(message.topic.slice(0, 80));
  else if (message.type === "busy") {
    entry.busy = message.busy === true;
    takeOffer(frame);
  }
}

function adopt() {
  const slugs = [];
  const heights = read("heights", {});
  for (const frame of frames()) {
    slugs.push(frame.dataset.slug);
    if (frame.dataset.client) continue;
    frame.dataset.client = "1";
    const remembered = heights[frame.dataset.slug];
    if (Number.isFinite(remembered)) frame.parentElement.style.blockSize = `${Math.min(HIGHEST, Math.max(LOWEST, remembered))}px`;
    frame.addEventListener("load", () => {
      const entry = entryOf(frame);
      if (!entry.heard) silent(frame);
    });
    frame.closest(".card")?.addEventListener("pointerenter", (event) => settle(event.currentTarget));
  }
  for (const frame of known.keys()) if (!frame.isConnected) known.delete(frame);
  watch(slugs);
}

export function startFrames() {
  addEventListener("message", receive);
  const early = window.kandraEarly ?? [];
  window.kandraEarly = null;
  adopt();
  for (const event of early) receive(event);
  onChange(adopt);
  document.getElementById("cards")?.addEventListener("pointerleave", () => settle(null));
  document.addEventListener("kandra:src", (event) => offer(event.target, event.detail));
  document.addEventListener("kandra:theme", () => {
    for (const frame of frames()) post(frame, { type: "theme", theme: theme() });
  });
  document.addEventListener("focusin", () => frames().forEach(takeOffer));
  stream.addEventListener("topic", ({ detail }) => {
    for (const frame of frames()) {
      if (frame.dataset.slug !== detail.feature || !entryOf(frame).topics.has(detail.topic)) continue;
      post(frame, { type: "event", topic: detail.topic, data: detail.data });
    }
  });
  stream.addEventListener("event", ({ detail }) => {
    if (detail.kind !== "live_changed" || detail.condition !== "serving") return;
    for (const frame of frames()) if (!entryOf(frame).heard && frame.dataset.client && frame.parentElement.querySelector(".frame-note")) load(frame, frame.src);
  });
}
