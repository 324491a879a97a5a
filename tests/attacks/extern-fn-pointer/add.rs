
pub fn f(g: extern "C" fn()) { g() }
