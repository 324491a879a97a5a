
mod a { pub use std::sync::Mutex as M1; }
mod b { pub use super::a::M1 as M2; }
static X: b::M2<u8> = b::M2::new(1);
