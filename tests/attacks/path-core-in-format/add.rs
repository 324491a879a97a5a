
pub fn f() -> String { format!("{}", core::mem::size_of::<u8>()) }
