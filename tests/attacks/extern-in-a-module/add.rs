
mod m { extern crate std as s; pub fn f() { s::process::exit(1) } }
