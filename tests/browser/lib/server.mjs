// The real binary over a temporary home, and clients of its API.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until `check` answers something true; says `what` was missing otherwise. */
export async function until(what, check, withinMs = 30_000) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await sleep(40);
  }
}

/** One request; `from` is the loopback address it comes from, so that a test can be several visitors. */
function call(url, { method = "GET", headers = {}, body, from } = {}) {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers, localAddress: from, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => (text += part));
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

export class Server {
  /** Starts one; `arguments` are more arguments of `kandra serve`. Ready means: warm, and live serves. */
  static async start(more = [], { ready = true, environment = {} } = {}) {
    const folder = await mkdtemp(join(tmpdir(), "kandra-browser-"));
    const server = new Server();
    Object.assign(server, { folder, home: join(folder, "home") });
    const options = ["serve", "--home", server.home, "--agent", "offline"];
    const defaults = { "--listen": "127.0.0.1:0", "--live-listen": "127.0.0.1:0", "--interval": "1", "--difficulty": "2" };
    for (const [name, value] of Object.entries(defaults)) if (!more.includes(name)) options.push(name, value);
    const env = { ...process.env, ...environment };
    delete env.ANTHROPIC_API_KEY;
    const stdio = ["ignore", "ignore", process.env.KANDRA_TEST_LOG ? "inherit" : "ignore"];
    server.child = spawn(process.env.KANDRA, [...options, ...more], { cwd: folder, env, stdio });
    server.child.on("exit", (code, signal) => (server.ended = signal ?? code));
    process.on("exit", (server.killNow = () => server.child.kill("SIGKILL")));
    try {
      await server.#found();
      if (ready) await server.ready();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  async #found() {
    const where = await until("the server says where it listens", async () => {
      if (this.ended !== undefined) throw new Error(`the server ended with ${this.ended}; set KANDRA_TEST_LOG=1 to see why`);
      const text = await readFile(join(this.home, "run/control.json"), "utf8").catch(() => "");
      return text.endsWith("}") || text.endsWith("}\n") ? JSON.parse(text) : null;
    });
    this.url = where.url.replace(/\/$/, "");
    this.live = where.live_url.replace(/\/$/, "");
    this.token = readFileSync(join(this.home, "run/owner.token"), "utf8").trim();
    await until("the server answers", () => call(`${this.url}/healthz`).then((answer) => answer.status === 200, () => false));
  }

  /** The first start on a machine builds the SDK once, which takes a minute or more. */
  async ready() {
    await until("warm, and live serves", async () => {
      const status = await this.get("/api/status");
      if (status.warm.failure) throw new Error(status.warm.failure);
      return status.warm.finished && status.live.condition === "serving";
    }, 600_000);
  }

  async #json(method, path, { body, owner = false, headers = {}, from } = {}) {
    if (owner) headers = { ...headers, Authorization: `Bearer ${this.token}` };
    const text = body === undefined ? undefined : JSON.stringify(body);
    if (text !== undefined) headers = { ...headers, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
    const answer = await call(this.url + path, { method, headers, body: text, from });
    if (answer.status >= 300) throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${answer.text}`), { status: answer.status });
    return answer.text ? JSON.parse(answer.text) : null;
  }

  get(path) {
    return this.#json("GET", path, { owner: true });
  }

  owner(method, path, body) {
    return this.#json(method, path, { body, owner: true });
  }

  /** Writes as a visitor at a loopback address, with its proof of work. */
  async visitor(method, path, body, from = "127.0.0.2") {
    const challenge = await this.#json("GET", "/api/challenge", { from });
    const zeros = "0".repeat(challenge.difficulty);
    let nonce = 0;
    while (!createHash("sha256").update(challenge.prefix + nonce).digest("hex").startsWith(zeros)) nonce += 1;
    return this.#json(method, path, { body, from, headers: { "X-Challenge-Id": challenge.id, "X-Challenge-Nonce": String(nonce) } });
  }

  /** Asks for something as a visitor. */
  ask(title, { details = "", from } = {}) {
    return this.visitor("POST", "/api/requests", { title, details }, from);
  }

  /** Asks, starts it at once and waits until it is live; answers its slug. */
  async make(title, details = "") {
    const request = await this.owner("POST", "/api/requests", { title, details });
    // The loop may have been quicker.
    await this.owner("POST", `/api/requests/${request.id}/start`, {}).catch((error) => {
      if (error.status !== 409) throw error;
    });
    return this.liveFrom(request.id);
  }

  async liveFrom(id) {
    const done = await until(`the request ${id} is live`, async () => {
      const request = await this.get(`/api/requests/${id}`);
      if (["failed", "needs_model", "declined"].includes(request.state)) throw new Error(`${request.title}: ${request.state}: ${request.reason}`);
      return request.state === "live" && request;
    }, 60_000);
    return done.feature;
  }

  /** Sends a crate as the owner and waits until it serves; a later revision names the one that it is made from in `more`. */
  async deploy(files, more = {}) {
    const { run } = await this.owner("POST", "/api/features", { files, message: "test", ...more });
    const ended = await until("the run ends", async () => {
      const state = await this.get(`/api/runs/${run}`);
      return state.state !== "running" && state;
    }, 60_000);
    if (ended.state !== "succeeded") throw new Error(`the run ended as ${ended.state}: ${ended.failure}`);
    return ended;
  }

  async stop() {
    process.off("exit", this.killNow);
    if (this.ended === undefined) {
      this.child.kill("SIGTERM");
      await until("the server ends", () => this.ended !== undefined, 15_000).catch(() => this.child.kill("SIGKILL"));
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The files of a crate in a folder, as the API takes them: without what `cargo test` leaves behind. */
export function crate(folder, change = (text) => text) {
  const files = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length).replace(/^\//, "");
    if (name === "Cargo.lock" || name.startsWith("target/")) continue;
    files[name] = change(readFileSync(path, "utf8"));
  }
  return files;
}
