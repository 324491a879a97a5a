
macro_rules! m { ($a:ident) => { $a! { } } }
m!(include_str);
