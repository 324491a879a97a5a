//! Public origins: scheme, host and port, without a path.

use super::ConfigError;
use std::{fmt, str::FromStr};

/// An origin such as `https://kandra.example`; live's may contain `{slug}` as a label of its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    text: String,
}

impl Origin {
    /// Without a final slash; may contain `{slug}`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port, as browsers send it in `Host`.
    pub fn authority(&self) -> &str {
        self.text.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Whether every feature has an origin of its own.
    pub fn per_feature(&self) -> bool {
        self.text.contains("{slug}")
    }
}

impl FromStr for Origin {
    type Err = ConfigError;
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let refuse = || ConfigError::Origin(text.chars().take(120).collect());
        let lower = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let (scheme, authority) = lower.split_once("://").ok_or_else(refuse)?;
        let default_port = match scheme {
            "http" => ":80",
            "https" => ":443",
            _ => return Err(refuse()),
        };
        let authority = authority.strip_suffix(default_port).unwrap_or(authority);
        let plain = authority.replacen("{slug}", "slug", 1);
        let (host, port) = match plain.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (plain.as_str(), None),
        };
        let host_is_valid = !host.is_empty()
            && match host.strip_prefix('[') {
                Some(v6) => v6.strip_suffix(']').is_some_and(|v6| v6.parse::<std::net::Ipv6Addr>().is_ok()),
                None => host.split('.').all(|label| {
                    !label.is_empty()
                        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                        && !label.starts_with('-')
                        && !label.ends_with('-')
                }),
            };
        let port_is_valid = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port != 0));
        if !host_is_valid || !port_is_valid {
            return Err(refuse());
        }
        Ok(Self { text: format!("{scheme}://{authority}") })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn origins_are_normalised() {
        for (text, origin) in [
            ("https://Kandra.Example/", "https://kandra.example"),
            ("https://kandra.example:443", "https://kandra.example"),
            ("http://192.168.1.5:8080", "http://192.168.1.5:8080"),
            ("http://{slug}.localhost:8081", "http://{slug}.localhost:8081"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().as_str(), origin);
        }
    }

    #[test]
    fn other_addresses_are_refused() {
        for text in [
            "",
            "kandra.example",
            "ftp://x.example",
            "https://",
            "https://a b",
            "https://x/path",
            "https://x:0",
            "https://x:99999",
            "https://u@x",
            "https://{slug}.{slug}.x",
            "http://-a.b",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
