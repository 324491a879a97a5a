
#[global_allocator]
pub static A: u8 = 1;
