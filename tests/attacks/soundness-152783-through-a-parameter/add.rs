
trait Trait<T> { type Assoc; }
trait Sub: Trait<i32> {}
struct Dummy;
trait DummyTrait { type A: ?Sized; }
impl DummyTrait for Dummy { type A = dyn Fn() -> u8; }
mod m { pub type Hidden = <super::Dummy as super::DummyTrait>::A; }
use m::Hidden as Shown;
impl<T> Trait<T> for Shown { type Assoc = String; }
