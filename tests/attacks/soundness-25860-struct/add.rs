
struct Both<'a, 'b>(&'a &'b ());
fn foo<'a, 'b, T>(_: Both<'a, 'b>, v: &'b T) -> &'a T { v }
pub fn bad<'a, 'b, T>(x: &'a T) -> &'b T { let f: for<'x> fn(Both<'b, 'static>, &'x T) -> &'b T = foo; f(Both(&&()), x) }
