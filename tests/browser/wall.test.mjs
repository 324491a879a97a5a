// The wall in the browser: a hostile widget on the page gets hold of nothing, and the page needs no hole in it.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DESK, holds, listen, openBrowser, widget } from "./lib/browser.mjs";
import { Server, crate, until } from "./lib/server.mjs";

const here = (path) => new URL(path, import.meta.url).pathname;
const OWNER = "the-owner's-secret";
let server, browser, stranger, counter;
const heard = [];

before(async () => {
  stranger = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.writeHead(200, { "Access-Control-Allow-Origin": "*", "Content-Type": request.url.endsWith(".js") ? "text/javascript" : "text/html" });
    response.end(request.url.endsWith(".js") ? "window.breached = true" : "<p>stranger</p>");
  });
  await new Promise((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  [server, browser] = await Promise.all([Server.start(["--difficulty", "0"]), openBrowser()]);
  counter = await server.make("A counter that everybody can click");
  const addresses = { "@CONTROL@": server.url, "@STRANGER@": origin(), "@VICTIM@": `${server.live}/${counter}` };
  await server.deploy(crate(here("hostile"), (text) => text.replace(/@[A-Z]+@/g, (name) => addresses[name])));
});

after(async () => {
  await browser?.close();
  stranger?.close();
  await server?.stop();
});

const origin = () => `http://127.0.0.1:${stranger.address().port}`;

test("web security is on in this browser", async () => {
  // Without these the rest of this file would prove nothing: the same reads succeed when a browser has web security off.
  const page = await browser.newPage();
  await page.goto(`${origin()}/page`);
  heard.length = 0;
  const read = await page.evaluate((address) => fetch(address).then((answer) => answer.text(), (error) => `refused: ${error.name}`), `${server.url}/api/status`);
  assert.equal(read, "refused: TypeError", "another origin's answer without CORS must not be readable");
  const framed = await page.evaluate(async (address) => {
    const frame = document.createElement("iframe");
    frame.src = address;
    await new Promise((resolve) => { frame.onload = resolve; document.body.append(frame); });
    try {
      return `got: ${frame.contentWindow.document.body.innerHTML}`;
    } catch (error) {
      return `refused: ${error.name}`;
    }
  }, `${server.live}/${counter}/widget`);
  assert.equal(framed, "refused: SecurityError", "another origin's document must not be readable");
  await page.close();
});

test("the dashboard lets nobody frame it, and writes only from itself", async () => {
  const page = await browser.newPage();
  await page.goto(`${origin()}/page`);
  const blocked = new Promise((resolve) => page.on("console", (message) => message.text().includes("frame-ancestors") && resolve(true)));
  await page.evaluate((address) => {
    const frame = document.createElement("iframe");
    frame.src = address;
    document.body.append(frame);
  }, server.url);
  assert.equal(await Promise.race([blocked, sleep(4000)]), true);
  await page.evaluate((address) => fetch(address, { method: "POST", mode: "no-cors", body: JSON.stringify({ title: "Forged from elsewhere", details: "" }) }).catch(() => {}), `${server.url}/api/requests`);
  assert.ok(!JSON.stringify((await server.get("/api/requests")).requests).includes("Forged"));
  await page.close();
});

test("a hostile widget on the page gets hold of nothing", async (t) => {
  const context = await browser.newContext(DESK);
  const page = await context.newPage();
  const dialogs = [];
  const downloads = [];
  page.on("dialog", (dialog) => { dialogs.push(dialog.message()); dialog.dismiss(); });
  page.on("download", (download) => downloads.push(download.url()));
  await page.addInitScript((secret) => window === top && sessionStorage.setItem("kandra.owner", secret), OWNER);
  const sent = [];
  await page.goto(server.url);
  const home = page.url();
  // What is refused gets no response. The page's own script asks for what the page shows, never from a frame.
  page.on("response", (response) => response.request().frame() !== page.mainFrame() && sent.push(`${response.request().method()} ${response.url()}`));
  await widget(page, counter);
  heard.length = 0;
  const frame = await widget(page, "hostile");
  const names = await frame.evaluate(() => Object.keys(attacks));
  assert.ok(names.length >= 38, String(names.length));
  for (const name of names) {
    await t.test(name, async () => {
      const now = await widget(page, "hostile");
      const result = await now.evaluate((which) => attack(which), name).catch((error) => {
        if (!/context was destroyed|detached/.test(error.message)) throw error;
        return "left";
      });
      assert.doesNotMatch(result, /^got/, `${name}: ${result}`);
      if (result === "left") {
        // The browser shows its own page of refusal in the frame; the next attack begins afresh.
        await now.waitForLoadState("domcontentloaded").catch(() => {});
        // The navigation that was refused ends a moment after the script that asked for it.
        const shown = async () => (await (await page.$('iframe[data-slug="hostile"]')).contentFrame()).url();
        for (let tries = 0; tries < 60 && !/^chrome-error:/.test(await shown()); tries += 1) await page.waitForTimeout(50);
        assert.match(await shown(), /^chrome-error:/, name);
        await page.reload();
      }
      assert.equal(page.url(), home, "the page was taken elsewhere");
      assert.equal(context.pages().length, 1, "a window was opened");
    });
  }
  await sleep(300);
  assert.deepEqual(heard, [], "a stranger's server was asked");
  assert.deepEqual(dialogs, [], "a dialog was shown");
  assert.deepEqual(downloads, [], "something was downloaded");
  assert.deepEqual(sent.filter((line) => !line.includes(server.live)), [], "something besides live answered a frame");
  assert.equal(await page.evaluate(() => window.breached), undefined);
  assert.deepEqual(await context.cookies(), [], "a cookie was set");
  assert.equal(await page.evaluate(() => sessionStorage.getItem("kandra.owner")), OWNER);
  await context.close();
});

test("a clicked pop-up or navigation is refused too", async () => {
  // With the visitor's own click behind it a browser allows more; the sandbox must still not.
  const context = await browser.newContext(DESK);
  const page = await context.newPage();
  await page.goto(server.url);
  const home = page.url();
  const frame = await widget(page, "hostile");
  heard.length = 0;
  for (const name of ["a pop-up", "a pop-up by link", "top navigation", "parent navigation by link", "a form over the whole page", "full screen", "a download"]) {
    await frame.evaluate((which) => {
      document.getElementById("said").onclick = () => attack(which).then((result) => (window.result = result));
      window.result = undefined;
    }, name);
    await frame.click("#said");
    const result = await until(`an end of ${name}`, () => frame.evaluate(() => window.result), 6000);
    assert.doesNotMatch(result, /^got/, name);
  }
  await sleep(300);
  assert.equal(page.url(), home);
  assert.equal(context.pages().length, 1);
  assert.deepEqual(heard, []);
  await context.close();
});

test("forged messages reach no other feature and no markup", async () => {
  const page = await browser.newPage();
  await page.goto(server.url);
  const [victim, frame] = [await widget(page, counter), await widget(page, "hostile")];
  await victim.evaluate(() => kandra.storage.set("secret", "of the counter"));
  assert.equal(await victim.evaluate(() => kandra.storage.get("secret")), "of the counter");
  // It names the other feature in every way that a sloppy page might believe.
  const answers = await frame.evaluate(async (slug) => {
    const got = [];
    addEventListener("message", (event) => event.data?.type === "storage" && got.push(event.data.value));
    for (const more of [{ slug }, { feature: slug }, { frame: slug }, { id: slug }, { key: `../of.${slug}/secret` }, { key: "__proto__" }, { version: 2 }]) {
      parent.postMessage({ kandra: 1, type: "storage", id: 90, op: "get", key: "secret", ...more }, "*");
      parent.postMessage({ kandra: 1, type: "storage", id: 91, op: "set", key: "secret", value: "overwritten", ...more }, "*");
      parent.postMessage({ kandra: 1, type: "storage", id: 92, op: "remove", key: "secret", ...more }, "*");
    }
    for (const message of [null, 1, "kandra", [], { kandra: 1 }, { kandra: 2, type: "storage", op: "get", key: "secret" }, { kandra: 1, type: "height", height: 1e9 },
      { kandra: 1, type: "height", height: "<img src=x>" }, { kandra: 1, type: "subscribe", topic: "x".repeat(1e6) }, { kandra: 1, type: { toString: null } }]) parent.postMessage(message, "*");
    await new Promise((resolve) => setTimeout(resolve, 300));
    return got;
  }, counter);
  assert.ok(!answers.includes("of the counter"), JSON.stringify(answers));
  assert.equal(await victim.evaluate(() => kandra.storage.get("secret")), "of the counter");
  // The frame asked for a height of 10⁹: the page bounds it.
  assert.ok((await page.locator(`iframe[data-slug="hostile"]`).boundingBox()).height <= 640);
  // A frame speaks to its sibling directly: the sibling listens to the page only.
  await frame.evaluate(() => {
    for (let index = 0; index < parent.frames.length; index += 1) parent.frames[index].postMessage({ kandra: 1, type: "init", theme: "dark", locale: "xx", visitor: "1.2.forged" }, "*");
  });
  await sleep(200);
  assert.notEqual(await victim.evaluate(() => kandra.visitor), "forged");
  assert.notEqual(await victim.evaluate(() => kandra.locale), "xx");
  // More than 64 KiB is refused with a sentence.
  assert.match(await frame.evaluate(() => kandra.storage.set("big", "x".repeat(70_000)).then(() => "kept", (error) => error.message)), /64 KiB/);
  await page.close();
});

test("a standalone page of a feature is as walled, and sets no cookie", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const answer = await page.goto(`${server.live}/hostile/page`);
  const headers = answer.headers();
  assert.equal(headers["set-cookie"], undefined);
  assert.match(headers["content-security-policy"], /^sandbox allow-scripts allow-forms; default-src 'none'/);
  assert.ok(!headers["content-security-policy"].includes("allow-top-navigation"));
  heard.length = 0;
  for (const name of ["own local storage", "cookies, read", "cookies, written", "own origin", "control's API", "control by beacon", "a stranger's server", "a stranger's script", "a pop-up", "alert", "a form to control", "a service worker"]) {
    const result = await page.evaluate((which) => attack(which), name);
    assert.doesNotMatch(result, /^got/, `${name}: ${result}`);
  }
  assert.deepEqual(heard, []);
  assert.deepEqual(await context.cookies(), []);
  await context.close();
});

test("a request's words never become markup", async () => {
  const title = `<img src=x onerror="window.breached=1"><script>window.breached=1</script>`;
  const request = await server.ask(title, { details: `</textarea>${title}"' onmouseover=breached` });
  const page = await browser.newPage();
  const complaints = listen(page, server);
  for (const path of ["/", "/requests", `/requests/${request.id}`]) {
    await page.goto(server.url + path);
    await page.waitForSelector(`text=${title.slice(0, 30)}`);
    assert.equal(await page.evaluate(() => window.breached), undefined);
    assert.equal(await page.locator("main img").count(), 0);
  }
  assert.deepEqual(complaints, []);
  await page.close();
});

test("normal use breaks no rule of the page's own", async () => {
  const context = await browser.newContext(DESK);
  const page = await context.newPage();
  await server.owner("DELETE", "/api/features/hostile");
  const complaints = listen(page, server);
  await page.goto(server.url);
  const frame = await widget(page, counter);
  await holds(frame, () => document.getElementById("count").textContent === "0");
  await frame.click("#up");
  await holds(frame, () => document.getElementById("count").textContent === "1");
  await page.fill("#ask-text", "Roll two dice");
  await page.click(".ask-form button[type=submit]");
  await page.waitForSelector("#ask-done:not([hidden])");
  for (const path of [`/features/${counter}`, `/features/${counter}/code`, `/features/${counter}/history`, `/features/${counter}/contract`, "/routes", "/status", "/owner", "/requests"]) {
    await page.goto(server.url + path);
    await page.waitForLoadState("load");
  }
  await page.goto(`${server.live}/${counter}/widget`);
  await holds(page, () => document.getElementById("count").textContent === "1");
  assert.deepEqual(complaints, []);
  assert.deepEqual(await context.cookies(), []);
  await context.close();
});
