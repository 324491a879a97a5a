
struct S { m: std::sync::Mutex<u8> }
static X: S = S { m: std::sync::Mutex::new(1) };
