
#[used]
static X: u8 = 1;
