
use std::sync::RwLock;
type T = (u8, [RwLock<u8>; 1]);
static X: T = (1, [RwLock::new(1)]);
