// Asks an offline server for thirty things in thirty people's words, and uses what comes of it as they would.
// `scripts/thirty` starts it; arguments are the numbers of the wishes to try, all of them without any;
// with --dashboard the widgets are used in their frames on the dashboard instead of on their own pages.

import { chromium } from "playwright-core";
import { Disappointed, Person } from "./thirty/person.mjs";
import { Server } from "./thirty/server.mjs";
import { wishes } from "./thirty/wishes.mjs";

const ENOUGH = 22;
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Tries one wish out: what became of it, in one word and one note. */
async function grant(server, browser, wish) {
  const request = await server.ask(wish.say);
  const shown = { state: request.state, recipe: request.recipe };
  if (request.state === "needs_model") {
    const plain = Boolean(request.reason?.trim());
    const note = plain ? request.reason : "no reason given";
    return { ...shown, yielded: plain ? "refused" : "no", good: plain && !wish.use, note };
  }
  if (request.state !== "live") return { ...shown, yielded: "no", good: false, note: request.reason ?? "" };
  if (!wish.use) return { ...shown, yielded: "wrong", good: false, note: `made ${request.feature} instead of saying no` };
  const me = await Person.visit(browser, inDashboard ? `${server.url}/features/${request.feature}` : `${server.live}/${request.feature}/widget`);
  try {
    await wish.use(me);
    return { ...shown, yielded: "yes", good: true, note: me.errors[0] ?? "" };
  } catch (error) {
    const note = error instanceof Disappointed ? error.message : error.message.split("\n")[0];
    return { ...shown, yielded: "no", good: false, note: me.errors.length > 0 ? `${note} [script: ${me.errors[0]}]` : note };
  } finally {
    await Promise.all(browser.contexts().map((context) => context.close()));
  }
}

const inDashboard = process.argv.includes("--dashboard");
const wanted = process.argv.slice(2).map(Number).filter(Boolean);
const chosen = wishes.map((wish, n) => ({ ...wish, n: n + 1 })).filter(({ n }) => wanted.length === 0 || wanted.includes(n));
let server;
let browser;
let code = 1;
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server?.child.kill("SIGTERM"));
try {
  server = await Server.start(process.env.KANDRA);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  const tally = { yes: 0, refused: 0, no: 0, wrong: 0 };
  let good = 0;
  for (const wish of chosen) {
    const outcome = await grant(server, browser, wish).catch((error) => ({ state: "?", yielded: "no", good: false, note: error.message }));
    tally[outcome.yielded] += 1;
    if (outcome.good) good += 1;
    const mark = outcome.good ? "ok " : "   ";
    console.log(`${mark}${String(wish.n).padStart(2)}  ${wish.say.padEnd(86)}  ${outcome.state.padEnd(11)}  ${outcome.yielded.padEnd(7)}  ${outcome.recipe ?? "-"}  ${outcome.note}`.trimEnd());
  }
  console.log(`\n${tally.yes} yielded, ${tally.refused} plainly refused, ${tally.no} did not work, ${tally.wrong} wrong features: ${good} of ${chosen.length} as they should be.`);
  code = good >= Math.min(ENOUGH, chosen.length) ? 0 : 1;
} catch (error) {
  console.error(error.message);
} finally {
  await browser?.close();
  await server?.stop();
}
process.exit(code);
