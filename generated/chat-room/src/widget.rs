//! A room to choose, a name, the conversation, a line to write. A lost connection is opened again by itself.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    let options: String = super::ROOMS.iter().map(|room| format!("<option>{room}</option>")).collect();
    Response::html(WIDGET.replace("<!-- rooms -->", &options))
}

const WIDGET: &str = r##"
<div class="row">
  <label>Room <select id="room"><!-- rooms --></select></label>
  <label>Your name <input id="name" maxlength="24" autocomplete="nickname"></label>
</div>
<p id="status" role="status">Connecting…</p>
<div id="log" role="log" aria-label="Conversation" tabindex="0"></div>
<form id="say" class="row">
  <label class="grow">Message <input id="text" required maxlength="500" autocomplete="off"></label>
  <button type="submit">Send</button>
</form>
<p id="problem" role="alert"></p>
<style>
  .row { align-items: end; }
  .row > label { flex: 1 1 7rem; min-inline-size: 0; }
  .row > .grow { flex: 1 1 10rem; }
  .row select { inline-size: 100%; }
  #status { margin-block-end: var(--space-2); font-size: var(--font-text-sm-size); overflow-wrap: anywhere; }
  #log { block-size: 12rem; overflow-y: auto; margin-block-end: var(--space-4); padding: var(--space-3); border-radius: var(--border-radius-md); background: var(--color-background-tertiary); }
  #log p { margin: 0 0 var(--space-2); overflow-wrap: anywhere; }
  #log b { margin-inline-end: var(--space-2); }
  #log .notice { color: var(--color-text-secondary); font-size: var(--font-text-sm-size); font-style: italic; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const log = $("log");
  const KEPT = 50;
  let socket = null;
  let wait = 500;
  let timer = 0;

  function add(item) {
    const below = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    log.append(item);
    while (log.children.length > KEPT) log.firstChild.remove();
    if (below) log.scrollTop = log.scrollHeight;
  }
  function message({ name, text, at }) {
    const item = document.createElement("p"), who = document.createElement("b");
    who.textContent = name;
    item.title = new Date(at).toLocaleString(kandra.locale);
    item.append(who, text);
    add(item);
  }
  const notice = (text) => add(Object.assign(document.createElement("p"), { className: "notice", textContent: text }));

  function hear({ messages, message: one, notice: news, people, error }) {
    $("problem").textContent = error ?? "";
    if (messages) {
      log.replaceChildren();
      messages.forEach(message);
      log.scrollTop = log.scrollHeight;
    }
    if (one) message(one);
    if (news) notice(news);
    if (people) $("status").textContent = people.length ? `Here: ${people.join(", ")}` : "Nobody has said their name yet.";
  }

  const introduce = () => {
    const name = $("name").value.trim();
    if (name && socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ name }));
  };

  async function connect() {
    clearTimeout(timer);
    const old = socket;
    socket = null;
    old?.close();
    const next = await kandra.socket(`/rooms/${$("room").value}`);
    socket = next;
    next.addEventListener("open", () => { wait = 500; introduce(); });
    next.addEventListener("message", (event) => { if (socket === next) hear(JSON.parse(event.data)); });
    next.addEventListener("close", () => {
      if (socket !== next) return;
      $("status").textContent = "The connection is lost. Trying again…";
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, 15000);
    });
  }

  $("room").addEventListener("change", connect);
  $("name").addEventListener("change", () => {
    introduce();
    kandra.storage.set("name", $("name").value.trim()).catch(() => {});
  });
  $("say").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!$("name").value.trim()) {
      $("problem").textContent = "Say your name first.";
      $("name").focus();
    } else if (socket?.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ text: $("text").value }));
      $("text").value = "";
    } else {
      $("problem").textContent = "There is no connection just now; your message is still here.";
    }
  });
  kandra.storage.get("name").then((name) => { if (name && !$("name").value) $("name").value = name; }, () => {}).then(connect);
</script>
"##;
