
static U: &'static &'static () = &&();

fn put<'a, 'b>(_: &'a &'b (), y: &'b str, out: fn(&'a str), _: &()) { out(y) }
pub fn bad<'c>(k: fn(&'static str), s: &'c str) { let f: fn(_, &'c str, fn(&'static str), &()) = put; f(U, s, k, &()) }
