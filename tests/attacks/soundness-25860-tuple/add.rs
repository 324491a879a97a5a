
fn foo<'a, 'b, T>(x: (&'a &'b (), &'b T)) -> &'a T { x.1 }
pub fn bad<'a, T>(x: &'a T) -> &'static T { let f: fn((&'static &'static (), &'a T)) -> &'static T = foo; f((&&(), x)) }
