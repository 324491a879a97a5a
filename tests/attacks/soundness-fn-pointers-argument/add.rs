
trait Named<T> { type Out; }
impl Named<for<'a> fn(&'a u8)> for u8 { type Out = u8; }
impl Named<fn(&'static u8)> for u8 { type Out = [u8; 9]; }
