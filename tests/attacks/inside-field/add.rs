
pub fn f(ctx: &Ctx) { let _ = ctx.__raw; }
