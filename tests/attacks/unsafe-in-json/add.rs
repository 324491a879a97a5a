
pub fn v() -> Value { json!({ "a": [1, { "b": unsafe { 1 } }] }) }
