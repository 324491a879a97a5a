// Countdowns, elapsed times and "3 minutes ago", by the server's clock.
const root = document.documentElement;
// A small difference is the time that the page took to arrive; a large one is a clock that is wrong.
const measured = Number(root.dataset.now || Date.now()) - Date.now();
const offset = Math.abs(measured) < 3000 ? 0 : measured;
const relative = new Intl.RelativeTimeFormat(root.lang, { numeric: "always" });
let ticks = 0;

/** Milliseconds since the epoch as the server counts them. */
export const now = () => Date.now() + offset;

/** `0:42`. */
export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function ago(node, then) {
  const s = (now() - then) / 1000;
  if (s < 10) return;
  const [unit, size] = s < 60 ? ["second", 1] : s < 3600 ? ["minute", 60] : s < 86400 ? ["hour", 3600] : ["day", 86400];
  put(node, relative.format(-Math.floor(s / size), unit));
}

/** Brings every clock under `scope` up to date. */
export function tick(scope = document) {
  const at = now();
  for (const node of scope.querySelectorAll("[data-countdown]")) {
    const left = Number(node.dataset.countdown) - at;
    put(node, left > 0 ? clock(Math.ceil(left / 1000)) : node.dataset.zero || clock(0));
  }
  for (const node of scope.querySelectorAll("[data-elapsed]")) put(node, clock((at - Number(node.dataset.elapsed)) / 1000));
  if (ticks % 10 === 0) for (const node of scope.querySelectorAll("[data-ago]")) ago(node, Number(node.dataset.ago));
}

setInterval(() => {
  if (document.hidden) return;
  ticks += 1;
  tick();
}, 1000);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) tick();
});
