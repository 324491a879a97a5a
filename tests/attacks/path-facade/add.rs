
pub fn f() { kandra_std::sync::__set_tick(|| {}) }
