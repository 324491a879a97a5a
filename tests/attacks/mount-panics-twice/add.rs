
struct D;
impl Drop for D { fn drop(&mut self) { panic!("again") } }
