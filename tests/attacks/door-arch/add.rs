
pub fn f() { std::arch::x86_64::_rdtsc(); }
