// The page's scripts, in the order in which they matter.
import "./time.js";
import { startPreferences } from "./prefs.js";
import { startFrames } from "./frames.js";
import { startVotes } from "./votes.js";
import { startCopy } from "./copy.js";
import { startOwner } from "./owner.js";
import { start } from "./stream.js";
import { startVersion } from "./version.js";

startPreferences();
startFrames();
startVotes();
startCopy();
startVersion();
const page = document.documentElement.dataset.page;
if (page === "home") {
  const [{ startHome }, { startAsk }] = await Promise.all([import("./home.js"), import("./ask.js")]);
  startHome();
  startAsk();
} else {
  const { startPage } = await import("./page.js");
  startPage();
}
if (page === "crates") (await import("./crates.js")).startCrates();
if (page === "request") (await import("./own.js")).startOwn();
startOwner();
if (page !== "error") start();
