// Colours and language. Kandra sets no cookie, so a chosen language travels in links and is kept in this browser.
import { read, write } from "./store.js";
import { t } from "./words.js";

const root = document.documentElement;
const CHOICES = ["auto", "light", "dark"];
const darkScheme = matchMedia("(prefers-color-scheme: dark)");
// Kept from the event: to read `matches` between a change and its event makes Chromium drop the event.
let dark = darkScheme.matches;

/** `light` or `dark`, as it is shown now. */
export function theme() {
  const chosen = root.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : dark ? "dark" : "light";
}

const tell = () => document.dispatchEvent(new CustomEvent("kandra:theme"));

function themeButton() {
  const button = document.getElementById("theme");
  const show = () => (button.textContent = t(`theme_${root.dataset.theme}`));
  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    root.dataset.theme = CHOICES[(CHOICES.indexOf(root.dataset.theme) + 1) % CHOICES.length];
    try {
      localStorage.setItem("kandra.theme", root.dataset.theme);
    } catch {
      // Lasts as long as the page.
    }
    show();
    tell();
  });
  darkScheme.addEventListener("change", (event) => {
    dark = event.matches;
    tell();
  });
}

function carryLanguage(event) {
  const link = event.target.closest?.("a[href]");
  const language = read("language", null);
  if (!link || !language || link.origin !== location.origin || link.dataset.language || link.pathname.startsWith("/api/")) return;
  const to = new URL(link.href);
  if (to.pathname === location.pathname && to.hash) return;
  to.searchParams.set("lang", language);
  link.href = to.pathname + to.search + to.hash;
}

export function startPreferences() {
  themeButton();
  for (const link of document.querySelectorAll("[data-language]")) link.addEventListener("click", () => write("language", link.dataset.language));
  document.addEventListener("pointerdown", carryLanguage, true);
  document.addEventListener("keydown", carryLanguage, true);
  document.addEventListener("click", carryLanguage, true);
}
