// Tells when the server has been renewed since this page was loaded; reloading is the visitor's decision.
import { announce } from "./announce.js";
import { stream } from "./stream.js";
import { t } from "./words.js";

export function startVersion() {
  const ours = document.documentElement.dataset.version;
  let told = false;
  let first = true;
  stream.addEventListener("state", async (event) => {
    if (!event.detail.open || told) return;
    if (first) {
      first = false;
      return;
    }
    const answer = await fetch("/fragments/version").catch(() => null);
    if (!answer?.ok || (await answer.text()).trim() === ours) return;
    told = true;
    announce(t("updated"), { text: t("reload"), run: () => location.reload() });
  });
}
