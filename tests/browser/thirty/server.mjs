// A server of its own over a temporary home, and its API as the owner uses it.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause } from "./person.mjs";

const SETTLED = ["live", "needs_model", "failed", "declined", "merged", "withdrawn"];

export class Server {
  /** Starts the binary offline and waits until it builds and serves. */
  static async start(binary) {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), "kandra-thirty-"));
    const home = join(server.folder, "home");
    const none = join(server.folder, "none");
    mkdirSync(none);
    const options = ["--home", home, "--listen", "127.0.0.1:0", "--live-listen", "127.0.0.1:0", "--difficulty", "0", "--interval", "1"];
    server.child = spawn(binary, ["serve", ...options, "--agent", "offline", "--features-from", none], { stdio: ["ignore", "ignore", "pipe"] });
    server.log = "";
    server.child.stderr.on("data", (data) => (server.log = (server.log + data).slice(-8000)));
    server.child.on("exit", (code, signal) => (server.ended = `the server ended (${code ?? signal}): ${server.log.slice(-800)}`));
    server.child.on("error", (error) => (server.ended = `the server did not start: ${error.message}`));
    const control = join(home, "run", "control.json");
    const token = join(home, "run", "owner.token");
    await server.#until(() => existsSync(control) && existsSync(token) && JSON.parse(readFileSync(control, "utf8")), 60_000, "its addresses").then((at) => {
      server.url = at.url;
      server.live = at.live_url;
    });
    server.token = readFileSync(token, "utf8").trim();
    await server.#until(async () => {
      const status = await server.call("GET", "/api/status").catch(() => null);
      return status?.warm?.finished === true && status?.live?.condition === "serving";
    }, 900_000, "its warm build");
    return server;
  }

  async #until(look, within, what) {
    const end = Date.now() + within;
    while (Date.now() < end) {
      if (this.ended) throw new Error(this.ended);
      const found = await Promise.resolve().then(look).catch(() => null);
      if (found) return found;
      await pause(200);
    }
    throw new Error(`waited ${within / 1000} s for ${what}`);
  }

  async call(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) };
    const answer = await fetch(this.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 300)}`);
    return text ? JSON.parse(text) : null;
  }

  /** Asks for something and waits until it is settled. */
  async ask(title) {
    const asked = await this.call("POST", "/api/requests", { title, details: "" });
    const request = asked.request ?? asked;
    if (request.recipe) await this.call("POST", `/api/requests/${request.id}/start`).catch((error) => (this.note = error.message));
    return this.#until(async () => {
      const now = await this.call("GET", `/api/requests/${request.id}`);
      const found = now.request ?? now;
      return SETTLED.includes(found.state) && found;
    }, 180_000, `“${title}” to settle`);
  }

  async stop() {
    if (this.child && this.child.exitCode === null && !this.ended) {
      const gone = new Promise((done) => this.child.once("exit", done));
      this.child.kill("SIGTERM");
      await Promise.race([gone, pause(12_000)]);
      if (this.child.exitCode === null) this.child.kill("SIGKILL");
    }
    if (this.folder) rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
