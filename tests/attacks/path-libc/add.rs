
pub fn f() { libc::getpid() }
