
pub fn f() { asm!("syscall") }
