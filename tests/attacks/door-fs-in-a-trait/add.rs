
pub trait T { fn f(&self) -> std::fs::File; }
