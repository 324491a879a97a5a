
pub fn f() -> f32 { transmute(1u32) }
