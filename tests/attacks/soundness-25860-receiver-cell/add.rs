
static U: &'static &'static () = &&();

pub struct K<'a>(pub std::cell::RefCell<Vec<&'a str>>);
impl<'a> K<'a> { fn put<'b>(&self, _: &'a &'b (), y: &'b str) { self.0.borrow_mut().push(y) } }
pub fn bad<'c>(s: &'c str, m: &K<'static>) { let f: fn(&K<'static>, _, &'c str) = K::<'static>::put; f(m, U, s) }
