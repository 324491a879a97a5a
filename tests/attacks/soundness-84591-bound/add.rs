
trait Sup<'a, 'b, R> { fn convert(x: &'a str) -> &'b str; }
fn f<S: for<'x, 'y> Sup<'x, 'y, &'x &'y ()>>() {}
