#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use std::{fmt, mem, ops::Not, time::Duration as Length};

kandra::feature!(mount);

/// Whose clock runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
enum Side {
    #[default]
    White,
    Black,
}

impl Not for Side {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        match self {
            Self::White => Self::Black,
            Self::Black => Self::White,
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
enum Phase {
    #[default]
    Waiting,
    Running { side: Side, since: i64 },
    Paused { side: Side },
    Over { winner: Side },
}

#[derive(Debug, Serialize, Deserialize)]
struct Clock {
    phase: Phase,
    left: [i64; 2],
    moves: u32,
    increment: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { phase: Phase::default(), left: [Length::from_secs(300).as_millis() as i64; 2], moves: 0, increment: 2_000 }
    }
}

struct Shown(i64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.max(0) / 1000;
        write!(f, "{:02}:{:02}", seconds / 60, seconds % 60)
    }
}

impl Clock {
    fn press(&mut self, side: Side, now: i64) -> std::result::Result<(), &'static str> {
        self.phase = match mem::take(&mut self.phase) {
            Phase::Waiting => Phase::Running { side: !side, since: now },
            Phase::Running { side: running, since } if running == side => {
                let left = &mut self.left[side as usize];
                *left = left.saturating_sub(now - since);
                self.moves += 1;
                if *left <= 0 {
                    Phase::Over { winner: !side }
                } else {
                    *left += self.increment;
                    Phase::Running { side: !side, since: now }
                }
            }
            other @ Phase::Running { .. } => {
                self.phase = other;
                return Err("it is not your turn");
            }
            Phase::Paused { side } => Phase::Running { side, since: now },
            over @ Phase::Over { .. } => {
                let _previous = mem::replace(&mut self.phase, over);
                return Err("the game is over");
            }
        };
        Ok(())
    }

    fn pause(&mut self, now: i64) -> bool {
        if let Phase::Running { side, since } = self.phase {
            self.left[usize::from(side as u8)] -= now - since;
            self.phase = Phase::Paused { side };
            return true;
        }
        false
    }
}

fn mount(routes: &mut Routes) {
    routes.state::<Clock>();
    routes.get("/", show);
    routes.post("/press/{side}", press);
    routes.post("/pause", pause);
    routes.post("/reset", reset);
    routes.every(Duration::from_secs(5), flag);
    routes.widget(widget);
}

async fn flag(ctx: Ctx) -> Result<()> {
    let now = ctx.now();
    let fallen = ctx.state::<Clock>()?.with(|clock| match clock.phase {
        Phase::Running { side, since } if clock.left[side as usize] < now - since => {
            clock.phase = Phase::Over { winner: !side };
            true
        }
        _ => false,
    });
    if fallen {
        ctx.publish("clock", &json!({ "over": true }))?;
    }
    Ok(())
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let answer = ctx.state::<Clock>()?.with(|c| json!({ "clock": c, "white": Shown(c.left[0]).to_string(), "black": Shown(c.left[1]).to_string() }));
    Response::json(&answer)
}

async fn press(req: Request, ctx: Ctx) -> Result<Response> {
    let side: Side = serde_json::from_value(json!(req.param("side")?)).map_err(|_| Error::bad_request("side is white or black"))?;
    let now = ctx.now();
    ctx.state::<Clock>()?.with(|clock| clock.press(side, now)).map_err(Error::conflict)?;
    ctx.publish("clock", &json!({ "pressed": side }))?;
    show(req, ctx).await
}

async fn pause(_req: Request, ctx: Ctx) -> Result<Response> {
    let now = ctx.now();
    let paused = ctx.state::<Clock>()?.with(|clock| clock.pause(now));
    Response::json(&json!({ "paused": paused }))
}

async fn reset(_req: Request, ctx: Ctx) -> Result<Response> {
    let moves = ctx.state::<Clock>()?.with(|clock| mem::take(clock).moves);
    Response::json(&json!({ "moves": moves }))
}

async fn widget(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(r#"<p><output id="white">05:00</output> <output id="black">05:00</output></p>
<button data-side="white">White</button> <button data-side="black">Black</button>
<script>
  document.querySelectorAll("button").forEach((b) => b.addEventListener("click", () => kandra.fetch(`/press/${b.dataset.side}`, { method: "POST" })));
  kandra.events("clock", async () => { const c = await kandra.fetch("/"); white.textContent = c.white; black.textContent = c.black; });
</script>"#)
}
