
pub fn f() { let _ = TcpListener::bind("0.0.0.0:1"); }
