
pub fn f() -> bool { matches!(1, _ if { fn foo<'a, 'b>(_: &'a &'b (), v: &'b str) -> &'a str { v } true }) }
