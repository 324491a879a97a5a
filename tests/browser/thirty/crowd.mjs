// Wishes for things that several people share, and those that no offline server can grant.

import { Disappointed, pause } from "./person.mjs";

export const together = [
  {
    say: "Can we have a poll: pizza, sushi or tacos for Friday lunch?",
    hope: "three options are offered; choose sushi (and press Vote when there is such a button); somebody else sees one vote beside sushi, none beside pizza",
    async use(me) {
      for (const dish of [/pizza/i, /sushi/i, /tacos/i]) await me.expect(dish);
      await me.choose(/sushi/i);
      await me.pressIfThere(/^(cast |submit |send )?(my |your )?vote/i, /^submit/i);
      await pause(500);
      const you = await me.another();
      const sushi = await you.numberBeside(/sushi/i);
      if (![1, 100].includes(sushi)) throw new Disappointed(`somebody else reads “${await you.beside(/sushi/i)}” at sushi`);
      const pizza = await you.numberBeside(/pizza/i);
      if (pizza !== 0) throw new Disappointed(`pizza shows ${pizza} although nobody chose it`);
    },
  },
  {
    say: "Einkaufsliste für unsere WG zum Abhaken",
    hope: "type Hafermilch, press the button (or return): somebody else sees it; tick its box: a third person sees it ticked",
    async use(me) {
      const field = await me.writeOrNth("Hafermilch", 0, /item|artikel|eintrag|was|what|add/i);
      await me.submit(field);
      const you = await me.another();
      await you.expect(/Hafermilch/);
      const box = (await you.find([/Hafermilch/, /done|tick|check|bought|abhaken|erledigt/i], ["checkbox", "button"])) ?? you.page.getByRole("checkbox").first();
      await box.click({ timeout: 2000 });
      await pause(500);
      const third = await me.another();
      await third.expect(/Hafermilch/);
      const ticked = await third.page.evaluate(() => {
        const struck = [...document.body.querySelectorAll("*")].some((e) => /Hafermilch/.test(e.textContent) && getComputedStyle(e).textDecorationLine.includes("line-through"));
        return struck || document.querySelector("input:checked, [aria-checked=true], [aria-pressed=true]") !== null;
      });
      if (!ticked) throw new Disappointed("the ticked entry does not look ticked to somebody else");
    },
  },
  {
    say: "could you add a guest book so visitors can leave us a hello?",
    hope: "type a name and a hello, send: somebody else reads both",
    async use(me) {
      await me.writeOrNth("Ada", 0, /name/i);
      const field = await me.writeOrNth("Hello from Lisbon", 1, /message|hello|entry|text|comment|say|write/i);
      await me.submit(field);
      const you = await me.another();
      await you.expect(/Hello from Lisbon/);
      await you.expect(/Ada/);
    },
  },
  {
    say: "Wer bringt was mit zum Grillen am Samstag?",
    hope: "type a name and what one brings, send: somebody else reads both",
    async use(me) {
      const fields = await me.fields();
      if (fields.length < 2) throw new Disappointed(`wanted a field for the name and one for the dish, found ${fields.length}`);
      const name = await me.write("Jonas", /name|wer\b|who/i);
      const dish = (await me.field(/bring|mit\b|was\b|what|dish|item|thing|essen/i)) ?? fields[1];
      await dish.fill("Kartoffelsalat");
      await me.submit(name);
      const you = await me.another();
      await you.expect(/Kartoffelsalat/);
      await you.expect(/Jonas/);
    },
  },
  {
    say: "I want a wall of sticky notes where anyone can pin something",
    hope: "type a note, pin it: somebody else sees it",
    async use(me) {
      const field = await me.writeOrNth("Buy flowers", 0, /note|text|write/i);
      await me.submit(field, /pin|stick/i);
      const you = await me.another();
      await you.expect(/Buy flowers/);
    },
  },
  {
    say: "How is everyone feeling today? 😀 😐 😞",
    hope: "the three faces are offered; choose the first: somebody else sees one beside it",
    async use(me) {
      for (const face of [/😀/u, /😐/u, /😞/u]) await me.expect(face);
      await me.choose(/😀/u);
      await me.pressIfThere(/^(cast |submit |send )?(my |your )?vote/i, /^submit/i, /^save/i);
      await pause(500);
      const you = await me.another();
      const count = await you.numberBeside(/😀/u);
      if (![1, 100].includes(count)) throw new Disappointed(`somebody else reads “${await you.beside(/😀/u)}” at the first face`);
    },
  },
  {
    say: "chat",
    hope: "type a line and send it: it appears with somebody else, who has the widget open, without a reload",
    async use(me) {
      const you = await me.another();
      await me.writeIfThere("Ada", /name/i);
      const field = (await me.field(/message|say|write|text/i)) ?? (await me.fields()).at(-1);
      if (!field) throw new Disappointed("found nothing to write into");
      await field.fill("hi there everybody");
      await me.submit(field);
      await you.expectText(/hi there everybody/, "the line without a reload", 6000);
    },
  },
  {
    say: "people should be able to post ideas and upvote the good ones",
    hope: "post an idea; somebody else sees it, votes it up, and its number rises",
    async use(me) {
      const field = await me.writeOrNth("Free coffee", 0, /idea|title|suggest|text/i);
      await me.submit(field);
      const you = await me.another();
      await you.expect(/Free coffee/);
      const before = await you.numberBeside(/Free coffee/);
      await you.press(/up.?vote|vote|like|▲|👍|\+1|⬆|↑/i);
      await pause(700);
      const third = await me.another();
      const after = await third.numberBeside(/Free coffee/);
      if (after !== before + 1) throw new Disappointed(`its number went from ${before} to ${after}`);
    },
  },
  {
    say: "sign-up sheet for the 5k run with fields name, t-shirt size (S, M, L, XL) and phone",
    hope: "a field for the name, one for the phone, and the four sizes to choose from; send: the name stands in the list (or a thank-you)",
    async use(me) {
      await me.write("Grace", /name/i);
      await me.write("0170 555 01", /phone|tel/i);
      const before = await me.sees();
      const size = await me.chooseIfThere(/^\s*XL\s*$/i);
      if (!size) throw new Disappointed("there is no choice of sizes");
      await me.submit(null, /sign|join|register|enter/i);
      await pause(500);
      const you = await me.another();
      const seen = `${await you.sees()}\n${(await me.reads()).replace(before, "")}`;
      if (!/Grace|thank|signed up|you.re in|registered/i.test(seen)) throw new Disappointed("nothing shows that Grace signed up");
    },
  },
  {
    say: "which day suits everyone for the meetup: 14 May, 15 May or 17 May?",
    hope: "the three days are offered; choose 15 May (name, save): somebody else sees one beside 15 May and none beside 17 May",
    async use(me) {
      for (const day of [/14(th)?\.? May|May 14/i, /15(th)?\.? May|May 15/i, /17(th)?\.? May|May 17/i]) await me.expect(day);
      await me.writeIfThere("Ada", /name/i);
      await me.choose(/15(th)?\.? May|May 15/i);
      await me.pressIfThere(/^(cast |submit |send )?(my |your )?vote/i, /^(submit|save|send|add|join|done)/i);
      await pause(500);
      const you = await me.another();
      const chosen = (await you.beside(/15(th)?\.? May|May 15/i)).replace(/15/, "");
      const other = (await you.beside(/17(th)?\.? May|May 17/i)).replace(/17/, "");
      if (!/\b1\b|100|Ada|✓|✔/.test(chosen) || /\b1\b|100|✓|✔/.test(other)) throw new Disappointed(`somebody else reads “${chosen}” at the 15th and “${other}” at the 17th`);
    },
  },
  {
    say: "make a big red button, everyone can press it and see how many times it got pressed",
    hope: "press the big button twice: somebody else reads 2",
    async use(me) {
      await me.pressLargest();
      await pause(500);
      await me.pressLargest();
      await pause(500);
      const you = await me.another();
      await you.expect(/(^|\D)2(\D|$)/, "two presses");
    },
  },
  {
    say: "hey, would be fun if we all could paint on one shared pixel canvas :)",
    hope: "choose a colour when there is a choice, click into the canvas: somebody else sees the dot",
    async use(me) {
      const before = await me.another();
      const blank = await before.picture();
      await me.chooseIfThere(/red|#(f00|e[0-9a-f]|d[0-9a-f])/i);
      const cells = me.page.locator("canvas:visible, [role=grid]:visible, svg:visible");
      if ((await cells.count()) > 0) {
        const box = await cells.first().boundingBox();
        await me.window.mouse.click(box.x + box.width * 0.31, box.y + Math.min(box.height * 0.31, 300));
      } else {
        const buttons = await me.page.getByRole("button").all();
        if (buttons.length < 36) throw new Disappointed("there is nothing to paint on");
        await buttons[Math.floor(buttons.length / 2)].click();
      }
      await pause(800);
      const after = await me.another();
      if (blank.equals(await after.picture())) throw new Disappointed("somebody else sees no dot");
    },
  },
];

/** What a small server without the network cannot do: the answer must be a plain no. */
export const offline = [
  { say: "what's the weather going to be in Berlin tomorrow?", hope: "a plain no: forecasts come from elsewhere" },
  { say: "send me an e-mail whenever somebody signs the guestbook", hope: "a plain no: it sends no mail; a guest book without mail is not what was asked" },
  { say: "translate whatever I type into French and Spanish", hope: "a plain no: it knows no languages" },
  { say: "bitcoin price in EUR live", hope: "a plain no: prices come from elsewhere" },
  { say: "show our latest instagram posts on the page plz", hope: "a plain no: they are elsewhere" },
];
