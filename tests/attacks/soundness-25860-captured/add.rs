
static U: &'static &'static () = &&();

fn put<'a, 'b>(_: &'a &'b (), y: &'b str) -> impl std::fmt::Display + use<'a> { let x: &'a str = y; x }
