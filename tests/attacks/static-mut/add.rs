
static mut X: u8 = 1;
