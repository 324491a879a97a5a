//! Under which names control and live are reached, and which of them a request may use.
//!
//! A page of somebody else's can point its own name at this server's address; the `Host` header then names that page's
//! site. So only names that nobody else can own are answered without being configured: addresses, this machine, and
//! names of a local network.

use crate::config::{Config, Origin};
use kandra_model::Slug;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// Names that no public registry gives away.
const LOCAL_ENDINGS: [&str; 5] = [".localhost", ".local", ".lan", ".internal", ".home.arpa"];

/// The names of one server.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    public: Option<Origin>,
    live_public: Option<Origin>,
    /// Where live's socket is bound.
    live: SocketAddr,
}

impl Names {
    /// From the configuration and the address that live is bound to.
    pub(crate) fn new(config: &Config, live: SocketAddr) -> Self {
        Self { public: config.public_url.clone(), live_public: config.live_public_url.clone(), live }
    }

    /// Whether control answers under this `Host`.
    pub(crate) fn answers_to(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let Some(name) = hostname(&host) else { return false };
        if self.public.as_ref().is_some_and(|public| public.authority() == host) {
            return true;
        }
        let is_this_machine = name == "localhost" || name == "127.0.0.1" || name == "[::1]";
        match &self.public {
            // Beside its public name only this machine itself, for the command line and health checks.
            Some(_) => is_this_machine,
            None => is_this_machine || is_address(name) || !name.contains('.') || LOCAL_ENDINGS.iter().any(|end| name.ends_with(end)),
        }
    }

    /// Whether a page of this origin may write here, given the request's `Host`.
    pub(crate) fn may_write(&self, origin: &str, host: &str) -> bool {
        let same_host = ["http://", "https://"]
            .iter()
            .filter_map(|scheme| origin.strip_prefix(scheme))
            .any(|authority| authority.eq_ignore_ascii_case(host));
        same_host || self.public.as_ref().is_some_and(|public| public.as_str().eq_ignore_ascii_case(origin))
    }

    /// The origin under which the browser that sent this `Host` reaches live, without a final slash; it contains
    /// `{slug}` when every feature has an origin of its own.
    pub(crate) fn live_origin(&self, host: &str) -> String {
        match &self.live_public {
            Some(origin) => origin.as_str().to_owned(),
            None => {
                let name = hostname(host).unwrap_or("127.0.0.1");
                format!("http://{}:{}", name.to_ascii_lowercase(), self.live.port())
            }
        }
    }

    /// A feature's address for the browser that sent this `Host`: origin and `/{slug}`, without a final slash.
    pub(crate) fn feature_url(&self, host: &str, slug: &Slug) -> String {
        format!("{}/{slug}", self.live_origin(host).replace("{slug}", slug.as_str()))
    }
}

/// A `Host` without its port, when it is well formed.
fn hostname(host: &str) -> Option<&str> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let end = rest.find(']')?;
            (&host[..end + 2], &rest[end + 1..])
        }
        None => host.find(':').map_or((host, ""), |colon| host.split_at(colon)),
    };
    let port_is_fine = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let name_is_fine = is_address(name) || (!name.is_empty() && name.len() <= 253 && name.bytes().all(plain));
    (port_is_fine && name_is_fine).then_some(name)
}

fn is_address(name: &str) -> bool {
    match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(v6) => v6.parse::<Ipv6Addr>().is_ok(),
        None => name.parse::<Ipv4Addr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(public: Option<&str>, live: Option<&str>) -> Names {
        let mut config = Config::new("home".into(), "kandra".into(), "cache".into());
        config.public_url = public.map(|text| text.parse().unwrap());
        config.live_public_url = live.map(|text| text.parse().unwrap());
        Names::new(&config, "0.0.0.0:8081".parse().unwrap())
    }

    #[test]
    fn names_that_others_can_own_are_not_answered() {
        let names = names(None, None);
        for ours in ["localhost:8080", "127.0.0.1", "[::1]:8080", "192.168.1.5:8080", "raspberry:8080", "kandra.local", "KANDRA.LAN:80"] {
            assert!(names.answers_to(ours), "{ours}");
        }
        for foreign in
            ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "", ":8080", "a b", "[::1", "x:port", "u@localhost"]
        {
            assert!(!names.answers_to(foreign), "{foreign}");
        }
    }

    #[test]
    fn with_a_public_name_it_is_the_only_one() {
        let names = names(Some("https://kandra.example"), None);
        assert!(names.answers_to("kandra.example") && names.answers_to("Kandra.Example") && names.answers_to("127.0.0.1:8080"));
        for foreign in ["192.168.1.5:8080", "raspberry", "www.kandra.example", "kandra.example:8080"] {
            assert!(!names.answers_to(foreign), "{foreign}");
        }
    }

    #[test]
    fn only_pages_of_the_same_host_write() {
        let names = names(None, None);
        assert!(names.may_write("http://127.0.0.1:8080", "127.0.0.1:8080"));
        assert!(names.may_write("https://raspberry", "raspberry"));
        for foreign in ["null", "", "http://127.0.0.1:8081", "http://evil.example", "http://127.0.0.1:8080.evil.example", "127.0.0.1:8080"]
        {
            assert!(!names.may_write(foreign, "127.0.0.1:8080"), "{foreign}");
        }
        let proxied = self::names(Some("https://kandra.example"), None);
        assert!(proxied.may_write("https://kandra.example", "127.0.0.1:8080"));
        assert!(!proxied.may_write("http://other.example", "kandra.example"));
    }

    #[test]
    fn addresses_of_features_follow_the_host_or_the_configuration() {
        let poll = "poll".parse().unwrap();
        let derived = names(None, None);
        assert_eq!(derived.feature_url("192.168.1.5:8080", &poll), "http://192.168.1.5:8081/poll");
        assert_eq!(derived.feature_url("[::1]:8080", &poll), "http://[::1]:8081/poll");
        assert_eq!(derived.feature_url("raspberry", &poll), "http://raspberry:8081/poll");
        let one = names(None, Some("https://live.example"));
        assert_eq!(one.feature_url("x", &poll), "https://live.example/poll");
        let each = names(None, Some("https://{slug}.live.example"));
        assert_eq!(each.feature_url("x", &poll), "https://poll.live.example/poll");
        assert_eq!(each.live_origin("x"), "https://{slug}.live.example");
    }
}
