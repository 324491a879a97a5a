
static U: &'static &'static () = &&();

pub trait Put<'a> { fn put<'b>(&self, u: &'a &'b (), y: &'b str); }
impl<'a> Put<'a> for std::cell::Cell<&'a str> { fn put<'b>(&self, _: &'a &'b (), y: &'b str) { self.set(y) } }
pub fn bad<'c>(s: &'c str, m: &std::cell::Cell<&'static str>) { let f: fn(&std::cell::Cell<&'static str>, _, &'c str) = <std::cell::Cell<&'static str> as Put<'static>>::put; f(m, U, s) }
