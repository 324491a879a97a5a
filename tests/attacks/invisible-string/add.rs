
pub const A: &str = "ad​min";
