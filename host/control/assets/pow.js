// Proofs of work: begun when a visitor turns to something that will need one, renewed before they expire, used once.
import { now } from "./time.js";

const MARGIN_MS = 15_000;
const UNUSED_MOST = 3;
let worker = null;
let ready = null;
let waiting = new Map();
let renewed = 0;

function solver() {
  if (worker) return worker;
  worker = new Worker(new URL("./pow-worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", (event) => {
    waiting.get(event.data.id)?.resolve(event.data.nonce);
    waiting.delete(event.data.id);
  });
  worker.addEventListener("error", () => {
    for (const one of waiting.values()) one.reject(new Error("the puzzle's worker stopped"));
    waiting = new Map();
    worker = null;
  });
  return worker;
}

function begin() {
  const made = (async () => {
    const answer = await fetch("/api/challenge", { cache: "no-store" });
    if (!answer.ok) throw new Error(`challenge: ${answer.status}`);
    const challenge = await answer.json();
    const nonce = await new Promise((resolve, reject) => {
      waiting.set(challenge.id, { resolve, reject });
      solver().postMessage({ id: challenge.id, prefix: challenge.prefix, difficulty: challenge.difficulty });
    });
    const expires = typeof challenge.expiresAt === "number" ? challenge.expiresAt : Date.parse(challenge.expiresAt);
    return { id: challenge.id, nonce, expires };
  })();
  made.catch(() => {
    if (ready === made) ready = null;
  });
  made.then(({ expires }) => {
    setTimeout(() => {
      if (ready !== made) return;
      ready = null;
      renewed += 1;
      if (renewed < UNUSED_MOST && !document.hidden) prepare();
    }, Math.max(0, expires - now() - MARGIN_MS));
  }, () => {});
  return made;
}

/** Begins a proof unless there is one. */
export function prepare() {
  ready ??= begin();
}

/** The headers of one proof; the next call makes a new one. */
async function headers() {
  prepare();
  renewed = 0;
  const taken = ready;
  const proof = await taken;
  if (ready === taken) ready = null;
  if (proof.expires - now() < 1000) return headers();
  return { "X-Challenge-Id": proof.id, "X-Challenge-Nonce": proof.nonce };
}

/** What the server refused: `status`, stable `code`, its sentence. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem?.error || problem?.detail || problem?.title || "");
    this.status = status;
    this.code = problem?.code || "";
  }
}

/** A write with a proof of work. One that was refused for its proof is tried once more with a new one. */
export async function write(method, path, body, again = true) {
  const proof = await headers();
  const answer = await fetch(path, {
    method,
    headers: { ...proof, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    data = null;
  }
  if (answer.ok) return data;
  const refusal = new Refusal(answer.status, data);
  if (again && /challenge|proof|pow/.test(refusal.code)) return write(method, path, body, false);
  throw refusal;
}

/** The sentence for a failed write: the server's own where it has one. */
export function why(error, t, fallback) {
  if (error instanceof Refusal) {
    if (error.status === 429) return error.message || t("failed_rate");
    if (/challenge|proof|pow/.test(error.code)) return t("failed_puzzle");
    return error.message || t(fallback);
  }
  return navigator.onLine ? t(fallback) : t("failed_offline");
}
