// Small values that the page keeps in this browser. Without storage (private windows) they last as long as the page.
const memory = new Map();

export function read(key, fallback) {
  try {
    const text = localStorage.getItem(`kandra.${key}`);
    if (text !== null) return JSON.parse(text);
  } catch {
    if (memory.has(key)) return memory.get(key);
  }
  return memory.get(key) ?? fallback;
}

export function write(key, value) {
  memory.set(key, value);
  try {
    localStorage.setItem(`kandra.${key}`, JSON.stringify(value));
  } catch {
    // Full or switched off: the memory above serves.
  }
}

/** A bounded set of ids: what this visitor asked for or voted for. */
export class Remembered {
  constructor(key, most) {
    this.key = key;
    this.most = most;
  }
  has(id) {
    return read(this.key, []).includes(id);
  }
  set(id, present) {
    const rest = read(this.key, []).filter((other) => other !== id);
    write(this.key, (present ? [...rest, id] : rest).slice(-this.most));
  }
}

export const votes = new Remembered("votes", 500);
export const mine = new Remembered("mine", 50);
