// Looks for a decimal nonce so that the hexadecimal SHA-256 of prefix + nonce starts with `difficulty` zeros.
import { digest } from "./sha256.js";

function solve(prefix, difficulty) {
  const head = new TextEncoder().encode(prefix);
  const bytes = new Uint8Array(head.length + 96);
  bytes.set(head);
  const whole = Math.floor(difficulty / 8);
  const rest = difficulty % 8;
  for (let nonce = 0; ; nonce += 1) {
    const text = String(nonce);
    for (let i = 0; i < text.length; i += 1) bytes[head.length + i] = text.charCodeAt(i);
    const words = digest(bytes, head.length + text.length);
    let fits = true;
    for (let i = 0; i < whole; i += 1) fits &&= words[i] === 0;
    if (fits && (rest === 0 || words[whole] >>> (32 - 4 * rest) === 0)) return text;
  }
}

self.addEventListener("message", (event) => {
  const { id, prefix, difficulty } = event.data;
  self.postMessage({ id, nonce: difficulty > 0 ? solve(prefix, difficulty) : "0" });
});
