
pub fn v() -> Value { json!({ (include_str!("/etc/passwd")): 1 }) }
