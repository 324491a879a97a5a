// The main job on a phone: ask, watch it being built, use it, have it change and go, without one reload.
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { PHONE, holds, listen, openBrowser, widget } from "./lib/browser.mjs";
import { Server, until } from "./lib/server.mjs";

const WISH = "a counter that everybody can click";
let server, browser, context, page, complaints, counter;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), openBrowser()]);
  context = await browser.newContext({ ...PHONE, locale: "en-GB" });
  page = await context.newPage();
  complaints = listen(page, server);
  await page.goto(server.url);
  // Lost by any reload: every test that follows looks for it.
  await page.evaluate(() => (window.sameDocument = true));
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const hint = () => page.textContent("#ask-hint");
const says = (selector, pattern, withinMs) => until(`${selector} says ${pattern}`, async () => pattern.test((await page.textContent(selector).catch(() => "")) ?? ""), withinMs);
const ask = async (words) => {
  await page.fill("#ask-text", words);
  await page.tap(".ask-form button[type=submit]");
  await page.waitForSelector("#ask-done:not([hidden])");
};
const fitsScreen = async (where) => {
  const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
  assert.ok(wide <= 360, `${where} is ${wide} px wide on a screen of 360`);
};

test("a fresh page says what it is for, and answers while one types", async () => {
  await says("#cards", /Nothing yet/);
  await says("#building", /Nothing is being built/);
  await fitsScreen("home");
  await page.tap("#ask-text");
  await page.keyboard.type(WISH);
  await says("#ask-hint", /recipe Counter fits/);
  await page.fill("#ask-text", "Translate my letters into Klingon");
  await says("#ask-hint", /No recipe fits/);
  await page.fill("#ask-text", "");
  await says("#ask-hint", /builds from \d+ recipes/);
  await page.tap("[data-chip]");
  assert.ok((await page.inputValue("#ask-text")).length > 3);
});

test("what was asked can be withdrawn and changed until it starts", async () => {
  await ask("a guestbook");
  await says("#ask-done [data-next]", /It starts in 0:\d\d/);
  await says("#wanted", /a guestbook/);
  await page.tap("#ask-done button:has-text('Withdraw')");
  await says("#ask-hint", /Withdrawn/);
  await until("it left the list", async () => !/guestbook/.test(await page.textContent("#wanted")));

  await ask("a couter");
  await page.tap("#ask-done button:has-text('Change')");
  assert.equal(await page.inputValue("#ask-text"), "a couter");
  await page.fill("#ask-text", WISH);
  await page.tap(".ask-form button[type=submit]");
  await says("#ask-done", new RegExp(WISH));
  await says("#wanted", new RegExp(WISH));
  assert.ok(!/couter/.test(await page.textContent("#wanted")));
});

test("one watches the stages, and the card is there with a widget that works", async () => {
  await page.evaluate(() => {
    window.seen = new Set();
    const look = () => {
      for (const step of document.querySelectorAll(".run [data-step]")) if (step.dataset.state !== "todo") window.seen.add(`${step.dataset.step} ${step.dataset.state}`);
    };
    new MutationObserver(look).observe(document.getElementById("building"), { subtree: true, childList: true, attributes: true });
  });
  await until("the countdown counts down", async () => /0:0[1-7]/.test(await page.textContent("#ask-done [data-next]").catch(() => "")), 15_000);
  const element = await page.waitForSelector("#cards iframe[data-slug]", { state: "attached", timeout: 45_000 });
  counter = await element.getAttribute("data-slug");
  const seen = await until("the last step", () => page.evaluate(() => window.seen.has("try done") && [...window.seen]));
  for (const step of ["understand", "write", "check", "build", "try"]) assert.ok(seen.includes(`${step} done`), `${step}: ${seen}`);
  assert.ok(seen.some((state) => state.endsWith(" now")), `no step was seen at work: ${seen}`);
  await says("#toasts", /is live/);
  await says("#building .run-plan", /is live/);
  assert.match(await page.textContent(`#card-${counter} summary`), /from recipe Counter/);

  const frame = await widget(page, counter);
  await holds(frame, () => document.getElementById("count").textContent === "0");
  await frame.tap("#up");
  await holds(frame, () => document.getElementById("count").textContent === "1");
  // Somebody else presses: it rises here too.
  assert.equal((await fetch(`${server.live}/${counter}/up`, { method: "POST" })).status, 200);
  await holds(frame, () => document.getElementById("count").textContent === "2");
  assert.equal(await page.evaluate(() => window.sameDocument), true, "the page was loaded anew");
  await fitsScreen("home with a card");
});

test("a request that nothing fits says so, and others can be voted for", async () => {
  const asked = await server.ask("Translate my letters into Klingon");
  await says("#wanted", /Klingon[^]*needs a model/);
  const vote = page.locator(`#wanted [data-vote="${asked.id}"]`);
  assert.equal(await vote.getAttribute("aria-pressed"), "false");
  await vote.tap();
  await says("#wanted .want [data-votes]", /^2$/);
  assert.equal(await vote.getAttribute("aria-pressed"), "true");
  assert.equal((await server.get(`/api/requests/${asked.id}`)).votes, 2);
  await vote.tap();
  await until("the vote is taken back", async () => (await server.get(`/api/requests/${asked.id}`)).votes === 1);
  // Who types the same words is shown what is there.
  await page.fill("#ask-text", "Translate letters into Klingon");
  await says("#ask-similar", /Klingon[^]*Already asked for/);
  await page.fill("#ask-text", "a counter to click");
  await says("#ask-similar", /Already here/);
  await page.fill("#ask-text", "");
  await ask("Predict the stock market of tomorrow");
  await says("#ask-done [data-next]", /waits for a model/);
  await page.tap("#ask-done button:has-text('Ask for something else')");
});

test("a save on disk changes the card, unless somebody is at work in it", async () => {
  const source = (slug) => join(server.home, "world/features", slug, "src/widget.rs");
  const edit = async (slug, from, to) => {
    const text = await readFile(source(slug), "utf8");
    assert.ok(text.includes(from), `${slug} has ${from}`);
    await writeFile(source(slug), text.replace(from, to));
  };
  const revision = (slug, wanted) => until(`${slug} is at revision ${wanted}`, async () => (await server.get(`/api/features/${slug}`)).revision === wanted);
  const shown = (slug) => page.getAttribute(`iframe[data-slug="${slug}"]`, "src");

  await page.evaluate(() => document.activeElement.blur());
  await edit(counter, ">+1<", ">Plus one<");
  await revision(counter, 2);
  const frame = await until("the new widget", async () => {
    const now = await widget(page, counter);
    return (await now.textContent("#up").catch(() => "")) === "Plus one" && now;
  });
  assert.equal(await frame.textContent("#count"), "2", "its data stays");

  const guestbook = await server.make("a guestbook");
  let book = await widget(page, guestbook);
  const field = "textarea, input[type=text], input:not([type])";
  await book.waitForSelector(field);
  await book.locator(field).first().fill("Half a sen");
  await page.evaluate(() => document.getElementById("ask-text").focus());
  await edit(guestbook, "<style>", "<p id=\"edited\">edited</p><style>");
  await revision(guestbook, 2);
  await sleep(1500);
  assert.equal(await book.locator(field).first().inputValue(), "Half a sen", "what was being written is gone");
  assert.match(await shown(guestbook), /rev=1$/);
  // Done with it: then the new one comes.
  await book.locator(field).first().fill("");
  await page.evaluate(() => document.getElementById("ask-text").focus());
  book = await until("the new guestbook", async () => {
    const now = await widget(page, guestbook);
    return (await now.locator("#edited").count().catch(() => 0)) === 1 && now;
  });
  assert.match(await shown(guestbook), /rev=2$/);

  // A field that only has focus is enough.
  await book.locator(field).first().focus();
  await edit(guestbook, ">edited<", ">again<");
  await revision(guestbook, 3);
  await sleep(1200);
  assert.equal(await book.textContent("#edited"), "edited");
  await page.evaluate(() => document.getElementById("ask-text").focus());
  await until("the third guestbook", async () => (await (await widget(page, guestbook)).textContent("#edited").catch(() => "")) === "again");

  // A save that does not compile changes nothing here.
  await edit(guestbook, "pub async fn show(", "pub async fn show(oops ");
  await sleep(2500);
  assert.equal((await server.get(`/api/features/${guestbook}`)).revision, 3);
  assert.equal(await (await widget(page, guestbook)).textContent("#edited"), "again");

  await rm(join(server.home, "world/features", guestbook), { recursive: true });
  await page.waitForSelector(`#card-${guestbook}`, { state: "detached" });
  await until("its routes are gone", async () => (await fetch(`${server.live}/${guestbook}/widget`)).status === 404);
  assert.ok(await page.$(`#card-${counter}`));
  assert.equal(await page.evaluate(() => window.sameDocument), true, "the page was loaded anew");
});

test("the page is back by itself after the feature server was", async () => {
  const { live } = await server.get("/api/status");
  process.kill(live.pid, "SIGKILL");
  await until("another live", async () => {
    const now = (await server.get("/api/status")).live;
    return now.pid && now.pid !== live.pid && now.condition === "serving";
  });
  const frame = await widget(page, counter);
  await until("the counter counts", async () => {
    const before = Number(await frame.textContent("#count"));
    await fetch(`${server.live}/${counter}/up`, { method: "POST" }).catch(() => {});
    await sleep(300);
    return Number(await frame.textContent("#count")) > before;
  });
  assert.equal(await page.evaluate(() => window.sameDocument), true, "the page was loaded anew");
  complaints.splice(0, complaints.length, ...complaints.filter((line) => !/net::ERR_|Failed to load resource/.test(line)));
});

test("a feature has pages of its own: history, code, contract", async () => {
  await page.goto(`${server.url}/features/${counter}`);
  const frame = await widget(page, counter);
  await holds(frame, () => Number(document.getElementById("count").textContent) >= 2);
  await fitsScreen("a feature's page");
  const tab = async (name, pattern) => {
    await page.tap(`.tabs a:has-text("${name}")`);
    await page.waitForSelector(`.tabs a[aria-current=page]:has-text("${name}")`);
    await says("main", pattern);
    await fitsScreen(`a feature's ${name}`);
  };
  await tab("History", /Revisions[^]*revision 2[^]*revision 1/);
  await page.tap("main a:has-text('Changes') >> nth=0");
  await says("#changes .diff:has-text('Plus one')", /\+[^]*Plus one/);
  await tab("Code", /kandra::feature!\(mount\)/);
  await tab("Contract", /it starts at zero/);
  await tab("Logs", /./);
  await tab("Overview", /MIT|Routes/);
});

test("the route table, the server page and the list of requests show what is", async () => {
  await page.goto(`${server.url}/routes`);
  await says("main", new RegExp(`POST[^]*/${counter}/up`));
  const calls = Number((await page.textContent(`tr:has(code:text-is("/${counter}/up")) td[data-label="Calls"]`)).replace(/\D/g, ""));
  assert.ok(calls >= 1, `calls: ${calls}`);
  await fitsScreen("the route table");
  await page.goto(`${server.url}/status`);
  await says("main", /serving/);
  await says("main", /verified gone/);
  await fitsScreen("the server page");
  await page.goto(`${server.url}/requests`);
  await says("main", /Klingon/);
  await page.tap("main a:has-text('counter')");
  await says("h1", new RegExp(WISH));
  await says("main", /from recipe Counter/);
  await fitsScreen("a request's page");
});

test("it speaks German when asked to", async () => {
  await page.goto(`${server.url}/?lang=de`);
  assert.equal(await page.getAttribute("html", "lang"), "de");
  await says("h1", /Was soll diese Seite können\?/);
  await page.fill("#ask-text", "Ein Zähler, den alle drücken können");
  await says("#ask-hint", /Rezept/);
  const german = await browser.newContext({ ...PHONE, locale: "de-AT" });
  const other = await german.newPage();
  await other.goto(server.url);
  assert.match(await other.textContent("h1"), /Was soll diese Seite können\?/);
  // Chosen once, it stays on the next page.
  await other.goto(`${server.url}/?lang=en`);
  await german.close();
});

test("a long wish is asked as it was typed", async () => {
  const page = await browser.newPage();
  await page.goto(server.url);
  const wish = "Somewhere neighbours can list tools that they are willing to lend, with the owner's name and whether it's currently borrowed or free, please";
  await page.fill("#ask-text", wish);
  await page.press("#ask-text", "Enter");
  await page.waitForSelector("#ask-done:not([hidden])");
  const asked = (await server.get("/api/requests")).requests.find((one) => wish.startsWith(one.title));
  const { title, details } = await server.get(`/api/requests/${asked.id}`);
  assert.ok(title.length > 100 && title.length <= 120, title);
  assert.equal(`${title} ${details}`, wish);
  await page.close();
});

test("nothing of it broke a rule of the page's own", () => assert.deepEqual(complaints, []));
