//! Identifiers, each checked when it is made.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not of the form `[a-z][a-z0-9-]{1,38}[a-z0-9]` without `--`.
    #[error("a slug is 3 to 40 characters: lower-case letters, digits and single hyphens, starting with a letter; {0:?} is not")]
    SlugForm(String),
    /// One of [`RESERVED_SLUGS`].
    #[error("the slug {0:?} is reserved; choose another")]
    SlugReserved(String),
    /// Not a UUID.
    #[error("{0:?} is not an id")]
    Uuid(String),
    /// Not 64 lower-case hexadecimal digits.
    #[error("{0:?} is not a SHA-256 in lower-case hexadecimal")]
    Hash(String),
}

macro_rules! uuid_id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id; ids made later sort later (UUIDv7).
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError::Uuid(text.chars().take(64).collect()))
            }
        }
    )+};
}

uuid_id! {
    /// Identifies a visitor's request.
    RequestId,
    /// Identifies one attempt to make a revision.
    RunId,
}

/// The rising number of an event in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub i64);

/// A feature's revision: 1, 2, 3 … per feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u32);

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names under `/` that no feature may take.
pub const RESERVED_SLUGS: [&str; 17] = [
    "api", "world", "healthz", "readyz", "metrics", "version", "mcp", "widget", "static", "assets", "preview", "login", "chat", "about",
    "owner", "me", "kandra",
];
const RESERVED_TOO: &str = "api-docs";

/// The name of a feature: it owns the routes under `/{slug}/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    /// The slug's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a reader could take one for the other: they differ only by characters that look alike.
    pub fn looks_like(&self, other: &Self) -> bool {
        self != other && self.skeleton() == other.skeleton()
    }

    /// With one character for all that look alike.
    fn skeleton(&self) -> String {
        let text = self.0.replace("rn", "m").replace("vv", "w");
        text.chars()
            .map(|c| match c {
                '0' => 'o',
                '1' | 'i' => 'l',
                '5' => 's',
                '8' => 'b',
                c => c,
            })
            .collect()
    }

    /// The Cargo package of the feature: `kandra-feature-<slug>`.
    pub fn package(&self) -> String {
        format!("kandra-feature-{}", self.0)
    }

    /// The nearest valid slug to a title, or `None` when the title has nothing to make one from.
    pub fn from_title(title: &str) -> Option<Self> {
        let mut text = String::new();
        for c in title.chars().flat_map(char::to_lowercase) {
            let c = match c {
                'a'..='z' | '0'..='9' => c,
                _ => '-',
            };
            if !(c == '-' && (text.is_empty() || text.ends_with('-'))) && !(text.is_empty() && c.is_ascii_digit()) {
                text.push(c);
            }
            if text.len() == 36 {
                break;
            }
        }
        let text = text.trim_end_matches('-').to_owned();
        text.parse().ok().or_else(|| format!("{text}-feature").parse().ok())
    }

    /// This slug with a number appended, shortened to fit: `poll` → `poll-2`.
    pub fn numbered(&self, number: u32) -> Self {
        let suffix = format!("-{number}");
        let keep = self.0.len().min(40 - suffix.len());
        Self(format!("{}{suffix}", self.0[..keep].trim_end_matches('-')))
    }
}

impl FromStr for Slug {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let bytes = text.as_bytes();
        let inner = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
        let well_formed = (3..=40).contains(&bytes.len())
            && bytes[0].is_ascii_lowercase()
            && bytes.iter().all(inner)
            && bytes[bytes.len() - 1] != b'-'
            && !text.contains("--");
        if !well_formed {
            return Err(IdError::SlugForm(text.chars().take(64).collect()));
        }
        if RESERVED_SLUGS.contains(&text) || text == RESERVED_TOO {
            return Err(IdError::SlugReserved(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Slug {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! hash_id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// 64 lower-case hexadecimal digits.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
                if text.len() == 64 && text.bytes().all(hex) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError::Hash(text.chars().take(64).collect()))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(hash: $name) -> Self {
                hash.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

hash_id! {
    /// SHA-256 of an artifact's bytes: also its file name.
    ArtifactHash,
    /// SHA-256 of a feature's canonical source.
    SourceHash,
    /// A keyed hash of a voter's address, so that no address is stored.
    VoterId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_that_look_alike_are_told() {
        let alike = |a: &str, b: &str| a.parse::<Slug>().unwrap().looks_like(&b.parse().unwrap());
        for (a, b) in [("tea-poll", "tea-p0ll"), ("tea-poll", "tea-po1l"), ("live-map", "llve-map"), ("modern", "modem"), ("swim", "svvim")]
        {
            assert!(alike(a, b) && alike(b, a), "{a} {b}");
        }
        for (a, b) in [("tea-poll", "tea-poll"), ("tea-poll", "tea-poll-2"), ("clock", "dock"), ("tea-poll", "teapoll"), ("cat", "car")] {
            assert!(!alike(a, b), "{a} {b}");
        }
    }

    #[test]
    fn slugs_are_checked() {
        for good in ["abc", "tic-tac-toe", "a1b", "poll-2"] {
            assert_eq!(good.parse::<Slug>().unwrap().as_str(), good);
        }
        for bad in ["", "a", "ab", "1ab", "-ab", "ab-", "a--b", "Abc", "a_b", "../x", "é-x", &"a".repeat(41)] {
            assert!(matches!(bad.parse::<Slug>(), Err(IdError::SlugForm(_))), "{bad}");
        }
        for reserved in RESERVED_SLUGS.iter().filter(|s| s.len() >= 3).chain(&["api-docs"]) {
            assert!(matches!(reserved.parse::<Slug>(), Err(IdError::SlugReserved(_))), "{reserved}");
        }
    }

    #[test]
    fn titles_become_slugs() {
        assert_eq!(Slug::from_title("A Poll: tea, or coffee?").unwrap().as_str(), "a-poll-tea-or-coffee");
        assert_eq!(Slug::from_title("99 Luftballons").unwrap().as_str(), "luftballons");
        assert_eq!(Slug::from_title("API").unwrap().as_str(), "api-feature");
        assert_eq!(Slug::from_title("日本語"), None);
        assert_eq!(Slug::from_title(&"x".repeat(90)).unwrap().numbered(12).as_str().len(), 39);
    }
}
