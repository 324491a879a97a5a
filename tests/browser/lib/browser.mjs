// A real Chromium with its defenses on, and what a page must never do unasked.
import { chromium } from "playwright-core";

// The sandbox flag is about Chromium's own processes, which containers cannot nest; nothing here weakens web security.
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
export const DESK = { viewport: { width: 1280, height: 900 } };

export const openBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });

/** Writes down the errors, refusals and foreign requests of a page; `complaints` stays empty in normal use. */
export function listen(page, server) {
  const complaints = [];
  const own = [server.url, server.live];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!own.some((origin) => url === origin || url.startsWith(`${origin}/`)) && !/^(data|blob|about):/.test(url)) complaints.push(`request: ${url}`);
  });
  return complaints;
}

/** The frame of a feature on the page, once its script runs. */
export async function widget(page, slug) {
  const element = await page.waitForSelector(`iframe[data-slug="${slug}"]`, { state: "attached" });
  await element.scrollIntoViewIfNeeded();
  const frame = await element.contentFrame();
  await frame.waitForLoadState("domcontentloaded");
  return frame;
}

/** Waits until `check` holds in a frame or page. By the clock: a frame outside the window draws no pictures to wait for. Failing, says what is there instead. */
export async function holds(frame, check, argument) {
  try {
    await frame.waitForFunction(check, argument, { polling: 50 });
  } catch (error) {
    const there = await frame.evaluate(() => `${document.readyState}, ${document.hidden ? "hidden" : "visible"}: ${document.documentElement.outerHTML.slice(0, 600)}`).catch((gone) => gone.message);
    throw new Error(`${error.message.split("\n")[0]} ${check} in ${frame.url()}, ${there}`);
  }
}
