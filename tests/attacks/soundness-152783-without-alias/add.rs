
type Src = Vec<u8>;
trait Trait<T> { type Assoc; }
struct Dummy;
trait DummyTrait { type A: ?Sized; }
impl DummyTrait for Dummy { type A = dyn Trait<i32, Assoc = Src>; }
impl<T> Trait<T> for <Dummy as DummyTrait>::A { type Assoc = String; }
fn foo<T>(x: <<Dummy as DummyTrait>::A as Trait<T>>::Assoc) -> String { x }
pub fn bar(x: Src) -> String { foo::<i32>(x) }
