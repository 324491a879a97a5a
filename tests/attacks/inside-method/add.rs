
pub fn f(ctx: &Ctx) { ctx.__host() }
