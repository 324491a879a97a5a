//! Whose request it is, as far as an address tells: the peer's, or what a trusted proxy says of it.

use crate::config::Network;
use actix_web::http::header::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use kandra_model::VoterId;
use sha2::Sha256;
use std::net::{IpAddr, Ipv6Addr};

/// One visitor's address: an IPv4 address, or an IPv6 network of 64 bits, which one household has to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClientAddress(IpAddr);

/// Hops of a forwarding header that are looked at.
const MAX_HOPS: usize = 32;

impl ClientAddress {
    /// The nearest address that no trusted proxy has. `X-Forwarded-For` counts only when the peer is one, and is read
    /// from its end: what stands before the first untrusted address was written by whoever is there.
    pub(crate) fn find(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
        let mut client = peer.to_canonical();
        if trusted(client) {
            let lines: Vec<_> = headers.get_all("x-forwarded-for").filter_map(|line| line.to_str().ok()).collect();
            for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')).take(MAX_HOPS) {
                let Some(address) = parse(hop.trim()) else { break };
                client = address;
                if !trusted(client) {
                    break;
                }
            }
        }
        Self::of(client)
    }

    fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(v4),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        })
    }

    /// What is stored instead of the address: without the key nobody can tell which one it was.
    pub(crate) fn voter(self, key: &[u8; 32]) -> VoterId {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        match self.0 {
            IpAddr::V4(v4) => mac.update(&v4.octets()),
            IpAddr::V6(v6) => mac.update(&v6.octets()),
        }
        hex::encode(mac.finalize().into_bytes()).parse().expect("a SHA-256 in lower-case hexadecimal is a voter id")
    }
}

/// An address as proxies write it: bare, in brackets, or with a port.
fn parse(text: &str) -> Option<IpAddr> {
    let address = text
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<std::net::SocketAddr>().map(|socket| socket.ip()))
        .or_else(|_| text.trim_start_matches('[').trim_end_matches(']').parse())
        .ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn found(peer: &str, forwarded: &[&str], proxies: &[&str]) -> IpAddr {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_str(line).unwrap());
        }
        let proxies: Vec<Network> = proxies.iter().map(|text| text.parse().unwrap()).collect();
        ClientAddress::find(peer.parse().unwrap(), &headers, &proxies).0
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(found("9.9.9.9", &["1.1.1.1"], &[]), ip("9.9.9.9"));
        assert_eq!(found("9.9.9.9", &["1.1.1.1"], &["10.0.0.0/8"]), ip("9.9.9.9"));
        assert_eq!(found("10.0.0.1", &["1.1.1.1"], &["10.0.0.0/8"]), ip("1.1.1.1"));
        // What a client wrote into the header itself stands further left.
        assert_eq!(found("10.0.0.1", &["6.6.6.6, 1.1.1.1, 10.0.0.2"], &["10.0.0.0/8"]), ip("1.1.1.1"));
        assert_eq!(found("10.0.0.1", &["6.6.6.6", "1.1.1.1"], &["10.0.0.0/8"]), ip("1.1.1.1"));
        assert_eq!(found("10.0.0.1", &["1.1.1.1:4711"], &["10.0.0.0/8"]), ip("1.1.1.1"));
        assert_eq!(found("::ffff:10.0.0.1", &["[2001:db8::5]"], &["10.0.0.0/8"]), ip("2001:db8::"));
        assert_eq!(found("10.0.0.1", &["nonsense"], &["10.0.0.0/8"]), ip("10.0.0.1"));
        assert_eq!(found("10.0.0.1", &["1.1.1.1, nonsense"], &["10.0.0.0/8"]), ip("10.0.0.1"));
    }

    #[test]
    fn one_household_is_one_voter() {
        let voter = |text: &str| ClientAddress::of(text.parse().unwrap()).voter(&[7; 32]);
        assert_eq!(voter("2001:db8:1:2::1"), voter("2001:db8:1:2:ffff::9"));
        assert_ne!(voter("2001:db8:1:2::1"), voter("2001:db8:1:3::1"));
        assert_eq!(voter("::ffff:1.2.3.4"), voter("1.2.3.4"));
        assert_ne!(voter("1.2.3.4"), voter("1.2.3.5"));
        assert_ne!(voter("1.2.3.4"), ClientAddress::of("1.2.3.4".parse().unwrap()).voter(&[8; 32]));
    }
}
