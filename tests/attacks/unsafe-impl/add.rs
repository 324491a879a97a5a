
struct P(*mut u8);
unsafe impl Send for P {}
