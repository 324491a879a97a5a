// Wishes for games and for chance.

import { Disappointed, pause } from "./person.mjs";

export const games = [
  {
    say: "roll a d20 for our d&d night",
    hope: "press Roll a few times: numbers from 1 to 20, some above 6",
    async use(me) {
      await me.chooseIfThere(/^\s*(1\s?)?d\s?20\s*$/i);
      const rolled = [];
      for (let roll = 0; roll < 12; roll++) {
        const added = await me.newLines(() => me.press(/roll|throw|würf/i), 1200);
        rolled.push(...added.flatMap((line) => line.match(/(?<![d:\d])\d{1,3}(?![:\d])/gi) ?? []).map(Number));
        await pause(250);
      }
      if (!rolled.some((n) => n > 6 && n <= 20)) throw new Disappointed(`twelve rolls showed ${rolled.join(" ") || "nothing"}`);
    },
  },
  {
    say: "tic tac toe for 2 players",
    hope: "nine squares; X takes the top row while O answers elsewhere: X is said to have won",
    async use(me) {
      await me.pressIfThere(/^(new game|start|play|join)/i);
      await pause(300);
      const squares = async (who) => {
        const all = [];
        for (const role of ["button", "gridcell", "cell"]) {
          for (const square of await who.page.getByRole(role).all()) {
            const box = (await square.isVisible()) ? await square.boundingBox() : null;
            if (box && Math.abs(box.width - box.height) < box.width * 0.4) all.push({ square, ...box });
          }
          if (all.length >= 9) break;
          all.length = 0;
        }
        if (all.length < 9) throw new Disappointed("there are no nine squares");
        const widest = all.map((s) => Math.round(s.width)).sort((a, b) => b - a)[8];
        const board = all.filter((s) => Math.round(s.width) >= widest).slice(0, 9);
        board.sort((a, b) => Math.round((a.y - b.y) / 10) || a.x - b.x);
        return board.map((s) => s.square);
      };
      const play = async (who, n) => {
        await (await squares(who))[n].click({ timeout: 1500 }).catch(() => null);
        await pause(600);
      };
      const both = (text) => /(^|\s)[X✕×❌]/imu.test(text) && /(^|\s)[O○⭕]/imu.test(text);
      await play(me, 0);
      await play(me, 3);
      const board = (await Promise.all((await squares(me)).map((square) => square.innerText()))).join(" ");
      // Two people at one screen, or each at their own.
      const you = both(` ${board}`) ? me : await me.another();
      if (you !== me) {
        await you.pressIfThere(/^(join|play)/i);
        await play(you, 3);
      }
      await play(me, 1);
      await play(you, 4);
      await play(me, 2);
      await me.expectText(/\b(won|wins|win|winner|gewinnt|gewonnen)\b/i, "that X has won");
    },
  },
  {
    say: "pick a random name from Anna, Ben, Carla, David",
    hope: "the names are there already; press the button: one of the four is drawn, and not always the same",
    async use(me) {
      await me.expect(/Anna[^]*Ben[^]*Carla[^]*David/, "the four names");
      const drawn = new Set();
      for (let go = 0; go < 10; go++) {
        const added = await me.newLines(() => me.press(/pick|draw|random|choose|spin|who/i), 2500);
        for (const line of added) for (const name of line.match(/Anna|Ben|Carla|David/g) ?? []) drawn.add(name);
        if (drawn.size >= 2) return;
        await pause(400);
      }
      throw new Disappointed(drawn.size === 0 ? "no name was drawn" : `ten draws gave only ${[...drawn]}`);
    },
  },
  {
    say: "rock paper scissors against the computer",
    hope: "press Rock: win, lose or draw is said",
    async use(me) {
      const added = await me.newLines(() => me.press(/rock|✊|🪨/iu), 4000);
      await pause(500);
      if (!/win|won|lose|lost|draw|tie|beat/i.test(`${added.join("\n")}\n${await me.reads()}`)) throw new Disappointed(`pressing Rock showed “${added.join(" ") || "nothing"}”`);
    },
  },
  {
    say: "magic 8 ball",
    hope: "type a question, press the button: an answer appears",
    async use(me) {
      const field = (await me.fields())[0];
      await field?.fill("Will it snow?");
      const added = await me.newLines(async () => {
        if (!(await me.pressIfThere(/ask|shake|answer|tell|8/i))) await me.pressLargest();
      }, 4000);
      const answer = added.find((line) => /[a-z]{2,}/i.test(line) && !/error|failed|could not|nothing|loading/i.test(line));
      if (!answer) throw new Disappointed("no answer appeared");
    },
  },
];
