
static UNIT: &'static &'static () = &&();
fn foo<'a, 'b, T>(_: &'a &'b (), v: &'b T) -> &'a T { v }
pub fn bad<'a, 'b, T>(x: &'a T) -> &'b T { let f: for<'x> fn(_, &'x T) -> &'b T = foo; f(UNIT, x) }
