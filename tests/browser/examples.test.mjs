// The examples of generated/ in one server, each driven once with two tabs: what one does, the other shows without asking.
import assert from "node:assert/strict";
import { get } from "node:http";
import { after, before, test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { DESK, PHONE, holds, listen, openBrowser, widget } from "./lib/browser.mjs";
import { Server, crate, until } from "./lib/server.mjs";

const EXAMPLES = ["shared-counter", "visitors-book", "live-poll", "chat-room", "link-shortener", "kanban", "book-club", "night-watch", "site-monitor", "front-desk", "graphql"];
const files = (slug) => crate(new URL(`../../generated/${slug}`, import.meta.url).pathname);
let server, browser, tabs, complaints;

before(async () => {
  [server, browser] = await Promise.all([Server.start(["--difficulty", "0", "--interval", "3600"]), openBrowser()]);
  for (const slug of EXAMPLES) await server.deploy(files(slug));
  // Two visitors: each has a browser context of their own.
  tabs = [];
  complaints = [];
  for (const name of ["one", "two"]) {
    const context = await browser.newContext({ ...DESK, locale: "en-GB" });
    const page = await context.newPage();
    complaints.push(listen(page, server));
    await page.goto(server.url);
    tabs.push(page);
  }
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The widget of an example in both tabs. */
const both = (slug) => Promise.all(tabs.map((page) => widget(page, slug)));
const text = (frame, selector, expected) => holds(frame, ([where, what]) => document.querySelector(where)?.textContent.includes(what), [selector, expected]);

test("shared counter: a press in one tab shows in the other, and a new revision goes on counting", async () => {
  const [one, two] = await both("shared-counter");
  await text(two, "#count", "0");
  await one.click("#up");
  await one.click("#up");
  await text(two, "#count", "2");
  await two.click("#down");
  await text(one, "#count", "1");
  await server.deploy({ ...files("shared-counter"), "README.md": "# Shared counter, again\n" }, { base_revision: 1 });
  await Promise.all((await both("shared-counter")).map((frame) => text(frame, "#count", "1")));
});

test("visitors' book: pages of twenty, newest first, and only one's own can be taken back", async () => {
  const [one, two] = await both("visitors-book");
  await one.fill("[name=name]", "Ada");
  await one.fill("[name=text]", "Hello <b>there</b>");
  await one.click("[type=submit]");
  await text(two, "#entries", "Hello <b>there</b>");
  await holds(one, () => document.querySelectorAll("#entries button").length === 1);
  assert.equal(await two.locator("#entries button").count(), 0, "another's entry has no button");
  for (let number = 1; number <= 20; number += 1) {
    await two.evaluate((number) => kandra.fetch("/entries", { method: "POST", body: { name: "Bob", text: `line ${number}` } }), number);
  }
  await holds(one, () => document.querySelector("#entries p").textContent === "line 20" && document.querySelectorAll("#entries li").length === 20);
  // By the keyboard: the frame takes another height with each page, and a click would have to hit what moves.
  await one.press("#older", "Enter");
  await holds(one, () => document.querySelectorAll("#entries li").length === 1);
  await one.press("#entries button", "Enter");
  await text(one, "#status", "empty");
  await one.press("#newer", "Enter");
  await text(one, "#entries", "line 20");
  await holds(one, () => document.getElementById("pages").hidden);
});

test("live poll: the bars move in the other tab, and programs hear the results", async () => {
  const [one, two] = await both("live-poll");
  const heard = new Promise((resolve, reject) => {
    get(`${server.live}/live-poll/results`, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => {
        text += part;
        if (text.includes('"total":1')) resolve(answer.destroy());
      });
      answer.on("error", () => {});
      one.click(".option >> nth=1").catch(reject);
    }).on("error", reject);
  });
  await heard;
  await text(two, "#options", "1 · 100 %");
  await two.click(".option >> nth=0");
  await Promise.all([one, two].map((frame) => text(frame, "#total", "2 votes")));
  assert.equal(await one.getAttribute(".option >> nth=1", "aria-pressed"), "true");
  assert.equal(await one.getAttribute(".option >> nth=0", "aria-pressed"), "false");
});

test("chat room: what one says the other reads, also after the connection was lost", async () => {
  const [one, two] = await both("chat-room");
  for (const [frame, name] of [[one, "Ada"], [two, "Bob"]]) {
    await frame.fill("#name", name);
    await frame.press("#name", "Tab");
  }
  await text(one, "#log", "Bob came in");
  await one.fill("#text", "Hello <i>Bob</i>");
  await one.press("#text", "Enter");
  await text(two, "#log", "Hello <i>Bob</i>");
  await two.evaluate(() => socket.close());
  await text(one, "#log", "Bob left");
  // It opens again by itself, says the name again, and has what was said.
  await holds(one, () => /Here: .*Bob/.test(document.getElementById("status").textContent));
  await text(two, "#log", "Hello <i>Bob</i>");
  await two.selectOption("#room", "garden");
  await holds(two, () => document.getElementById("log").textContent === "" || /came in/.test(document.getElementById("log").textContent));
  await holds(one, () => !/Bob/.test(document.getElementById("status").textContent));
});

test("chat room: a new revision goes on in the middle of the conversation, on the same socket", async () => {
  // A page of its own is not loaded again for a new revision, as a card is.
  const page = await browser.newPage(DESK);
  const wrong = listen(page, server);
  await page.goto(`${server.live}/chat-room/widget`);
  await page.fill("#name", "Eve");
  await page.press("#name", "Tab");
  await text(page, "#status", "Eve");
  await page.evaluate(() => (window.first = socket));
  const changed = crate(new URL("../../generated/chat-room", import.meta.url).pathname, (file) => file.replace("const KEPT: usize = 50;", "const KEPT: usize = 40;"));
  await server.deploy(changed, { base_revision: 1 });
  await page.fill("#text", "Still here");
  await page.press("#text", "Enter");
  await text(page, "#log", "EveStill here");
  await text(page, "#log", "Hello <i>Bob</i>");
  assert.ok(await page.evaluate(() => socket === window.first));
  assert.deepEqual(wrong, []);
  await page.close();
});

test("link shortener: a link made in one tab is in the other, leads there and counts", async () => {
  const [one, two] = await both("link-shortener");
  // Its target is live itself, so that no stranger's server is needed.
  await one.fill("#url", `${server.live}/book-club/about`);
  await one.click("[type=submit]");
  await holds(two, () => document.querySelectorAll("#links li").length === 1);
  const short = await two.getAttribute(".short", "title");
  await two.click("#links button");
  await text(two, "#status", `Copied: ${short}`);
  const page = await browser.newPage();
  await page.goto(short);
  assert.equal(page.url(), `${server.live}/book-club/about`);
  await Promise.all([one, two].map((frame) => text(frame, "#links", "1 visit")));
  await page.goto(`${short}/preview`);
  await page.click("a:text('Go there')");
  await page.waitForURL("**/book-club/about");
  await page.close();
});

test("kanban: cards move by the keyboard, live, and without any script", async () => {
  const [one, two] = await both("kanban");
  await one.fill("[name=text]", "Water <b>plants</b>");
  await one.press("[name=text]", "Enter");
  await text(two, "#board section:nth-child(1)", "Water <b>plants</b>");
  await two.focus("#right-1");
  await two.press("#right-1", "Enter");
  await text(one, "#board section:nth-child(2)", "Water <b>plants</b>");
  await holds(two, () => document.activeElement.id === "right-1");
  await two.press("#right-1", "Enter");
  await text(one, "#board section:nth-child(3)", "Water <b>plants</b>");
  await holds(two, () => document.activeElement.id === "left-1");
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(`${server.live}/kanban`);
  await page.fill("[name=text]", "By hand");
  await page.click("#add button");
  await page.click("#right-2");
  assert.equal(page.url(), `${server.live}/kanban/`);
  assert.match(await page.textContent("#board section:nth-child(2)"), /By hand/);
  await text(one, "#board section:nth-child(2)", "By hand");
  await plain.close();
});

test("book club: a site of pages, with a form and a page for what is not there", async () => {
  const page = await browser.newPage(DESK);
  const wrong = listen(page, server);
  await page.goto(`${server.live}/book-club`);
  await page.click("text=Middlemarch");
  await page.fill("[name=name]", "Ada");
  await page.fill("[name=text]", "Slow <b>but</b> good");
  await page.click("[type=submit]");
  await page.waitForURL("**/books/middlemarch");
  assert.match(await page.textContent(".notes"), /Slow <b>but<\/b> good/);
  await page.click("nav >> text=The shelf");
  assert.match(await page.textContent("main"), /Middlemarch.*1 note/s);
  assert.equal(await page.getAttribute("nav [aria-current]", "href"), "./books");
  assert.deepEqual(wrong, []);
  const missing = await page.goto(`${server.live}/book-club/no/such/page`);
  assert.equal(missing.status(), 404);
  await page.click("text=at the front");
  assert.equal(page.url(), `${server.live}/book-club/`);
  await page.close();
  // The same site inside its card.
  const [one] = await both("book-club");
  await one.click("text=The shelf");
  await text(one, "h1", "The shelf");
});

test("night watch: the watchman's rounds appear by themselves", async () => {
  const [one, two] = await both("night-watch");
  await one.fill("#wish", "rain <b>soon</b>");
  await one.click("[type=submit]");
  await text(two, "#lanterns", "rain <b>soon</b>");
  await text(two, "#burning", "One lantern burns.");
  await Promise.all([one, two].map((frame) => holds(frame, () => document.querySelectorAll("#rounds td.number").length >= 2)));
});

test("site monitor: it looks by itself, and says what the owner has to allow", async () => {
  const [one] = await both("site-monitor");
  await holds(one, () => [...document.querySelectorAll(".state")].every((state) => state.textContent === "not allowed yet"));
  await text(one, "#note", "has not allowed these calls yet");
  assert.equal(await one.getAttribute(".bars >> nth=0", "aria-label"), "Nothing is known yet");
});

test("front desk: it shows what other features keep, and presses their buttons", async () => {
  const [one, two] = await both("front-desk");
  const { count: before } = await (await fetch(`${server.live}/shared-counter/`)).json();
  for (const frame of [one, two]) await text(frame, "#count", String(before));
  await one.click("#press");
  for (const frame of [one, two]) await text(frame, "#count", String(before + 1));
});

test("graphql: a query is answered, and what is wrong with one is told", async () => {
  const [one] = await both("graphql");
  await text(one, "#answer", "Journey to the Centre of the Earth");
  await one.fill("[name=query]", "{ author(id: \"eliot\") { name books { title } } }");
  await one.press("[type=submit]", "Enter");
  await text(one, "#answer", "Middlemarch");
  await one.fill("[name=query]", "{ books { price } }");
  await one.press("[type=submit]", "Enter");
  await text(one, "#answer", "Book has no field price");
  await one.press("[data-query]", "Enter");
  await text(one, "#answer", "Frankenstein");
});

test("axe finds nothing on a phone, in light and dark, and nothing is too wide", async () => {
  const found = [];
  // A fragment in a frame has no landmarks and no level-one heading of its own: the card around it has.
  const look = async (frame, where, except = /^$/) => {
    for (const line of await violations(frame)) if (!except.test(line)) found.push(`${where}: ${line}`);
    const [wide, room] = await frame.evaluate(() => [document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]);
    if (wide > room) found.push(`${where}: ${wide} px wide on ${room}`);
  };
  await Promise.all(["light", "dark"].map(async (colorScheme) => {
    const page = await browser.newPage({ ...PHONE, viewport: { width: 320, height: 640 }, colorScheme, reducedMotion: "reduce" });
    await page.goto(server.url);
    for (const slug of EXAMPLES) {
      const frame = await widget(page, slug);
      await holds(frame, (theme) => document.documentElement.dataset.theme === theme, colorScheme);
      // The card's ground shines through the frame, which axe inside it cannot see.
      const ground = await page.locator(`#card-${slug}`).evaluate((card) => getComputedStyle(card).backgroundColor);
      await frame.evaluate((colour) => (document.documentElement.style.backgroundColor = colour), ground);
      await look(frame, `${slug}, ${colorScheme}`, /^(region|landmark-one-main|page-has-heading-one)/);
    }
    for (const path of ["kanban/", "book-club/", "book-club/books", "book-club/books/middlemarch"]) {
      await page.goto(`${server.live}/${path}`);
      await look(page, `${path}, ${colorScheme}`);
    }
    await page.close();
  }));
  assert.deepEqual(found, []);
});

test("no page complained", async () => {
  await until("nothing more is loading", () => Promise.all(tabs.map((page) => page.waitForLoadState("domcontentloaded"))));
  assert.deepEqual(complaints.flat(), []);
});
