
fn foo<'a, 'b, T>(x: (&'a &'b (), &'b T)) -> &'a T { x.1 }
pub fn bad<'a, 'b, T>(x: &'a T) -> &'b T { let f: for<'x> fn((&'b &'static (), &'x T)) -> &'b T = foo; f((&&(), x)) }
