
pub fn f(ctx: &Ctx) { <Ctx>::__host(ctx) }
