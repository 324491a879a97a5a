#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

struct Xorshift(u64);
impl Xorshift {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
fn ago(now: i64, then: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let seconds = Duration::from_millis(now.saturating_sub(then).max(0) as u64).as_secs() as i64;
    for (size, name) in UNITS {
        if seconds >= size {
            let n = seconds / size;
            let plural = if n == 1 { "" } else { "s" };
            return format!("{n} {name}{plural} ago");
        }
    }
    "just now".into()
}
fn dice(ctx: &Ctx) -> Value {
    let roll = ctx.random().below(6) + 1;
    let mut deck: Vec<u8> = (1..=52).collect();
    ctx.random().shuffle(&mut deck);
    let pick = ctx.random().pick(&["a", "b"]).copied().unwrap_or_default();
    let bytes: [u8; 4] = ctx.random().bytes();
    let mut own = Xorshift(u64::from(u32::from_le_bytes(bytes)) | 1);
    json!({ "ok": (1..=6).contains(&roll) && !pick.is_empty() && own.next() != own.next(), "cards": deck.len(), "ago": ago(7_200_000, 0), "now": ctx.now() > 0 })
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&dice(&ctx))
}
