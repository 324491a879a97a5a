// What axe-core says against a page or a frame.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }, resultTypes: ["violations"], iframes: false };

/** What axe finds, one line a finding, once colours that change have changed. */
export async function violations(frame) {
  await frame.evaluate(AXE);
  const { violations } = await frame.evaluate(async (rules) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return axe.run(document, rules);
  }, RULES);
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.split("\n").slice(1).join(" ").trim()}`));
}
