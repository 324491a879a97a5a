
pub fn f() { std::net::TcpStream::connect("127.0.0.1:22"); }
