
struct Both<'a, 'b>(&'a &'b ());
fn foo<'a, 'b, T>(_: Both<'a, 'b>, v: &'b T) -> &'a T { v }
pub fn bad<'a, T>(x: &'a T) -> &'static T { let f: fn(Both<'static, 'a>, &'a T) -> &'static T = foo; f(Both(&&()), x) }
