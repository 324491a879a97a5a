
trait Named { type Out; }
type One = for<'a> fn(&'a u8);
type Two = fn(&'static u8);
impl Named for One { type Out = u8; }
impl Named for Two { type Out = [u8; 9]; }
