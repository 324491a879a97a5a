
mod m { pub use std::sync::Mutex as Quiet; }
static X: m::Quiet<u8> = m::Quiet::new(1);
