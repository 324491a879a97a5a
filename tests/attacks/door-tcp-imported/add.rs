
use std::net::{IpAddr, TcpListener};
pub fn f(a: IpAddr) { TcpListener::bind("0.0.0.0:80"); }
