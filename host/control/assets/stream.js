// What happens on the server, as events of this page: "event" (detail: the event), "gap" (something may have been missed),
// "state" (detail: open or lost) and "topic" (detail: feature, topic, data).
import { t } from "./words.js";

const root = document.documentElement;
const LOST_SHOWN_AFTER_MS = 1500;
const HIDDEN_CLOSES_AFTER_MS = 20_000;
export const stream = new EventTarget();

let port = null;
let last = Number(root.dataset.event || 0);
let features = null;
let lostTimer = 0;
let joined = false;

const send = (message) => port?.postMessage(message);
const emit = (name, detail) => stream.dispatchEvent(new CustomEvent(name, { detail }));

function showState(open) {
  const region = document.getElementById("connection");
  clearTimeout(lostTimer);
  if (open) region.textContent = "";
  else lostTimer = setTimeout(() => (region.textContent = t("reconnecting")), LOST_SHOWN_AFTER_MS);
}

function receive(message) {
  if (message.type === "event") {
    if (message.event.id) last = Math.max(last, Number(message.event.id));
    emit("event", message.event);
  } else if (message.type === "state") {
    showState(message.open);
    emit("state", { open: message.open });
    if (message.gap) emit("gap");
  } else if (message.type === "topic") emit("topic", message);
}

function join() {
  if (joined) return;
  joined = true;
  send({ type: "join", last });
  if (features) send(features);
}

function leave() {
  if (!joined) return;
  joined = false;
  send({ type: "bye" });
}

/** Tells which features have a frame on this page. */
export function watch(slugs) {
  const base = root.dataset.live.replace("{slug}", "kandra");
  features = { type: "features", base, features: slugs };
  if (joined) send(features);
}

async function ownPort() {
  const { Streams } = await import("./hub-core.js");
  const streams = new Streams();
  const self = { postMessage: (message) => queueMicrotask(() => receive(message)) };
  let hiddenTimer = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiddenTimer);
    if (document.hidden) hiddenTimer = setTimeout(leave, HIDDEN_CLOSES_AFTER_MS);
    else join();
  });
  return { postMessage: (message) => streams.receive(self, message) };
}

/** Begins; safe to call once. */
export async function start() {
  try {
    const worker = new SharedWorker(new URL("./hub-worker.js", import.meta.url), { type: "module", name: "kandra" });
    worker.port.addEventListener("message", (event) => receive(event.data));
    worker.addEventListener("error", async () => {
      if (port !== worker.port) return;
      joined = false;
      port = await ownPort();
      join();
    });
    worker.port.start();
    port = worker.port;
  } catch {
    port = await ownPort();
  }
  join();
  setInterval(() => joined && send({ type: "alive" }), 30_000);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => event.persisted && join());
}
