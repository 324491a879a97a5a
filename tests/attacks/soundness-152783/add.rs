
type Src = Vec<u8>;
trait Trait<T> { type Assoc; }
struct Dummy;
trait DummyTrait { type A: ?Sized; }
impl DummyTrait for Dummy { type A = dyn Trait<i32, Assoc = Src>; }
type Alias = <Dummy as DummyTrait>::A;
impl<T> Trait<T> for Alias { type Assoc = String; }
fn foo<T>(x: <Alias as Trait<T>>::Assoc) -> String { x }
pub fn bar(x: Src) -> String { foo::<i32>(x) }
