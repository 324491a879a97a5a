// Short notes at the edge of the page, spoken politely; nothing below them moves.
import { element } from "./words.js";

const region = document.getElementById("toasts");
const MOST = 3;
const LASTS_MS = 9000;

/** Shows a sentence; `link` is {href, text} or {text, run}. One key replaces its older note. */
export function announce(text, link = null, key = text) {
  for (const old of region.children) if (old.dataset.toast === key) old.remove();
  while (region.children.length >= MOST) region.firstElementChild.remove();
  const action = link && (link.href ? element("a", { href: link.href }, link.text) : element("button", { type: "button", on: { click: link.run } }, link.text));
  const toast = element("div", { class: "toast", "data-toast": key }, element("span", { dir: "auto" }, text), action);
  region.append(toast);
  let timer = setTimeout(() => toast.remove(), LASTS_MS);
  const wait = () => clearTimeout(timer);
  const go = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), LASTS_MS / 3);
  };
  toast.addEventListener("pointerenter", wait);
  toast.addEventListener("focusin", wait);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusout", go);
}
