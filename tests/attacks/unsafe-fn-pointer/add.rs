
pub fn f(g: unsafe fn()) {}
