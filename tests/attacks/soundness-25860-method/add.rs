
struct S;
impl S { fn foo<'a, 'b, T>(&self, _: &'a &'b (), v: &'b T) -> &'a T { v } }
static UNIT: &'static &'static () = &&();
pub fn bad<'a, 'b, T>(x: &'a T) -> &'b T { let f: for<'x> fn(&S, _, &'x T) -> &'b T = S::foo; f(&S, UNIT, x) }
