
pub auto trait T {}
