
trait Named { type Out; }
impl Named for fn(&'static u8) { type Out = u8; }
impl Named for for<'a> fn(&'a u8) { type Out = [u8; 9]; }
