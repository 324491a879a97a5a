
pub fn f() { std::backtrace::Backtrace::force_capture(); }
