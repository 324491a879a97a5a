
static X: std::sync::OnceLock<u8> = std::sync::OnceLock::new();
