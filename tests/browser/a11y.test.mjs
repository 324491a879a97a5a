// axe-core finds nothing, on every page, in both colours, on a phone and a desk, inside the frames too; and the keyboard is enough.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { violations } from "./lib/axe.mjs";
import { holds, openBrowser, widget } from "./lib/browser.mjs";
import { Server, until } from "./lib/server.mjs";

const SIZES = [{ width: 360, height: 740 }, { width: 1280, height: 900 }];
const SCHEMES = ["light", "dark"];
/** One of each recipe, and of those with more than one face. */
const WISHES = [
  "a calculator", "a chat", "a clock", "a unit converter for kilometers and miles", "a countdown to 2031-01-01", "a counter that everybody can click", "roll two dice", "guess the number",
  "a guestbook", "a list of books with title, author and rating", "a notes board", "a colour palette", "a random picker: Tom, Ann, Lee", "a poll: tea, coffee or water?", "quote of the day",
  "a star rating", "reactions: 👍 ❤️ 🎉", "rock paper scissors", "a sign-up sheet for the summer party", "a scoreboard", "a suggestion box", "tic-tac-toe", "a pomodoro timer", "a todo list", "a trivia quiz", "a word counter",
  "Visitors add jokes and one is shown at random", "leave a nice sentence for the next visitor", "A story that we write together, everybody adds a sentence",
  "A board that everybody can paint on together", "Guess how many jelly beans are in the jar, closest wins", "A weekly cleaning plan where everybody can enter a name", "A tip calculator",
  "A Morse code translator", "A password generator", "Who paid what and who owes whom", "A shared text that everybody can edit", "A board where anyone can ask a question and others answer",
  "Split the names that people enter into two random teams", "Hangman", "Connect four", "A memory game with pairs of cards", "A reaction time test: click when it turns green",
  "a list of hiking trails with length in km, difficulty (easy, medium, hard), stars and done yes/no, searchable", "Umfrage mit Mehrfachauswahl: Montag, Dienstag, Mittwoch",
  "dice roller for d&d please, d4 d6 d8 d10 d12 d20, and show everyone the last rolls",
  "Initiative tracker for our D&D group: name and initiative number, highest on top, with a button to go to the next turn",
  "Tippspiel für die Bundesliga: jeder gibt seinen Tipp für ein Spiel ab und am Ende sieht man die Punkte",
  "ein Spiel wo man so schnell wie möglich klicken muss, 10 sekunden, mit bestenliste", "a pomodoro timer 25 minutes work 5 minutes break",
  "Umfrage wann wir uns zur nächsten Probe treffen, mehrere Termine zum Ankreuzen mit ja / nein / vielleicht",
  "Bread pre-orders: name, which bread (rye, sourdough, baguette), how many, and a total per bread",
  "Car share: driver, where from, time, and max 4 seats per car that people can put their name into",
  "Putzplan für unsere WG: Bad, Küche, Flur und Müll, jede Woche rotiert es zwischen Anna, Ben, Cem und Dora",
  "A quiz about capital cities with four answers each and a highscore list",
  "Stoppuhr mit Rundenzeiten", "random name picker: people add names and a button draws one", "Eine Strichliste pro Person",
  // Each rule that a list may have, several at once.
  "parking lot for ideas with comments, everyone has 3 votes, random one button", "Wish list: gift, link, price, people can reserve a gift, at most 30 entries, one each",
  "list of tasks with task, due date, status (open, doing, done), grouped by status, overdue ones are marked",
  "a list of films with title and year, everyone can rate them, no duplicates, pick one at random",
  "Harvest table: vegetable, kilos, with total per vegetable, filter by vegetable, newest first", "Packing list with item and owner, tick off, reset all ticks",
  "A water tracker: a button for each glass, goal 8 glasses, starts over every day", "Days since the last accident", "A habit tracker with streaks",
  "Secret Santa: everybody enters a name and draws another", "A league table for table tennis: enter results, see who leads", "Flash cards for French vocabulary",
  "A bingo card for our meetings, everybody adds words", "The game snake with a high-score list", "The game 2048 with a high-score list", "Whack a mole", "A typing speed test",
  "A multiplication quiz for kids", "A chess clock with 5 minutes for each player", "An interval timer: 40 seconds work, 20 seconds rest, 8 rounds",
];
let server, browser;
let checked = 0;

before(async () => {
  [server, browser] = await Promise.all([Server.start(["--difficulty", "1", "--interval", "3600"], { ready: false }), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What axe finds, counted. */
function findings(frame) {
  checked += 1;
  return violations(frame);
}

const ALL = [["light", "dark"], ["light", "dark"]];
const CROSSED = [["dark"], ["light"]];

/** Axe over a page in both sizes and the colours given for each. */
async function clean(page, where, { schemes = ALL, prepare = async () => {} } = {}) {
  const found = [];
  for (const [index, viewport] of SIZES.entries()) {
    await page.setViewportSize(viewport);
    for (const colorScheme of schemes[index]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await prepare();
      for (const line of await findings(page)) found.push(`${where}, ${colorScheme}, ${viewport.width} px: ${line}`);
    }
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
    if (wide > viewport.width) found.push(`${where}: ${wide} px wide on ${viewport.width}`);
  }
  assert.deepEqual(found, []);
}

test("home, empty, perhaps still warming", async () => {
  const page = await browser.newPage();
  await page.goto(server.url);
  await clean(page, "home, empty");
  await server.ready();
  await page.close();
});

test("the keyboard is enough: skip, ask, watch, use", async () => {
  const page = await browser.newPage({ viewport: SIZES[1] });
  await page.goto(server.url);
  const focused = () => page.evaluate(() => {
    const node = document.activeElement;
    const style = getComputedStyle(node);
    const rim = (parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none") || style.boxShadow !== "none";
    const box = node.getBoundingClientRect();
    return { text: (node.getAttribute("aria-label") ?? node.textContent).trim().slice(0, 60), id: node.id, rim, seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight };
  });
  await page.keyboard.press("Tab");
  let now = await focused();
  assert.match(now.text, /Skip/);
  assert.ok(now.rim && now.seen, "the skip link is visible when it has focus");
  await page.keyboard.press("Enter");
  await until("the content has focus", async () => (await focused()).id === "main");
  await page.keyboard.press("Tab");
  assert.equal((await focused()).id, "ask-text", "the first stop after skipping is the box");
  await page.keyboard.type("a counter that everybody can click");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#ask-done:not([hidden])");
  // Each stop on the way round shows where it is.
  const stops = [];
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Tab");
    now = await focused();
    if (stops.length > 3 && /Skip/.test(now.text)) break;
    assert.ok(now.rim, `no visible focus on “${now.text}” #${now.id}`);
    assert.ok(now.seen, `focus is off the screen on “${now.text}” #${now.id}`);
    stops.push(now.text);
  }
  for (const wanted of [/Change/, /Withdraw/, /Vote for/, /Deutsch/, /Owner/]) assert.ok(stops.some((text) => wanted.test(text)), `${wanted} is not reached: ${stops.join(" | ")}`);
  const [request] = (await server.get("/api/requests")).requests;
  const slug = await server.liveFrom(request.id);
  // Into the frame and out of it.
  const frame = await widget(page, slug);
  await holds(frame, () => document.getElementById("count").textContent === "0");
  await page.locator(`#card-${slug} h3 a`).focus();
  await page.keyboard.press("Tab");
  await until("the frame's button has focus", () => frame.evaluate(() => document.activeElement.tagName === "BUTTON"));
  assert.ok(await frame.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== "none"), "focus shows inside the frame");
  const first = await frame.evaluate(() => document.activeElement.id);
  if (first !== "up") await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await holds(frame, () => document.getElementById("count").textContent === "1");
  await page.keyboard.press("Tab");
  await until("focus left the frame", async () => page.evaluate(() => document.activeElement.tagName !== "IFRAME"));
  await page.close();
});

test("home while something is being built, and after asking", async () => {
  const page = await browser.newPage();
  await page.goto(server.url);
  // Several at once, so that something is at work while axe looks.
  await page.fill("#ask-text", "Translate my letters into Klingon");
  await until("a hint", async () => /No recipe/.test(await page.textContent("#ask-hint")));
  const states = new Set();
  const wishes = ["a counter for cats", "a counter for dogs", "a counter for birds", "a counter for fish", "a counter for bees", "a counter for ants"];
  await clean(page, "home, building", { prepare: async () => {
    const wish = wishes.shift();
    if (!wish) return;
    const request = await server.owner("POST", "/api/requests", { title: wish, details: "" });
    await server.owner("POST", `/api/requests/${request.id}/start`, {});
    await page.waitForSelector("#building [data-step][data-state=now]", { timeout: 3000 }).then(() => states.add("now"), () => {});
  } });
  assert.ok(states.has("now"), "something was being built meanwhile");
  await page.keyboard.press("Enter");
  await page.locator("#ask-text").press("Enter");
  await page.waitForSelector("#ask-done:not([hidden])");
  await clean(page, "home, asked", { schemes: CROSSED });
  await page.close();
});

test("every recipe's widget, inside its frame", async (t) => {
  const slugs = new Set();
  const recipes = new Set();
  for (const wish of WISHES) {
    const fit = (await server.get(`/api/suggest?title=${encodeURIComponent(wish)}`)).fit;
    assert.ok(fit, `no recipe fits “${wish}”`);
    recipes.add(fit.recipe);
    slugs.add(await server.make(wish));
  }
  t.diagnostic(`${recipes.size} recipes, ${slugs.size} widgets`);
  const page = await browser.newPage({ viewport: SIZES[0] });
  const found = [];
  for (const viewport of SIZES) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.goto(server.url);
    for (const slug of slugs) {
      const frame = await widget(page, slug);
      await holds(frame, () => document.querySelector("button, input, output, time, p")).catch(() => {});
      for (const colorScheme of viewport.width === 360 ? SCHEMES : ["light"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await holds(frame, (theme) => document.documentElement.dataset.theme === theme, colorScheme);
        // The frame lets the card's ground shine through, which axe inside it cannot see.
        const ground = await page.locator(`#card-${slug}`).evaluate((card) => getComputedStyle(card).backgroundColor);
        await frame.evaluate((colour) => (document.documentElement.style.backgroundColor = colour), ground);
        // A fragment in a frame has no landmarks, no level-one heading and no title of its own: the card around it has.
        const lines = (await findings(frame)).filter((line) => !/^(region|landmark-one-main|page-has-heading-one|document-title)/.test(line));
        for (const line of lines) found.push(`${slug}, ${colorScheme}, ${viewport.width} px: ${line}`);
      }
      const wide = await frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) found.push(`${slug} is ${wide} px too wide at ${viewport.width}`);
    }
  }
  assert.deepEqual(found, []);
  await page.close();
});

test("home with many cards, and every other page", async (t) => {
  const page = await browser.newPage();
  const items = (await server.get("/api/requests")).requests;
  const live = items.find((one) => one.state === "live");
  const waits = items.find((one) => one.state === "needs_model");
  await page.goto(`${server.url}/requests/${live.id}`);
  await clean(page, "a request's page");
  await page.goto(server.url);
  await clean(page, "home", { schemes: CROSSED });
  for (const path of ["/requests", `/requests/${waits.id}`, "/routes", "/status", "/nothing-here", "/?lang=de",
    `/features/${live.feature}`, `/features/${live.feature}/history`, `/features/${live.feature}/code`, `/features/${live.feature}/contract`, `/features/${live.feature}/logs`]) {
    await page.goto(server.url + path);
    await clean(page, path, { schemes: CROSSED });
  }
  await page.goto(`${server.url}/owner`);
  await clean(page, "/owner", { schemes: CROSSED });
  await page.fill("#owner-token", "wrong");
  await page.keyboard.press("Enter");
  await until("it says so", async () => (await page.textContent("#owner-error")).length > 5);
  await clean(page, "/owner, refused", { schemes: CROSSED });
  await page.fill("#owner-token", server.token);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#owner-panel:not([hidden]) .owner-item");
  await clean(page, "/owner, inside");
  t.diagnostic(`axe ran ${checked} times`);
  await page.close();
});
