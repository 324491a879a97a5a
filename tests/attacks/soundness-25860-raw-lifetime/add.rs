
static U: &'static &'static () = &&();

fn put<'r#a, 'b>(_: &'r#a &'b (), y: &'b str, _: &()) -> &'a str { y }
pub fn bad<'c>(s: &'c str) -> &'static str { let f: fn(_, &'c str, &()) -> &'static str = put; f(U, s, &()) }
