
pub fn f() -> u32 { if cfg!(target_os = "linux") { 1 } else { 2 } }
