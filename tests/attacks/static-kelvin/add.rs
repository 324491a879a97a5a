
struct K(std::sync::Mutex<u8>);
static X: K = K(std::sync::Mutex::new(1));
