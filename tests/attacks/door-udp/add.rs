
use std::net as n;
pub fn f() { n::UdpSocket::bind("0.0.0.0:0"); }
