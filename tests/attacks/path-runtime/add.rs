
pub fn f() { kandra_rt::stop::tick() }
