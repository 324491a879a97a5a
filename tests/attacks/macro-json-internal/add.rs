
pub fn f() -> Value { serde_json::json_internal!(null) }
