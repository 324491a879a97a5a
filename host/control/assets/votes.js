// Votes: shown at once, taken back when the server refuses. Which requests this visitor voted for is kept in this browser.
import { announce } from "./announce.js";
import { prepare, why, write } from "./pow.js";
import { onChange } from "./refresh.js";
import { mine, votes } from "./store.js";
import { t, votesText } from "./words.js";

const busy = new Set();

/** Shows a count wherever the request stands on the page. */
export function showVotes(id, count) {
  for (const node of document.querySelectorAll(`[data-votes="${CSS.escape(id)}"]`)) node.textContent = count.toLocaleString(document.documentElement.lang);
  for (const node of document.querySelectorAll(`[data-votes-words="${CSS.escape(id)}"]`)) node.textContent = votesText(count);
}

function press(id, pressed) {
  for (const node of document.querySelectorAll(`[data-vote="${CSS.escape(id)}"]`)) {
    if (node.hasAttribute("aria-pressed")) node.setAttribute("aria-pressed", String(pressed));
  }
}

/** Gives a vote or takes it back. */
export async function toggleVote(id, title) {
  if (busy.has(id)) return;
  busy.add(id);
  const buttons = () => document.querySelectorAll(`[data-vote="${CSS.escape(id)}"]`);
  const pressed = !votes.has(id);
  press(id, pressed);
  for (const button of buttons()) button.setAttribute("aria-busy", "true");
  try {
    const answer = await write(pressed ? "POST" : "DELETE", `/api/requests/${id}/vote`);
    votes.set(id, pressed);
    if (typeof answer?.votes === "number") showVotes(id, answer.votes);
    announce(t(pressed ? "vote_counted" : "vote_taken", { title }), null, `vote-${id}`);
    return true;
  } catch (error) {
    press(id, !pressed);
    announce(why(error, t, "vote_failed"), null, `vote-${id}`);
    return false;
  } finally {
    busy.delete(id);
    for (const button of buttons()) button.removeAttribute("aria-busy");
  }
}

function mark(scope) {
  for (const button of scope.querySelectorAll("[data-vote][aria-pressed]")) {
    const id = button.dataset.vote;
    if (!busy.has(id)) button.setAttribute("aria-pressed", String(votes.has(id) || mine.has(id)));
  }
}

export function startVotes() {
  mark(document);
  onChange(mark);
  const early = (event) => {
    if (event.target.closest?.("[data-vote]")) prepare();
  };
  document.addEventListener("pointerover", early);
  document.addEventListener("focusin", early);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-vote]");
    if (button && !button.disabled) toggleVote(button.dataset.vote, button.dataset.title);
  });
}
