
pub fn f() { kandra::json_internal!(1) }
