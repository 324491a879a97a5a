
trait Subtrait<'a, 'b, R> { type S: Supertrait<'a, 'b>; }
trait Supertrait<'a, 'b> { fn convert<T: ?Sized>(x: &'a T) -> &'b T; }
