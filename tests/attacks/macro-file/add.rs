
pub const X: &str = file!();
