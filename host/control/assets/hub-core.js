// One event stream of control and one of live, shared by all ports: tabs when this runs in a SharedWorker, else one page.
const KINDS = [
  "request_created", "request_changed", "vote_changed", "run_started", "run_planned", "run_stage", "run_ended", "feature_mounted", "feature_changed",
  "feature_removed", "grants_changed", "library_unloaded", "live_changed", "warm_progress",
];
const LEASE_MS = 150_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

/** An EventSource that comes back also after an answer that ends it for good. */
class Lasting {
  constructor(url, names, on) {
    Object.assign(this, { url, names, on, wait: FIRST_RETRY_MS, timer: 0, source: null, lost: false });
    this.open();
  }
  open() {
    const source = new EventSource(this.url());
    this.source = source;
    source.onopen = () => {
      this.wait = FIRST_RETRY_MS;
      const again = this.lost;
      this.lost = false;
      this.on.open(again);
    };
    source.onerror = () => {
      if (!this.lost) this.on.lost();
      this.lost = true;
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.open(), this.wait * (0.75 + Math.random() / 2));
      this.wait = Math.min(this.wait * 2, LAST_RETRY_MS);
    };
    const hear = (event) => this.on.message(event);
    source.onmessage = hear;
    for (const name of this.names) source.addEventListener(name, hear);
  }
  close() {
    clearTimeout(this.timer);
    this.source.close();
  }
}

export class Streams {
  constructor() {
    this.ports = new Map();
    this.events = null;
    this.eventsOpen = false;
    this.last = 0;
    this.hub = null;
    this.hubKey = "";
    this.hubTimer = 0;
    setInterval(() => this.sweep(), LEASE_MS / 2);
  }

  /** A message from a port: `join`, `features`, `alive`, `bye`. */
  receive(port, message) {
    if (message.type === "bye") return this.leave(port);
    const known = this.ports.get(port);
    const entry = known ?? { base: "", features: [] };
    entry.seen = Date.now();
    this.ports.set(port, entry);
    if (!known && message.type === "alive") port.postMessage({ type: "state", open: this.eventsOpen, gap: true });
    if (message.type === "join") {
      if (!this.events) this.listen(message.last);
      else port.postMessage({ type: "state", open: this.eventsOpen, gap: this.last !== message.last });
    }
    if (message.type === "features") {
      entry.base = message.base;
      entry.features = message.features;
      clearTimeout(this.hubTimer);
      this.hubTimer = setTimeout(() => this.subscribe(), 60);
    }
  }

  leave(port) {
    if (!this.ports.delete(port)) return;
    if (this.ports.size === 0) {
      this.events?.close();
      this.events = null;
      this.eventsOpen = false;
    }
    clearTimeout(this.hubTimer);
    this.hubTimer = setTimeout(() => this.subscribe(), 1000);
  }

  sweep() {
    for (const [port, entry] of this.ports) if (Date.now() - entry.seen > LEASE_MS) this.leave(port);
  }

  tell(message) {
    for (const port of this.ports.keys()) port.postMessage(message);
  }

  /** Follows the log from the event that the first page shows; after a loss from the last one heard, so nothing is missed. */
  listen(from) {
    this.last = from;
    this.events = new Lasting(() => `/api/events?after=${this.last}`, [...KINDS, "reset"], {
      open: () => {
        this.eventsOpen = true;
        this.tell({ type: "state", open: true, gap: false });
      },
      lost: () => {
        this.eventsOpen = false;
        this.tell({ type: "state", open: false, gap: false });
      },
      message: (event) => {
        if (Number(event.lastEventId)) this.last = Number(event.lastEventId);
        if (event.type === "reset") return this.tell({ type: "state", open: true, gap: true });
        const body = parse(event.data);
        if (!body) return;
        this.tell({ type: "event", event: { ...body, kind: body.kind ?? event.type } });
      },
    });
  }

  /** One connection to live for the features of all ports; the old one closes when the new one is open. */
  subscribe() {
    const entries = [...this.ports.values()].filter((entry) => entry.base);
    const base = entries.at(-1)?.base ?? "";
    const features = [...new Set(entries.filter((entry) => entry.base === base).flatMap((entry) => entry.features))].sort();
    const key = features.length > 0 ? `${base}/_kandra/hub?features=${features.join(",")}` : "";
    if (key === this.hubKey) return;
    this.hubKey = key;
    const old = this.hub;
    this.hub = null;
    if (!key) return old?.close();
    this.hub = new Lasting(() => key, ["topic"], {
      open: (again) => {
        old?.close();
        if (again) for (const feature of features) this.tell({ type: "topic", feature, topic: "changed", data: null });
      },
      lost: () => old?.close(),
      message: (event) => {
        const body = parse(event.data);
        if (body?.feature) this.tell({ type: "topic", feature: body.feature, topic: body.topic, data: body.data });
      },
    });
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
