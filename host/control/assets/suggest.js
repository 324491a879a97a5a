// What is like the words in the ask box: requests to vote for, features that are here already.
import { votes } from "./store.js";
import { element, t, votesText } from "./words.js";

const MOST = 3;

function request(one) {
  const pressed = votes.has(one.id);
  return element(
    "li",
    { "data-key": one.id },
    element("span", { class: "similar-text" }, element("a", { href: `/requests/${one.id}`, dir: "auto" }, one.title), element("small", {}, `${t("similar_request")} · ${votesText(one.votes)}`)),
    element("button", { type: "button", "data-vote": one.id, "data-title": one.title, "aria-pressed": String(pressed), class: "quiet" }, t("vote")),
  );
}

function feature(one) {
  return element(
    "li",
    { "data-key": one.slug },
    element("span", { class: "similar-text" }, element("a", { href: `/features/${one.slug}`, dir: "auto" }, one.title), element("small", {}, t("similar_feature"))),
    element("a", { class: "button quiet", href: `/features/${one.slug}`, "aria-label": `${t("open")}: ${one.title}` }, t("open")),
  );
}

/** Fills the list; false when there is nothing to show. */
export function showSuggestions(list, found) {
  const items = [...(found.features ?? []).map(feature), ...(found.requests ?? []).map(request)].slice(0, MOST);
  list.replaceChildren(...items);
  return items.length > 0;
}
