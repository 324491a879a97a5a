
fn foo<'A, 'B, T>(_: &'A &'B (), v: &'B T) -> &'A T { v }
