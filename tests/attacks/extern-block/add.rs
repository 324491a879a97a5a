
unsafe extern "C" { fn system(x: *const u8) -> i32; }
