
trait Trait { type Type; }
impl<T> Trait for T { type Type = (); }
trait Extend<'a, 'b> { fn extend(self, s: &'a str) -> &'b str; }
struct Pair<'a, 'b>(&'b &'a ());
mod m { pub type Two<T> = <T as super::Trait>::Type; }
use m::Two as Three;
impl<'a, 'b> Extend<'a, 'b> for Three<Pair<'a, 'b>> { fn extend(self, s: &'a str) -> &'b str { s } }
pub fn f() -> &'static str { <() as Extend<'_, '_>>::extend((), &String::from("x")) }
