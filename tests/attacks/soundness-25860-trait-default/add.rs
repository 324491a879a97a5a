
trait E { fn go<'a, 'b, T: ?Sized>(_: &'a &'b u8, v: &'b T) -> &'a T { v } }
impl E for () {}
