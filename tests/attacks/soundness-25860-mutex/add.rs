
static U: &'static &'static () = &&();

use std::sync::Mutex;
fn put<'a, 'b>(_: &'a &'b (), y: &'b str, out: &Mutex<Option<&'a str>>) { if let Ok(mut o) = out.lock() { *o = Some(y); } }
pub fn bad<'c>(s: &'c str, m: &Mutex<Option<&'static str>>) { let f: fn(_, &'c str, &Mutex<Option<&'static str>>) = put; f(U, s, m) }
