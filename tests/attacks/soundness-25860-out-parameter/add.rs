
fn foo<'a, 'b, T>(_: &'a &'b (), v: &'b T, out: &mut &'a T) { *out = v }
