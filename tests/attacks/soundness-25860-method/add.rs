
struct S;
impl S { fn foo<'a, 'b, T>(&self, _: &'a &'b (), v: &'b T) -> &'a T { v } }
pub fn bad<'a, T>(x: &'a T) -> &'static T { let f: fn(&S, _, &'a T) -> &'static T = S::foo; f(&S, &&(), x) }
