
trait Trait { type Type; }
impl<T> Trait for T { type Type = (); }
trait Extend<'a, 'b> { fn extend(self, s: &'a str) -> &'b str; }
impl<'a, 'b> Extend<'a, 'b> for (<&'b &'a () as Trait>::Type, u8) { fn extend(self, s: &'a str) -> &'b str { s } }
