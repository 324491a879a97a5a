
struct Été(std::sync::Mutex<u8>);
static X: Été = Été(std::sync::Mutex::new(1));
