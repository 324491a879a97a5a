
use std::sync::Mutex as Plain;
static X: Plain<u8> = Plain::new(1);
