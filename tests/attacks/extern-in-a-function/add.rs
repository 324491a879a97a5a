
pub fn f() { extern crate std as s; s::process::exit(1) }
