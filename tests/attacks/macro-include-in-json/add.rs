
pub fn v() -> Value { json!({ "a": { "b": [include_str!("/etc/passwd")] } }) }
