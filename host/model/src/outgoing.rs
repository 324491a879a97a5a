//! The hosts that features call.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The name of a host, such as `api.example.com`: lower case, with a dot, never an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

/// Why a text is not the name of a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of a host: write a name such as api.example.com, in lower case, without scheme, port, address or star")]
pub struct HostNameError(String);

impl HostName {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HostName {
    type Err = HostNameError;

    fn from_str(text: &str) -> Result<Self, HostNameError> {
        let label = |part: &str| {
            !part.is_empty()
                && part.len() <= 63
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        // A last part that begins with a digit may be read as an address: 127.0.0.0x1.
        let last_is_a_name = text.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_lowercase()));
        if text.len() <= 253 && text.contains('.') && last_is_a_name && text.split('.').all(label) {
            Ok(Self(text.to_owned()))
        } else {
            Err(HostNameError(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for HostName {
    type Error = HostNameError;

    fn try_from(text: String) -> Result<Self, HostNameError> {
        text.parse()
    }
}

impl From<HostName> for String {
    fn from(host: HostName) -> Self {
        host.0
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an outgoing call goes: the parts of `https://host/path?query`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The host.
    pub host: HostName,
    /// Path and query, with the first slash.
    pub path: String,
}

/// The longest URL of an outgoing call, bytes.
pub const MAX_URL: usize = 2_048;

impl Target {
    /// Reads a URL. Nothing but https on its own port is accepted, and neither names nor passwords in it.
    pub fn parse(url: &str) -> Result<Self, String> {
        let shown = || url.chars().take(80).collect::<String>();
        if url.len() > MAX_URL {
            return Err(format!("the URL is longer than {MAX_URL} bytes"));
        }
        if !url.bytes().all(|b| b.is_ascii_graphic()) || url.contains(['\\', '"', '<', '>', '#']) {
            return Err(format!("the URL {:?} holds characters that have to be percent-encoded; use .query(name, value)", shown()));
        }
        let Some(rest) = url.strip_prefix("https://") else {
            return Err(format!("the URL {:?} does not begin with https://", shown()));
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains(['@', ':', '[']) {
            return Err(format!("the URL {:?} names a port, a user or an address; write https://host/path", shown()));
        }
        let host = authority.parse().map_err(|error: HostNameError| error.to_string())?;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { host, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names() {
        for good in ["api.example.com", "a.b", "xn--bcher-kva.example", "1.example.com"] {
            assert!(good.parse::<HostName>().is_ok(), "{good}");
        }
        let long = format!("{}.com", "a.".repeat(130));
        for bad in [
            "",
            "localhost",
            "127.0.0.1",
            "127.0.0.0x1",
            "a.b.",
            ".a",
            "A.com",
            "a..b",
            "-a.b",
            "a_b.c",
            "*.b.com",
            "a.b:443",
            "::1",
            &long,
        ] {
            assert!(bad.parse::<HostName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_plain_https_urls_are_targets() {
        let target = |url: &str| Target::parse(url).map(|target| (target.host.to_string(), target.path));
        let host = "api.example.com".to_owned();
        assert_eq!(target("https://api.example.com"), Ok((host.clone(), "/".to_owned())));
        assert_eq!(target("https://api.example.com/a/b?c=d@e:f"), Ok((host.clone(), "/a/b?c=d@e:f".to_owned())));
        assert_eq!(target("https://api.example.com?c=d"), Ok((host, "/?c=d".to_owned())));
        let long = format!("https://api.example.com/{}", "a".repeat(MAX_URL));
        for bad in [
            "http://api.example.com/",
            "HTTPS://api.example.com/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://api.example.com:443/",
            "https://api.example.com:8443/",
            "https://user@api.example.com/",
            "https://api.example.com\\@evil.example/",
            "https://api.example.com/#part",
            "https://api.example.com/a b",
            "https://api.example.com/ä",
            "https://API.example.com/",
            "https://",
            "//api.example.com/",
            "/path",
            &long,
        ] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
    }
}
