// Makes docs/dashboard.png from the real page: `tests/browser/run --picture`.
import { openBrowser, widget } from "./lib/browser.mjs";
import { Server } from "./lib/server.mjs";

const target = new URL("../../docs/dashboard.png", import.meta.url).pathname;
const WISHES = [
  "A poll: what shall we have for lunch? Pizza, sushi, tacos or salad",
  "A counter that everybody can click",
  "A list of books with title, author and rating",
  "Roll two dice",
  "A colour palette",
  "Reactions: 👍 ❤️ 🎉",
];

const server = await Server.start();
const browser = await openBrowser();
try {
  const slugs = [];
  for (const wish of WISHES) slugs.push(await server.make(wish));
  for (const [index, wish] of ["A guestbook", "Translate a sentence into Latin", "A countdown to New Year"].entries()) {
    const { id } = await server.ask(wish, { from: `127.0.1.${index + 1}` });
    for (let voter = 0; voter < 5 - index * 2; voter += 1) await server.visitor("POST", `/api/requests/${id}/vote`, {}, `127.0.2.${voter + 1}`);
  }
  const page = await browser.newPage({ viewport: { width: 1280, height: 1180 }, colorScheme: "light" });
  await page.goto(server.url);
  for (const slug of slugs) await widget(page, slug);
  console.log(slugs);
  const frame = (slug) => page.frame({ url: new RegExp(`/${slug}/widget`) });
  if (process.argv[2]) await page.screenshot({ path: process.argv[2], fullPage: true });
} finally {
  await browser.close();
  await server.stop();
}
