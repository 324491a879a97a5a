
static U: &'static &'static () = &&();

pub trait Tr { type O; }
impl<'a> Tr for &'a str { type O = std::cell::Cell<&'a str>; }
fn put<'a, 'b>(_: &'a &'b (), y: &'b str, out: &<&'a str as Tr>::O) { out.set(y) }
pub fn bad<'c>(s: &'c str, c: &std::cell::Cell<&'static str>) { let f: fn(_, &'c str, &std::cell::Cell<&'static str>) = put; f(U, s, c) }
