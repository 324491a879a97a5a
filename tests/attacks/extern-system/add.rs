
unsafe extern "system" { fn getpid() -> i32; }
