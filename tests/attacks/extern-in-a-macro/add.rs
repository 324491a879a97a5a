
pub fn f() { assert!({ extern crate std as s; s::process::exit(1) }) }
