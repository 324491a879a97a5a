
trait Trait { type Type; }
impl<T> Trait for T { type Type = (); }
trait Extend<W> { fn extend<'a>(s: &'a str) -> &'a str; }
impl<'a, 'b> Extend<<&'b &'a () as Trait>::Type> for u8 { fn extend<'c>(s: &'c str) -> &'c str { s } }
