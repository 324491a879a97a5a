
pub fn f(g: for<'a, 'b> fn(&'a &'b (), &'b str) -> &'a str) {}
