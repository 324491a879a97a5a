//! A text field and the numbers below it.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<label for="text">Your text</label>
<textarea id="text" rows="5" maxlength="100000"></textarea>
<dl>
  <div><dt>Words</dt><dd id="words">0</dd></div>
  <div><dt>Characters</dt><dd id="characters">0</dd></div>
  <div><dt>Without spaces</dt><dd id="without_spaces">0</dd></div>
  <div><dt>Sentences</dt><dd id="sentences">0</dd></div>
  <div><dt>Lines</dt><dd id="lines">0</dd></div>
  <div><dt>Reading time</dt><dd id="reading">0 s</dd></div>
</dl>
<p id="status" role="status"></p>
<style>
  textarea { width: 100%; box-sizing: border-box; }
  dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); gap: var(--space-2); margin: var(--space-3) 0 0; }
  dt { color: var(--color-text-secondary); }
  dd { margin: 0; font-weight: var(--font-weight-bold); font-variant-numeric: tabular-nums; }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  let timer = 0;
  let asked = 0;

  async function count() {
    const turn = ++asked;
    try {
      const counts = await kandra.fetch("/count", { method: "POST", headers: { "Content-Type": "text/plain" }, body: $("text").value });
      if (turn !== asked) return;
      for (const [name, number] of Object.entries(counts)) {
        if ($(name)) $(name).textContent = number.toLocaleString();
      }
      const { seconds, words } = counts;
      $("reading").textContent = seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
      $("status").textContent = words === 1 ? "1 word" : `${words.toLocaleString()} words`;
    } catch (error) {
      $("status").textContent = error.message;
    }
  }

  $("text").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(count, 200);
  });
</script>
"##;
