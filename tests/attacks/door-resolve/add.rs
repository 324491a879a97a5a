
use std::net::ToSocketAddrs;
pub fn f() { "x:1".to_socket_addrs(); }
