
fn foo<'a, 'b, T>(_: Option<&'a [&'b ()]>, v: Vec<&'b T>) -> Option<&'a T> { v.into_iter().next() }
