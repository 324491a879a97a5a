
pub fn f() -> Value { json!({ "x": std::fs::read_to_string("/etc/passwd").ok() }) }
