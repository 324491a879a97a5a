
pub fn f() -> Value { json!([kandra::__tick()]) }
