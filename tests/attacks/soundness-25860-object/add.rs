
static U: &'static &'static () = &&();

pub trait Take<'a> { fn take(&self, x: &'a str); }
fn put<'a, 'b>(_: &'a &'b (), y: &'b str, out: &dyn Take<'a>) { out.take(y) }
pub fn bad<'c>(k: &dyn Take<'static>, s: &'c str) { let f: fn(_, &'c str, &dyn Take<'static>) = put; f(U, s, k) }
