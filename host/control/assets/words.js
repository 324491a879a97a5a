// The page's sentences for scripts, as the server put them into #words.
const sentences = JSON.parse(document.getElementById("words").textContent);

/** The sentence of a key with its {placeholders} filled in. */
export function t(key, values = {}) {
  const text = sentences[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** A count of votes in words. */
export const votesText = (n) => t(n === 1 ? "votes_one" : "votes_other", { n: n.toLocaleString(document.documentElement.lang) });

/** An element with text and attributes; text is never markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "on") for (const [event, handler] of Object.entries(value)) made.addEventListener(event, handler);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
