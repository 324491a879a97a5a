
pub const X: &str = env!("PATH");
