// Wishes about numbers and time.

import { Disappointed, pause } from "./person.mjs";

const DAY = 86_400_000;
const year = new Date().getFullYear() + 1;

/** The number fields' values as a person fills them who sees a unit on each side. */
async function convert(me, value, from, to) {
  const selects = await me.page.locator("select:visible").all();
  const pick = async (select, unit) => {
    const option = (await select.locator("option").allInnerTexts()).find((text) => unit.test(text));
    if (option !== undefined) await select.selectOption({ label: option });
    return option !== undefined;
  };
  if (selects.length >= 2) {
    await pick(selects.at(-2), from);
    await pick(selects.at(-1), to);
  }
  const field = await me.writeOrNth(value, 0, from, /value|amount|from|number|wert/i);
  await me.pressIfThere(/convert|calculate|umrechnen|berechnen|^=$/i);
  await field.dispatchEvent("change");
}

export const numbers = [
  {
    say: `countdown to 24.12.${year}`,
    hope: "the days until then are shown without setting anything up, and the seconds (or minutes) run",
    async use(me) {
      const days = (new Date(year, 11, 24).getTime() - Date.now()) / DAY;
      const right = [Math.floor(days), Math.ceil(days)];
      await me.expectText((text) => (text.match(/\d[\d.,\u202f' ]*/g) ?? []).some((n) => right.includes(Number(n.replace(/\D/g, "")))), `${right.join(" or ")} days`);
      const before = await me.reads();
      await me.expectText((text) => text !== before, "the time run down", 5000);
    },
  },
  {
    say: "km -> miles converter",
    hope: "type 10, read 6.21",
    async use(me) {
      await convert(me, "10", /kilomet|\bkm\b/i, /mile|\bmi\b/i);
      await me.expect(/6[.,]21/, "6.21");
    },
  },
  {
    say: "Celsius in Fahrenheit umrechnen",
    hope: "type 100, read 212",
    async use(me) {
      await convert(me, "100", /celsius|°\s?C/i, /fahrenheit|°\s?F/i);
      await me.expect(/\b212\b/, "212");
    },
  },
  {
    say: "stopwatch",
    hope: "press Start: time runs; press Stop: it stands still above one second",
    async use(me) {
      await me.press(/start/i);
      await pause(1600);
      await me.press(/stop|pause|halt/i);
      await pause(200);
      const stood = await me.reads();
      await pause(700);
      if ((await me.reads()) !== stood) throw new Disappointed("it runs on after Stop");
      if (!/\b0?0:0[1-4]\b|(?<![\d:])0?[1-4][.,]\d|(?<![\d:])[1-4]\s?s/.test(stood)) throw new Disappointed(`it stands at “${stood.replace(/\s+/g, " ").slice(0, 80)}”`);
    },
  },
  {
    say: "pomodoro timer 25/5 pls",
    hope: "25:00 is shown; press Start: it runs down from there; a break of 5 is offered",
    async use(me) {
      await me.expect(/25:00/);
      await me.press(/start|go|begin|focus/i);
      await me.expect(/24:5\d/, "24:5…", 5000);
      await me.expect(/(?<![\d:])0?5:00|\bbreak\b|\b5\s?min/i, "the break of five minutes");
    },
  },
  {
    say: "pasword genrator",
    hope: "a password of at least eight characters, and another one at a press",
    async use(me) {
      const secret = async () => (await me.sees()).split(/\s+/).find((word) => word.length >= 8 && /[a-z]/i.test(word) && /\d|[^a-z\d]/i.test(word.slice(1, -1)) && !/^(https?:|.*[.:,?]$)/.test(word));
      await me.press(/generate|new|create|make|another|refresh/i);
      await pause(500);
      const first = await secret();
      if (!first) throw new Disappointed("no password is shown");
      await me.press(/generate|new|create|make|another|refresh/i);
      await pause(500);
      const second = await secret();
      if (!second || second === first) throw new Disappointed("a second press gave no other password");
    },
  },
  {
    say: "BMI calculator with height in cm and weight in kg",
    hope: "180 and 81 give 25",
    async use(me) {
      await me.write("180", /height|cm/i);
      const field = await me.write("81", /weight|kg/i);
      await me.pressIfThere(/calculate|compute|work out|show|bmi/i);
      await field.dispatchEvent("change");
      await me.expect(/\b25([.,]0+)?\b/, "25");
    },
  },
  {
    say: "split a restaurant bill between friends incl. tip",
    hope: "120 with a tip of 10 % between 4 gives 33 each",
    async use(me) {
      await me.write("120", /bill|total|amount|sum/i);
      if (!(await me.writeIfThere("10", /tip/i))) await me.choose(/\b10\s?%/);
      const field = await me.write("4", /people|friends|persons|between|split|how many|guests/i);
      await me.pressIfThere(/calculate|split|compute/i);
      await field.dispatchEvent("change");
      await me.expect(/\b33([.,]00?)?\b/, "33 each");
    },
  },
];
