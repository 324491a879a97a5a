// Somebody who uses a widget without knowing how it was made: finds controls by role, name and visible text only.

const SOON = 4000;
const SUBMIT =
  /^(add|post|send|save|submit|sign|pin|vote|join|done|ok|go|bring|i.?ll bring|put|enter|create|share|count me|hinzufügen|eintragen|speichern|senden|absenden|abstimmen)\b|\badd\b|\bsign (up|the)|\bsave\b|\bsubmit\b|\bsend\b|\bpost\b|^\+$/i;

export const pause = (millis) => new Promise((done) => setTimeout(done, millis));

/** What went wrong in the words of somebody who was let down. */
export class Disappointed extends Error {}

export class Person {
  constructor(window, browser, url) {
    /** The browser's window; `page` is the widget in it. */
    this.window = window;
    this.page = window;
    this.browser = browser;
    this.url = url;
    this.errors = [];
  }

  /** Opens a widget in a browser of one's own: on its own page, or in its frame on the dashboard. */
  static async visit(browser, url) {
    const context = await browser.newContext({ viewport: { width: 720, height: 900 }, locale: "en-GB" });
    const person = new Person(await context.newPage(), browser, url);
    person.window.setDefaultTimeout(SOON);
    person.window.on("pageerror", (error) => person.errors.push(error.message));
    const answer = await person.window.goto(url, { waitUntil: "load" });
    if (!answer?.ok()) throw new Disappointed(`the widget answered ${answer?.status()}`);
    if (!new URL(url).pathname.endsWith("/widget")) {
      const frame = person.window.locator("iframe").first();
      await frame.scrollIntoViewIfNeeded();
      person.page = await (await frame.elementHandle()).contentFrame();
      await person.page.waitForLoadState("load");
      await pause(400);
    }
    await pause(400);
    return person;
  }

  /** Somebody else, with a browser of their own, who looks at the same widget now. */
  another() {
    return Person.visit(this.browser, this.url);
  }

  async leave() {
    await this.window.context().close();
  }

  /** What can be read on the widget, without what stands in fields. */
  async reads() {
    return this.page.evaluate(() => document.body.innerText);
  }

  /** What can be read on the widget, and what its fields hold. */
  async sees() {
    return this.page.evaluate(() => {
      const shown = (field) => field.getClientRects().length > 0 && field.tagName !== "SELECT";
      const fields = [...document.querySelectorAll("input, textarea, output")].filter(shown);
      return [document.body.innerText, ...fields.map((field) => field.value ?? "")].join("\n");
    });
  }

  /** Waits until the widget shows this, fields included. */
  async expect(wanted, what = String(wanted), within = SOON) {
    return this.#until(() => this.sees(), wanted, what, within);
  }

  /** Waits until the widget shows this outside of its fields. */
  async expectText(wanted, what = String(wanted), within = SOON) {
    return this.#until(() => this.reads(), wanted, what, within);
  }

  async #until(look, wanted, what, within) {
    const end = Date.now() + within;
    let text = "";
    while (Date.now() < end) {
      text = await look();
      const found = typeof wanted === "function" ? wanted(text) : text.match(wanted);
      if (found) return found;
      await pause(100);
    }
    throw new Disappointed(`did not see ${what}; saw “${text.replace(/\s+/g, " ").slice(0, 160)}”`);
  }

  /** The lines that an action adds to what is shown. */
  async newLines(action, within = 2500) {
    const before = lines(await this.sees());
    await action();
    const end = Date.now() + within;
    let added = [];
    while (Date.now() < end && added.length === 0) {
      await pause(120);
      added = surplus(lines(await this.sees()), before);
    }
    return added;
  }

  /** The first visible, enabled control of these roles whose name fits; names earlier in the list are preferred. */
  async find(names, roles = ["button", "link"]) {
    for (const name of [names].flat()) {
      for (const role of roles) {
        // Eyes go by what is written on it, ears by its name.
        const controls = this.page.getByRole(role, { name }).or(this.page.getByRole(role).filter({ hasText: name }));
        for (const control of await controls.all()) {
          if ((await control.isVisible()) && (await control.isEnabled())) return control;
        }
      }
    }
    return null;
  }

  /** Presses the button called one of these. */
  async press(...names) {
    const end = Date.now() + SOON;
    do {
      const button = await this.find(names);
      if (button) return button.click();
      await pause(150);
    } while (Date.now() < end);
    throw new Disappointed(`found no button called ${names.join(" or ")}; there are: ${(await this.buttons()).join(", ") || "none"}`);
  }

  /** Presses it when there is one; says whether there was. */
  async pressIfThere(...names) {
    const button = await this.find(names);
    await button?.click();
    return button !== null;
  }

  /** Presses the only button, or the largest. */
  async pressLargest() {
    const areas = [];
    for (const button of await this.page.getByRole("button").all()) {
      const box = (await button.isVisible()) ? await button.boundingBox() : null;
      if (box) areas.push([box.width * box.height, button]);
    }
    if (areas.length === 0) throw new Disappointed("found no button");
    areas.sort((a, b) => b[0] - a[0]);
    await areas[0][1].click();
    return areas[0][1];
  }

  async buttons() {
    const names = [];
    for (const button of await this.page.getByRole("button").all()) {
      if (await button.isVisible()) names.push((await button.getAttribute("aria-label")) ?? (await button.innerText()).trim());
    }
    return names;
  }

  /** Chooses what is offered under this name: a radio, box, button, entry of a list, or a label. */
  async choose(name) {
    const control = await this.find(name, ["radio", "checkbox", "button", "switch", "menuitem", "tab", "link"]);
    if (control) {
      // Radios and boxes are often drawn by their labels.
      return control.click({ timeout: 1500 }).catch(() => control.click({ force: true, timeout: 1500 }));
    }
    for (const select of await this.page.locator("select:visible").all()) {
      const option = (await select.locator("option").allInnerTexts()).find((text) => matches(name, text));
      if (option !== undefined) return select.selectOption({ label: option });
    }
    const label = this.page.locator("label:visible").filter({ hasText: name }).first();
    if ((await label.count()) > 0) return label.click();
    throw new Disappointed(`nothing called ${name} can be chosen; there are: ${(await this.buttons()).join(", ") || "no buttons"}`);
  }

  async chooseIfThere(name) {
    return this.choose(name).then(() => true, () => false);
  }

  /** The field called one of these. */
  async field(...names) {
    for (const name of names) {
      for (const field of [...(await this.page.getByLabel(name).all()), ...(await this.page.getByPlaceholder(name).all())]) {
        const writable = (await field.isVisible()) && (await field.evaluate((e) => e.matches("input:not([type=checkbox], [type=radio]), textarea") && !e.readOnly && !e.disabled));
        if (writable) return field;
      }
    }
    return null;
  }

  /** Every field that takes text or a number, from top to bottom. */
  async fields() {
    const all = await this.page.locator("input:visible, textarea:visible").all();
    const takes = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=color], [type=range], [type=file]), textarea";
    const kept = [];
    for (const field of all) if (await field.evaluate((e, takes) => e.matches(takes) && !e.readOnly && !e.disabled, takes)) kept.push(field);
    return kept;
  }

  /** Writes into the field called one of these. */
  async write(text, ...names) {
    const field = await this.field(...names);
    if (!field) throw new Disappointed(`found no field called ${names.join(" or ")}`);
    await field.fill(text);
    return field;
  }

  /** Writes into it when there is one. */
  async writeIfThere(text, ...names) {
    const field = await this.field(...names);
    await field?.fill(text);
    return field !== null;
  }

  /** Writes into the field called so, or else into the nth. */
  async writeOrNth(text, n, ...names) {
    const field = (await this.field(...names)) ?? (await this.fields())[n];
    if (!field) throw new Disappointed(`found no field for ${text}`);
    await field.fill(text);
    return field;
  }

  /** Hands in a form: its button, the only button there is, or the return key. */
  async submit(field, ...names) {
    const button = (await this.find([...names, SUBMIT], ["button"])) ?? (await this.#onlyButton(field));
    if (button) await button.click();
    else if (field) await field.press("Enter");
    else throw new Disappointed(`found no way to send; there are: ${(await this.buttons()).join(", ") || "no buttons"}`);
    await pause(300);
  }

  /** The only button of the field's form, or of the widget. */
  async #onlyButton(field) {
    const form = field ? this.page.locator("form").filter({ has: this.page.locator(":scope input, :scope textarea") }) : null;
    for (const place of [...(form ? await form.all() : []), this.page]) {
      const visible = [];
      for (const button of await place.getByRole("button").all()) if ((await button.isVisible()) && (await button.isEnabled())) visible.push(button);
      if (visible.length === 1) return visible[0];
    }
    return null;
  }

  /** The first number that is shown beside this text. */
  async numberBeside(text) {
    const around = await this.beside(text);
    const rest = around.replace(text, " ");
    const number = rest.match(/\d+/);
    return number ? Number(number[0]) : 0;
  }

  /** What is written in the smallest box around this text that says more than the text. */
  async beside(text) {
    return this.page.evaluate(
      ({ source, flags }) => {
        const wanted = new RegExp(source, flags);
        const says = (element) => [element.innerText ?? "", element.getAttribute("aria-label") ?? ""].join(" ");
        const fitting = [...document.body.querySelectorAll("*")].filter((e) => e.getClientRects().length > 0 && wanted.test(e.innerText ?? "") && !/^(SCRIPT|STYLE|OPTION|SELECT|H1|H2)$/.test(e.tagName));
        const rest = (e) => says(e).replace(wanted, " ");
        const innermost = fitting.filter((e) => !fitting.some((other) => other !== e && e.contains(other)));
        const boxes = [];
        for (let element of innermost) {
          for (let steps = 0; element && element !== document.body && steps < 4; steps++, element = element.parentElement) {
            if (/\d/.test(rest(element))) {
              boxes.push(says(element));
              break;
            }
          }
        }
        // A heading says the same words, but what belongs to them stands in the tighter box.
        if (boxes.length > 0) return boxes.sort((a, b) => a.length - b.length)[0];
        return innermost[0] ? says(innermost[0]) : "";
      },
      { source: text.source, flags: text.flags },
    );
  }

  /** A picture of the widget. */
  async picture() {
    return this.window.screenshot({ animations: "disabled" });
  }
}

const matches = (name, text) => (name instanceof RegExp ? name.test(text) : text.includes(name));

export const lines = (text) => text.split(/\n+/).map((line) => line.trim()).filter(Boolean);

const surplus = (now, before) => {
  const left = [...before];
  return now.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
};
