
trait Trait { type Type; }
impl<T> Trait for T { type Type = (); }
trait Extend<'a, 'b> { fn extend(self, s: &'a str) -> &'b str; }
type Hidden<'a, 'b> = <&'b &'a () as Trait>::Type;
impl<'a, 'b> Extend<'a, 'b> for Hidden<'a, 'b> { fn extend(self, s: &'a str) -> &'b str { s } }
pub fn f() -> &'static str { <() as Extend<'_, '_>>::extend((), &String::from("x")) }
