
trait T { type A; }
impl T for u8 { type A = std::sync::Mutex<u8>; }
static X: <u8 as T>::A = std::sync::Mutex::new(1);
