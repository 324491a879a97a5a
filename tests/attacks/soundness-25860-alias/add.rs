
type Witness<'a, 'b> = &'a &'b ();
fn foo<'a, 'b, T>(_: Witness<'a, 'b>, v: &'b T) -> &'a T { v }
