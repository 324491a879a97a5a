// A request's own page for whoever asked: change it or take it back before it runs.
import { announce } from "./announce.js";
import { prepare, why, write } from "./pow.js";
import { onChange } from "./refresh.js";
import { mine } from "./store.js";
import { element, t } from "./words.js";

const reveal = () => {
  for (const box of document.querySelectorAll("[data-own]")) box.hidden = !mine.has(box.dataset.own);
};

async function act(button, work, done) {
  button.disabled = true;
  try {
    await work();
    announce(done);
    document.dispatchEvent(new CustomEvent("kandra:acted"));
  } catch (error) {
    announce(why(error, t, "failed_send"));
  } finally {
    button.disabled = false;
  }
}

function edit(box) {
  if (box.querySelector("form")) return;
  const title = element("input", { name: "title", type: "text", dir: "auto", minlength: "3", maxlength: "120", required: true, "aria-label": t("change"), value: box.dataset.title });
  const details = element("textarea", { name: "details", dir: "auto", rows: "4", maxlength: "2000", "aria-label": t("details") });
  details.value = box.dataset.details;
  const save = element("button", { type: "submit", class: "primary" }, t("save"));
  const form = element("form", { class: "owner-form", "data-client": true }, title, details, save);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(save, async () => {
      await write("PATCH", `/api/requests/${box.dataset.own}`, { title: title.value.trim(), details: details.value.trim() });
      form.remove();
    }, t("changed"));
  });
  box.append(form);
  title.focus();
}

export function startOwn() {
  reveal();
  onChange(reveal);
  document.addEventListener("focusin", (event) => event.target.closest?.("[data-own]") && prepare());
  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-own]");
    if (!box) return;
    if (event.target.closest("[data-change]")) edit(box);
    const withdraw = event.target.closest("[data-withdraw]");
    if (withdraw) act(withdraw, () => write("DELETE", `/api/requests/${box.dataset.own}`), t("withdrawn"));
  });
}
