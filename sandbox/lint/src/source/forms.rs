//! The forms of names in a manifest: slugs, versions, hosts.

/// As in the model: names under `/` that no feature may take.
const RESERVED: [&str; 18] = [
    "api", "world", "healthz", "readyz", "metrics", "version", "mcp", "widget", "static", "assets", "preview", "login", "chat", "about",
    "owner", "me", "kandra", "api-docs",
];

/// The slug in a package's name; `Err` is the message.
pub(super) fn slug(package: &str) -> Result<String, String> {
    let shown: String = package.chars().take(64).collect();
    let Some(slug) = package.strip_prefix("kandra-feature-") else {
        return Err(format!("the package {shown:?} is not named `kandra-feature-<slug>`"));
    };
    let bytes = slug.as_bytes();
    let well_formed = (3..=40).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
        && bytes[bytes.len() - 1] != b'-'
        && !slug.contains("--");
    if !well_formed {
        return Err(format!("the slug in {shown:?} is not 3 to 40 lower-case letters, digits and single hyphens, starting with a letter"));
    }
    if RESERVED.contains(&slug) {
        return Err(format!("the slug {slug:?} is reserved"));
    }
    Ok(slug.to_owned())
}

/// Whether this is three numbers with dots.
pub(super) fn is_version(version: &str) -> bool {
    let parts: Vec<&str> = version.split('.').collect();
    parts.len() == 3 && parts.iter().all(|p| !p.is_empty() && p.len() <= 6 && p.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether this is the name of a host, and no address.
pub(super) fn is_host(host: &str) -> bool {
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let parts: Vec<&str> = host.split('.').collect();
    // A last part that begins with a digit can be read as an address: 127.0.0.1, 127.0.0.0x1.
    host.len() <= 253
        && parts.len() >= 2
        && parts.iter().all(|p| label(p))
        && parts.last().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// Whether this is the name of a feature.
pub(super) fn is_slug(name: &str) -> bool {
    slug(&format!("kandra-feature-{name}")).is_ok()
}
