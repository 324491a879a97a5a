
trait Subtrait<'a, 'b, R> where Self: Supertrait<'a, 'b> {}
trait Supertrait<'a, 'b> { fn convert<T: ?Sized>(x: &'a T) -> &'b T; }
