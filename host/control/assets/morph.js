// Makes a part of the page like a newly rendered one by changing as little as possible: nodes keep their identity, and so focus,
// open details, what is typed, and frames.
const KEPT = new Set(["open", "aria-pressed", "aria-busy", "style", "data-client"]);

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.key || "" : "");

const keeps = (node, name) => KEPT.has(name) || (name === "hidden" && node.matches("[data-owner], [data-own], [data-copy]"));

function attributes(node, wanted) {
  for (const { name, value } of wanted.attributes) {
    if (keeps(node, name) || node.getAttribute(name) === value) continue;
    if (node.tagName === "IFRAME" && name === "src") {
      node.dispatchEvent(new CustomEvent("kandra:src", { bubbles: true, detail: value }));
      continue;
    }
    node.setAttribute(name, value);
  }
  for (const { name } of [...node.attributes]) if (!wanted.hasAttribute(name) && !keeps(node, name)) node.removeAttribute(name);
}

function nodes(target, wanted, how) {
  const list = target.hasAttribute?.("data-ordered");
  const still = list && (how.still || target.querySelector("iframe"));
  const keyed = new Map();
  for (const child of target.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  const used = new Set();
  let cursor = target.firstChild;
  for (const next of [...wanted.childNodes]) {
    const key = keyOf(next);
    let match = key ? keyed.get(key) : cursor;
    while (!key && match && (keyOf(match) || match.nodeType !== next.nodeType || match.nodeName !== next.nodeName || used.has(match))) match = match.nextSibling;
    if (match && match.nodeName === next.nodeName && !used.has(match)) {
      used.add(match);
      if (match === cursor) cursor = cursor.nextSibling;
      else if (!still) target.insertBefore(match, cursor);
      morph(match, next, how);
    } else {
      const made = document.importNode(next, true);
      used.add(made);
      target.insertBefore(made, still ? null : cursor);
      if (made.nodeType === Node.ELEMENT_NODE) how.added?.(made);
    }
  }
  for (const child of [...target.childNodes]) if (!used.has(child)) child.remove();
}

/** `how.still`: lists marked data-ordered keep their order and take new entries at their end. `how.added`: told of new elements. */
export function morph(target, wanted, how = {}) {
  if (target.nodeType !== Node.ELEMENT_NODE) {
    if (target.nodeValue !== wanted.nodeValue) target.nodeValue = wanted.nodeValue;
    return;
  }
  if (target.isEqualNode(wanted)) return;
  attributes(target, wanted);
  if (target.tagName === "IFRAME" || target === document.activeElement?.closest?.("textarea")) return;
  nodes(target, wanted, how);
}
