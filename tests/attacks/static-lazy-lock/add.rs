
static X: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(Vec::new);
