// Buttons that copy a link; also where the clipboard needs a secure origin and there is none (a phone on the LAN).
import { announce } from "./announce.js";
import { onChange } from "./refresh.js";
import { t } from "./words.js";

async function copy(text) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("not copied");
}

const reveal = (scope) => {
  for (const button of scope.querySelectorAll("[data-copy]")) button.hidden = false;
};

export function startCopy() {
  reveal(document);
  onChange(reveal);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await copy(new URL(button.dataset.copy, location.origin).href);
      announce(t("copied"));
    } catch {
      document.getElementById("share")?.select();
      announce(t("copy_failed"));
    }
    button.focus();
  });
}
