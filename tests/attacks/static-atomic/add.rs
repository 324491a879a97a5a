
use std::sync::atomic::AtomicU64;
static X: AtomicU64 = AtomicU64::new(1);
