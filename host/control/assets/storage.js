// kandra.storage of the widgets, kept by the page: per feature, at most 64 KiB in all.
import { read, write } from "./store.js";

const MOST_BYTES = 64 * 1024;
const LONGEST_KEY = 200;

/** Carries out one operation; answers {value} or {error}. */
export function keep(slug, { op, key, value }) {
  if (typeof key !== "string" || key.length === 0 || key.length > LONGEST_KEY) return { error: `a key is 1 to ${LONGEST_KEY} characters` };
  const place = `of.${slug}`;
  const all = new Map(Object.entries(read(place, {})));
  if (op === "get") return { value: all.get(key) ?? null };
  if (op === "remove") all.delete(key);
  else if (op === "set" && typeof value === "string") all.set(key, value);
  else return { error: "an operation is get, set (with a text) or remove" };
  const made = Object.fromEntries(all);
  if (new TextEncoder().encode(JSON.stringify(made)).length > MOST_BYTES) return { error: "a feature keeps at most 64 KiB here" };
  write(place, made);
  return { value: value ?? null };
}
