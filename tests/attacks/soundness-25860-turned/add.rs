
static U: &'static &'static () = &&();

fn id<'a, 'b>(_: &'a &'b (), k: fn(&'a str), _: &()) -> fn(&'b str) { k }
pub fn bad<'c>(k: fn(&'static str), s: &'c str) { let f: fn(_, fn(&'static str), &()) -> fn(&'c str) = id; f(U, k, &())(s) }
