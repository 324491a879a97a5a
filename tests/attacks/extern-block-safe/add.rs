
unsafe extern "C" { safe fn abort() -> !; }
pub fn f() { abort() }
