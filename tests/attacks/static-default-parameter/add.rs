
struct S<T = std::sync::Mutex<u8>>(T);
static X: S = S(std::sync::Mutex::new(1));
