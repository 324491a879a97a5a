// Makes docs/dashboard.png from the real page: `tests/browser/run --picture [FILE [light|dark]]`.
import { openBrowser, widget } from "./lib/browser.mjs";
import { Server, until } from "./lib/server.mjs";

const target = new URL("../../docs/dashboard.png", import.meta.url).pathname;
const WISHES = [
  "A poll: what shall we have for lunch? Pizza, sushi, tacos or salad",
  "A counter that everybody can click",
  "A list of books with title, author and rating",
  "Roll two dice",
  "A colour palette",
  "Reactions: 👍 ❤️ 🎉",
];

const server = await Server.start(["--interval", "60"]);
const browser = await openBrowser();
try {
  const slugs = [];
  for (const wish of WISHES) slugs.push(await server.make(wish));
  for (const [index, wish] of ["A guestbook", "Translate a sentence into Latin", "A countdown to New Year"].entries()) {
    const { id } = await server.ask(wish, { from: `127.0.1.${index + 1}` });
    for (let voter = 0; voter < 5 - index * 2; voter += 1) await server.visitor("POST", `/api/requests/${id}/vote`, {}, `127.0.2.${voter + 1}`);
  }
  const page = await browser.newPage({ viewport: { width: 1280, height: 1420 }, colorScheme: process.argv[3] ?? "light" });
  const frames = {};
  await page.goto(server.url);
  for (const slug of slugs) frames[slug] = await widget(page, slug);
  const [poll, counter, list, dice, , reactions] = slugs;
  for (const choice of [0, 2, 1]) await frames[poll].locator("button").nth(choice).click();
  for (let click = 0; click < 12; click += 1) await frames[counter].click("#up");
  await frames[list].locator("form input").nth(0).fill("Momo");
  await frames[list].locator("form input").nth(1).fill("Michael Ende");
  await frames[list].locator("form input").nth(2).fill("5");
  await frames[list].locator("form button").first().click();
  await frames[dice].locator("button").first().click();
  for (const choice of [0, 0, 1, 2]) await frames[reactions].locator("button").nth(choice).click();
  await page.reload();
  for (const slug of slugs) await widget(page, slug);
  await page.evaluate(() => scrollTo(0, 0));
  // What was built before has left the list after 15 s; then something new is at work.
  await until("nothing is being built", async () => (await page.locator("#building [data-run]").count()) === 0);
  const request = await server.ask("A to-do list for the flat", { from: "127.0.3.1" });
  await server.owner("POST", `/api/requests/${request.id}/start`, {}).catch(() => {});
  await page.waitForSelector('[data-step="build"][data-state="now"]');
  await page.screenshot({ path: process.argv[2] ?? target });
} finally {
  await browser.close();
  await server.stop();
}
