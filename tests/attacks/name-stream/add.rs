
pub fn f() { let _ = TcpStream::connect("127.0.0.1:22"); }
