
pub struct S { a: Option<S>, b: [Option<S>; 2] }
