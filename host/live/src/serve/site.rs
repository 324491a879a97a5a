//! Under which names live is reached, and what follows from the name that a request used: whether it is ours, which
//! feature it belongs to, and the content security policy of its answers.

use super::headers::Origin;
use actix_web::http::header::HeaderValue;
use kandra_model::Slug;
use kandra_wire::LiveOptions;
use std::net::IpAddr;

/// The names and addresses that were configured.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    /// Control's origin.
    control: Option<String>,
    control_port: u16,
    /// Live's origin; may contain `{slug}`.
    live: Option<Pattern>,
    /// This machine's own name.
    machine: Option<String>,
    proxies: Vec<Network>,
}

/// `scheme://before{slug}after:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    scheme: String,
    before: String,
    /// `None`: no `{slug}` in it.
    after: Option<String>,
    /// With its colon, or empty.
    port: String,
}

/// What is known of one `Host`.
#[derive(Debug)]
pub(crate) struct Site {
    /// The `Host` as it was sent.
    pub host: String,
    /// Whether features have origins of their own here.
    pub origin: Origin,
    /// The feature whose origin it is.
    pub slug: Option<Slug>,
    /// The policy of every answer that may be a document.
    pub policy: HeaderValue,
    /// Where control is, as seen from here.
    pub control: String,
}

/// A URL that cannot serve as an origin.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no origin: expected http:// or https://, a host name and perhaps a port")]
pub(crate) struct BadOrigin(String);

impl Addresses {
    /// From the options. `machine` is this machine's name.
    pub fn new(options: &LiveOptions, machine: Option<String>) -> Result<Self, BadOrigin> {
        let live = options.live_public_url.as_deref().map(Pattern::parse).transpose()?;
        let control = options.public_url.as_deref().map(|url| Ok(Pattern::parse(url)?.origin(""))).transpose()?;
        let proxies = options.trusted_proxies.iter().filter_map(|network| Network::parse(network)).collect();
        let machine = machine.map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty());
        Ok(Self { control, control_port: options.control_port, live, machine, proxies })
    }

    /// Whether the peer's forwarding headers are believed.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(peer))
    }

    /// Whether there is anybody to believe.
    pub fn has_proxies(&self) -> bool {
        !self.proxies.is_empty()
    }

    /// What a `Host` (or a believed forwarded one) stands for; `None` when it is not ours.
    pub fn site(&self, host: &str, secure: bool) -> Option<Site> {
        let (name, port) = split_host(host)?;
        let name = name.to_ascii_lowercase();
        let scheme = if secure { "https" } else { "http" };
        let here = format!("{scheme}://{name}{port}");
        let literal = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let (origin, slug, live) = match &self.live {
            Some(pattern) => match pattern.matches(&name) {
                Some(part) if pattern.after.is_some() => {
                    // The reserved slug `kandra` is the origin of live's own things.
                    let slug = if part == "kandra" { None } else { Some(part.parse::<Slug>().ok()?) };
                    (Origin::Own, slug, pattern.origin(part))
                }
                Some(_) => (Origin::Shared, None, pattern.origin("")),
                // Health checks and people on the machine itself; a stranger's page cannot make a browser send these.
                None if literal || is_local(&name) => (Origin::Shared, None, here.clone()),
                None => return None,
            },
            None if literal || is_local(&name) || self.is_machine(&name) => (Origin::Shared, None, here.clone()),
            None => return None,
        };
        let control_here = format!("{scheme}://{name}:{}", self.control_port);
        let control = self.control.clone().unwrap_or_else(|| control_here.clone());
        let mut ancestors = vec![control.clone()];
        if self.live.is_none() && !ancestors.contains(&control_here) {
            ancestors.push(control_here);
        }
        ancestors.push(live.clone());
        let policy = policy(&live, &ancestors.join(" "), origin);
        let policy = HeaderValue::from_str(&policy).expect("host names and ports were checked to be plain");
        Some(Site { host: host.to_owned(), origin, slug, policy, control })
    }

    fn is_machine(&self, name: &str) -> bool {
        self.machine.as_deref().is_some_and(|machine| name == machine || name.strip_suffix(".local") == Some(machine))
    }
}

fn is_local(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// What a document of a feature may do. The feature cannot weaken it.
fn policy(live: &str, ancestors: &str, origin: Origin) -> String {
    let socket = live.replacen("http", "ws", 1);
    let sandbox = match origin {
        Origin::Shared => "allow-scripts allow-forms",
        Origin::Own => "allow-scripts allow-forms allow-same-origin",
    };
    format!(
        "sandbox {sandbox}; default-src 'none'; script-src 'unsafe-inline' {live}; style-src 'unsafe-inline' {live}; img-src {live} data: blob:; \
         font-src {live} data:; media-src {live} data: blob:; connect-src {live} {socket}; form-action {live}; base-uri {live}; \
         manifest-src {live}; worker-src {live} blob:; frame-ancestors {ancestors}"
    )
}

impl Pattern {
    fn parse(url: &str) -> Result<Self, BadOrigin> {
        let bad = || BadOrigin(url.to_owned());
        let (scheme, rest) = url.split_once("://").ok_or_else(bad)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if !matches!(scheme, "http" | "https") {
            return Err(bad());
        }
        let plain = rest.replace("{slug}", "slug");
        let (_, port) = split_host(&plain).ok_or_else(bad)?;
        let name = rest.strip_suffix(port).ok_or_else(bad)?.to_ascii_lowercase();
        let (before, after) = match name.split_once("{slug}") {
            Some((before, after)) => (before.to_owned(), Some(after.to_owned())),
            None => (name, None),
        };
        Ok(Self { scheme: scheme.to_owned(), before, after, port: port.to_owned() })
    }

    /// What stands for `{slug}` in a host name; an empty text when there is no `{slug}`.
    fn matches<'n>(&self, name: &'n str) -> Option<&'n str> {
        match &self.after {
            None => (name == self.before).then_some(""),
            Some(after) => {
                name.strip_prefix(self.before.as_str())?.strip_suffix(after.as_str()).filter(|part| !part.is_empty() && !part.contains('.'))
            }
        }
    }

    fn origin(&self, slug: &str) -> String {
        let Self { scheme, before, after, port } = self;
        match after {
            Some(after) => format!("{scheme}://{before}{slug}{after}{port}"),
            None => format!("{scheme}://{before}{port}"),
        }
    }
}

/// Host name and port (with its colon); `None` when it has characters that no host name has.
fn split_host(host: &str) -> Option<(&str, &str)> {
    let (name, port) = match host.rfind(':') {
        Some(colon) if !host[colon..].contains(']') => host.split_at(colon),
        _ => (host, ""),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let bracketed = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let good_name = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !name.is_empty() && name.len() <= 253 && name.chars().all(plain),
    };
    let good_port =
        port.is_empty() || (port.len() > 1 && port[1..].parse::<u16>().is_ok() && port[1..].bytes().all(|b| b.is_ascii_digit()));
    (good_name && good_port).then_some((name, port))
}

/// An address with the number of bits that count.
#[derive(Clone, Copy, Debug)]
struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address.parse::<IpAddr>().ok()?, Some(bits.parse::<u32>().ok()?)),
            None => (text.parse::<IpAddr>().ok()?, None),
        };
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { address, bits })
    }

    fn contains(&self, other: IpAddr) -> bool {
        match (self.address, other.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).checked_shr(32 - self.bits).unwrap_or(0) == 0,
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).checked_shr(128 - self.bits).unwrap_or(0) == 0,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(public: Option<&str>, live: Option<&str>) -> Addresses {
        let options = LiveOptions {
            features: "/f".into(),
            artifacts: "/a".into(),
            workers: 4,
            public_url: public.map(ToOwned::to_owned),
            control_port: 8080,
            live_public_url: live.map(ToOwned::to_owned),
            live_port: 8081,
            trusted_proxies: vec!["10.0.0.0/8".to_owned(), "::1".to_owned()],
            visitor_key: String::new(),
            missing_layers: kandra_wire::MissingLayers::Refuse,
        };
        Addresses::new(&options, Some("Box\n".to_owned())).unwrap()
    }

    fn policy(site: &Site) -> &str {
        site.policy.to_str().unwrap()
    }

    #[test]
    fn without_public_urls_addresses_follow_the_host() {
        let addresses = addresses(None, None);
        for host in ["127.0.0.1:8081", "192.168.1.7:8081", "localhost:8081", "poll.localhost", "[::1]:8081", "box:8081", "box.local"] {
            assert!(addresses.site(host, false).is_some(), "{host}");
        }
        for host in ["evil.example", "evil.example:8081", "", "a b", "x;y", "127.0.0.1:99999", "[::1", "box.evil.example", "localhost:"] {
            assert!(addresses.site(host, false).is_none(), "{host}");
        }
        let site = addresses.site("192.168.1.7:8081", false).unwrap();
        assert!(policy(&site).contains("connect-src http://192.168.1.7:8081 ws://192.168.1.7:8081;"), "{}", policy(&site));
        assert!(policy(&site).ends_with("frame-ancestors http://192.168.1.7:8080 http://192.168.1.7:8081"), "{}", policy(&site));
        assert!(policy(&site).starts_with("sandbox allow-scripts allow-forms; default-src 'none'"));
        assert_eq!(site.control, "http://192.168.1.7:8080");
    }

    #[test]
    fn with_public_urls_only_those_and_this_machine_are_answered() {
        let addresses = addresses(Some("https://kandra.example"), Some("https://live.kandra.example/"));
        let site = addresses.site("live.kandra.example", false).unwrap();
        assert!(policy(&site).contains("form-action https://live.kandra.example;"));
        assert!(policy(&site).ends_with("frame-ancestors https://kandra.example https://live.kandra.example"));
        assert!(addresses.site("localhost:8081", false).is_some());
        assert!(addresses.site("box", false).is_none());
        assert!(addresses.site("kandra.example", false).is_none());
    }

    #[test]
    fn a_wildcard_gives_each_feature_its_own_origin() {
        let addresses = addresses(None, Some("http://{slug}.localhost:8081"));
        let site = addresses.site("poll.localhost:8081", false).unwrap();
        assert_eq!((site.origin, site.slug.as_ref().map(Slug::as_str)), (Origin::Own, Some("poll")));
        assert!(
            policy(&site).contains("allow-same-origin")
                && policy(&site).contains("connect-src http://poll.localhost:8081 ws://poll.localhost:8081;")
        );
        assert!(!policy(&site).contains("*"));
        let own = addresses.site("kandra.localhost:8081", false).unwrap();
        assert_eq!((own.origin, own.slug), (Origin::Own, None));
        assert_eq!(addresses.site("localhost:8081", false).unwrap().origin, Origin::Shared);
        assert!(addresses.site("a.b.evil.example:8081", false).is_none());
    }

    #[test]
    fn an_origin_is_checked() {
        for bad in ["kandra.example", "ftp://x.example", "https://", "https://a b", "https://x.example/path", "https://x;y.example"] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_listed_proxies_are_believed() {
        let addresses = addresses(None, None);
        for (peer, expected) in [("10.1.2.3", true), ("11.1.2.3", false), ("::1", true), ("::2", false), ("::ffff:10.0.0.1", true)] {
            assert_eq!(addresses.trusts(peer.parse().unwrap()), expected, "{peer}");
        }
    }
}
