
thread_local! { static X: u8 = 1 }
