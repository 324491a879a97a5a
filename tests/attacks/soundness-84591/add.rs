
trait Subtrait<'a, 'b, R>: Supertrait<'a, 'b> {}
trait Supertrait<'a, 'b> { fn convert<T: ?Sized>(x: &'a T) -> &'b T; }
fn need_hr_subtrait<'a, 'b, S: ?Sized + for<'x, 'y> Subtrait<'x, 'y, &'x &'y ()>, T: ?Sized>(x: &'a T) -> &'b T { S::convert(x) }
