// kandra, version 1: what a page of a feature can ask of the host. Works in a widget's frame, whose page answers by messages,
// and on a page of its own. Names are only ever added.
(() => {
  "use strict";
  const VERSION = 1;
  const slug = document.currentScript.dataset.feature;
  const base = `/${slug}`;
  const framed = window.parent !== window;
  const NativeEventSource = window.EventSource;
  const state = { theme: "", locale: document.documentElement.lang || navigator.language || "en", visitor: "" };

  const post = (type, more) => {
    if (framed) window.parent.postMessage({ kandra: VERSION, type, ...more }, "*");
  };

  // --- init: theme, locale, visitor -------------------------------------------------------------------------------
  let greeted;
  const ready = new Promise((resolve) => {
    greeted = resolve;
    // A page that never answers must not hold a request for ever.
    setTimeout(resolve, framed ? 800 : 0);
  });

  function setTheme(theme) {
    if (theme !== "light" && theme !== "dark") return;
    state.theme = theme;
    document.documentElement.dataset.theme = theme;
    window.dispatchEvent(new CustomEvent("kandra:theme", { detail: theme }));
  }

  addEventListener("message", (event) => {
    const message = event.data;
    if (!framed || event.source !== window.parent || message === null || typeof message !== "object" || message.kandra !== VERSION) return;
    if (message.type === "init") {
      if (typeof message.locale === "string" && message.locale) state.locale = message.locale;
      if (typeof message.visitor === "string") state.visitor = message.visitor;
      setTheme(message.theme);
      greeted();
    } else if (message.type === "theme") setTheme(message.theme);
    else if (message.type === "event") deliver(message.topic, message.data);
    else if (message.type === "storage") settle(message);
  });

  // --- requests ---------------------------------------------------------------------------------------------------
  function address(path) {
    const text = String(path);
    if (text === base || text.startsWith(`${base}/`) || /^[a-z][a-z0-9+.-]*:/i.test(text)) return text;
    return `${base}/${text.replace(/^\.?\/+/, "")}`;
  }

  function body(value, headers) {
    if (value instanceof FormData && [...value.values()].every((part) => typeof part === "string")) return new URLSearchParams(value);
    const plain = value !== null && typeof value === "object" && [Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(value));
    if (!plain) return value;
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    return JSON.stringify(value);
  }

  /** Asks the feature; answers what it sent (JSON is parsed), throws an Error with its sentence when it refuses. */
  async function ask(path, init = {}) {
    await ready;
    const headers = new Headers(init.headers);
    if (state.visitor && !headers.has("x-kandra-visitor")) headers.set("x-kandra-visitor", state.visitor);
    const answer = await fetch(address(path), { ...init, headers, body: init.body === undefined ? undefined : body(init.body, headers) });
    const text = await answer.text();
    const json = /[/+]json\b/.test(answer.headers.get("content-type") ?? "");
    let value = text;
    if (json && text) {
      try {
        value = JSON.parse(text);
      } catch {
        throw Object.assign(new Error("The answer is not valid JSON."), { status: answer.status });
      }
    }
    if (!answer.ok) {
      const sentence = (json && typeof value?.error === "string" && value.error) || `The request failed (${answer.status}).`;
      throw Object.assign(new Error(sentence), { status: answer.status, body: value });
    }
    if (!["GET", "HEAD"].includes((init.method ?? "GET").toUpperCase())) requestAnimationFrame(tellBusy);
    return text === "" && (json || answer.status === 204) ? null : value;
  }

  // --- events -----------------------------------------------------------------------------------------------------
  const listeners = new Map();
  let hub = null;

  function deliver(topic, data) {
    for (const listener of [...(listeners.get(topic) ?? [])]) {
      try {
        listener(data, topic);
      } catch (error) {
        reportError(error);
      }
    }
  }

  function openHub() {
    if (hub || framed || !NativeEventSource) return;
    let lost = false;
    hub = new NativeEventSource(`/_kandra/hub?features=${slug}`);
    hub.addEventListener("topic", (event) => {
      const message = JSON.parse(event.data);
      deliver(message.topic, message.data);
    });
    hub.onopen = () => {
      // What was missed is not known, so whoever listens looks again.
      if (lost) deliver("changed", null);
      lost = false;
    };
    hub.onerror = () => {
      lost = true;
      if (hub.readyState !== NativeEventSource.CLOSED) return;
      hub = null;
      setTimeout(openHub, 2000 + Math.random() * 2000);
    };
  }

  /** Hears a topic of this feature; answers a function that stops it. */
  function events(topic, listener) {
    const name = String(topic);
    if (!listeners.has(name)) {
      listeners.set(name, new Set());
      post("subscribe", { topic: name });
    }
    listeners.get(name).add(listener);
    openHub();
    return () => listeners.get(name).delete(listener);
  }

  /** In a frame `new EventSource("…/name")` hears the topic `name` through the page's one connection. */
  class SharedEventSource extends EventTarget {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSED = 2;
    constructor(url) {
      super();
      this.url = String(new URL(address(url), document.baseURI));
      this.withCredentials = false;
      this.readyState = 0;
      this.onopen = this.onmessage = this.onerror = null;
      const topic = new URL(this.url).pathname.split("/").filter(Boolean).at(-1) ?? "changed";
      this.stop = events(topic, (data) => {
        const text = typeof data === "string" ? data : JSON.stringify(data);
        for (const type of new Set(["message", topic])) this.emit(new MessageEvent(type, { data: text }));
      });
      setTimeout(() => {
        if (this.readyState !== 0) return;
        this.readyState = 1;
        this.emit(new Event("open"));
      });
    }
    emit(event) {
      if (this.readyState === 2) return;
      const own = { open: this.onopen, message: this.onmessage, error: this.onerror }[event.type];
      if (typeof own === "function") own.call(this, event);
      this.dispatchEvent(event);
    }
    close() {
      this.readyState = 2;
      this.stop();
    }
  }
  if (framed) window.EventSource = SharedEventSource;

  /** Opens a WebSocket of this feature. Its protocol carries the visitor's token, as a browser adds no header. */
  async function socket(path) {
    await ready;
    const url = new URL(address(path), document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    return new WebSocket(url, state.visitor ? ["kandra", `kandra.${state.visitor}`] : ["kandra"]);
  }

  // --- storage ----------------------------------------------------------------------------------------------------
  const waiting = new Map();
  let lastId = 0;

  function settle({ id, value, error }) {
    const wait = waiting.get(id);
    waiting.delete(id);
    if (!wait) return;
    clearTimeout(wait.timer);
    if (error) wait.reject(new Error(String(error)));
    else wait.resolve(value ?? null);
  }

  const own = new Map();
  function keep(op, key, value) {
    const name = `kandra.${slug}.${key}`;
    let store = null;
    try {
      store = window.localStorage;
    } catch {
      // An opaque origin has none: what is kept lasts as long as the page.
    }
    if (op === "get") return (store ? store.getItem(name) : own.get(name)) ?? null;
    if (op === "remove") store ? store.removeItem(name) : own.delete(name);
    else store ? store.setItem(name, value) : own.set(name, value);
    return value ?? null;
  }

  async function storageCall(op, key, value) {
    if (!framed) return keep(op, String(key), value);
    return new Promise((resolve, reject) => {
      const id = ++lastId;
      const timer = setTimeout(() => settle({ id, error: "The page did not answer." }), 5000);
      waiting.set(id, { resolve, reject, timer });
      post("storage", { id, op, key: String(key), value });
    });
  }

  const storage = Object.freeze({
    get: (key) => storageCall("get", key),
    set: (key, value) => storageCall("set", key, String(value)),
    remove: (key) => storageCall("remove", key),
  });

  // --- height, and whether somebody is in the middle of something ---------------------------------------------------
  let toldHeight = 0;
  let toldBusy = false;

  function tellHeight() {
    if (!document.body) return;
    const style = getComputedStyle(document.body);
    const margins = parseFloat(style.marginTop) + parseFloat(style.marginBottom);
    const height = Math.ceil(Math.max(document.body.offsetHeight + (margins || 0), document.documentElement.offsetHeight));
    if (height === toldHeight) return;
    toldHeight = height;
    post("height", { height });
  }

  const isField = (node) => node instanceof HTMLElement && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));

  function unsent(field) {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected) && field.dataset.touched === "1";
    return ["text", "search", "email", "url", "tel", "number", "password", "textarea", "date", "time", "datetime-local"].includes(field.type)
      && field.value !== "" && field.value !== field.defaultValue;
  }

  function tellBusy() {
    const focused = document.hasFocus() && isField(document.activeElement);
    const busy = focused || [...document.querySelectorAll("input, textarea, select")].some(unsent);
    if (busy === toldBusy) return;
    toldBusy = busy;
    post("busy", { busy });
  }

  if (framed) {
    const watch = () => {
      new ResizeObserver(() => requestAnimationFrame(tellHeight)).observe(document.documentElement);
      if (document.body) new ResizeObserver(() => requestAnimationFrame(tellHeight)).observe(document.body);
      tellHeight();
    };
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", watch);
    else watch();
    addEventListener("load", tellHeight);
    addEventListener("change", (event) => {
      if (event.target instanceof HTMLElement) event.target.dataset.touched = "1";
    }, true);
    for (const name of ["focusin", "focusout", "input", "change", "submit", "reset"]) addEventListener(name, () => setTimeout(tellBusy), true);
    addEventListener("blur", () => setTimeout(tellBusy));
  }

  // --- the object ---------------------------------------------------------------------------------------------------
  window.kandra = Object.freeze({
    version: VERSION,
    base,
    ready,
    fetch: ask,
    events,
    socket,
    storage,
    /** The visitor's pseudonymous id for this feature, or an empty text: the third part of the signed token. */
    get visitor() {
      return state.visitor.split(".")[2] ?? "";
    },
    get theme() {
      return state.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    },
    get locale() {
      return state.locale;
    },
  });
  if (!framed) greeted();
  post("hello", {});
})();
