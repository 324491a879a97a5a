
pub fn f() { trace_macros!(true) }
