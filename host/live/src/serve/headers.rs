//! Which headers cross between the world and a feature, in both directions.

use actix_web::http::header::HeaderValue;

/// Whether a feature has its own origin, in which cookies are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// All features share live's origin: a cookie of one would reach all.
    Shared,
    /// `{slug}` in live's public URL.
    Own,
}

/// The most headers that are passed on, in either direction.
pub(crate) const MOST_HEADERS: usize = 64;
/// The most bytes of an answer's headers.
pub(crate) const MOST_BYTES: usize = 16 << 10;

/// Whether a request's header is shown to the feature. The name is in lower case.
pub(crate) fn shown(name: &str, origin: Origin) -> bool {
    match name {
        "cookie" => origin == Origin::Own,
        "connection"
        | "keep-alive"
        | "proxy-connection"
        | "proxy-authorization"
        | "te"
        | "trailer"
        | "transfer-encoding"
        | "upgrade"
        | "expect" => false,
        // Where a visitor comes from is not the feature's business; who they are to it stands in `visitor`.
        "forwarded" | "via" | "cf-connecting-ipv6" | "cf-pseudo-ipv4" | "x-original-forwarded-for" | "x-envoy-external-address" => false,
        _ if ["-ip", "-clientip", "-socketip"].iter().any(|ending| name.ends_with(ending)) => false,
        // Those that begin with `kandra-` are the host's own words.
        _ => !name.starts_with("x-forwarded-") && !name.starts_with("x-kandra-") && !name.starts_with("kandra-"),
    }
}

/// Whether a feature may set this header of an answer. The name is in lower case.
pub(crate) fn settable(name: &str, origin: Origin) -> bool {
    match name {
        // A password that a browser was asked for goes to every path of the origin, like a cookie.
        "set-cookie" | "service-worker-allowed" | "www-authenticate" => origin == Origin::Own,
        // Framing and connection are the server's.
        "connection" | "keep-alive" | "proxy-connection" | "proxy-authenticate" | "te" | "trailer" | "transfer-encoding" | "upgrade"
        | "content-length" | "date" | "server" | "alt-svc" | "via" => false,
        // What keeps features apart is the host's.
        "content-security-policy"
        | "content-security-policy-report-only"
        | "x-content-type-options"
        | "x-frame-options"
        | "referrer-policy"
        | "strict-transport-security"
        | "clear-site-data"
        | "origin-agent-cluster"
        | "permissions-policy"
        | "reporting-endpoints"
        | "report-to"
        | "nel"
        | "sourcemap"
        | "x-dns-prefetch-control"
        | "refresh"
        | "timing-allow-origin"
        | "public-key-pins"
        | "expect-ct"
        | "x-xss-protection"
        | "content-encoding" => false,
        _ => !["access-control-", "cross-origin-", "x-kandra-", "sec-", "proxy-"].iter().any(|prefix| name.starts_with(prefix)),
    }
}

/// What a browser makes of an answer, by its content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nothing that runs.
    Harmless,
    /// HTML.
    Html,
    /// What is not known to be harmless may be a document that runs scripts.
    Document,
}

/// The types that nearly every answer has, as they are usually written.
const USUAL: [(&str, Content); 4] = [
    ("application/json", Content::Harmless),
    ("text/html; charset=utf-8", Content::Html),
    ("text/plain; charset=utf-8", Content::Harmless),
    ("application/octet-stream", Content::Harmless),
];

/// Types of content that no browser runs scripts in.
const HARMLESS: [&str; 16] = [
    "application/json",
    "application/problem+json",
    "application/octet-stream",
    "application/x-ndjson",
    "text/plain",
    "text/css",
    "text/csv",
    "text/javascript",
    "application/javascript",
    "text/event-stream",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "application/manifest+json",
];

impl Content {
    /// By the content type, empty when there is none.
    pub fn of(content_type: &str) -> Self {
        let kind = content_type.split(';').next().unwrap_or("").trim();
        let begins = |family: &str| kind.get(..family.len()).is_some_and(|start| start.eq_ignore_ascii_case(family));
        if kind.eq_ignore_ascii_case("text/html") {
            Self::Html
        } else if content_type.contains(',') {
            // Browsers split it there and believe the last type.
            Self::Document
        } else if HARMLESS.iter().any(|harmless| kind.eq_ignore_ascii_case(harmless))
            || ["font/", "audio/", "video/"].into_iter().any(begins)
        {
            Self::Harmless
        } else {
            Self::Document
        }
    }

    /// The header's value, without a copy for what is usual, and what it stands for. `None` when it says nothing.
    pub fn header(content_type: &str) -> Option<(HeaderValue, Self)> {
        match USUAL.iter().find(|(usual, _)| *usual == content_type) {
            Some((usual, content)) => Some((HeaderValue::from_static(usual), *content)),
            None if content_type.trim().is_empty() => None,
            None => Some((HeaderValue::try_from(content_type).ok()?, Self::of(content_type))),
        }
    }
}

/// A `Location` as the browser needs it: a path of the feature gets the feature's name in front.
pub(crate) fn location(slug: &str, location: &str) -> String {
    let own = location == format!("/{slug}") || location.starts_with(&format!("/{slug}/")) || location.starts_with(&format!("/{slug}?"));
    if location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\") && !own {
        format!("/{slug}{location}")
    } else {
        location.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_exist_only_with_an_origin_of_ones_own() {
        for (origin, expected) in [(Origin::Shared, false), (Origin::Own, true)] {
            assert_eq!(shown("cookie", origin), expected);
            assert_eq!(settable("set-cookie", origin), expected);
            assert_eq!(settable("www-authenticate", origin), expected);
        }
    }

    #[test]
    fn a_feature_cannot_touch_the_walls() {
        for name in [
            "Content-Security-Policy",
            "content-length",
            "Transfer-Encoding",
            "Access-Control-Allow-Origin",
            "Access-Control-Allow-Credentials",
            "X-Content-Type-Options",
            "Clear-Site-Data",
            "Connection",
            "Refresh",
            "X-Kandra-Fault",
            "Cross-Origin-Opener-Policy",
            "Content-Encoding",
        ] {
            assert!(!settable(&name.to_ascii_lowercase(), Origin::Own), "{name}");
        }
        for name in ["Content-Type", "Cache-Control", "ETag", "Location", "X-Custom", "Vary", "Link"] {
            assert!(settable(&name.to_ascii_lowercase(), Origin::Shared), "{name}");
        }
        for name in [
            "kandra-socket",
            "kandra-event",
            "x-forwarded-for",
            "x-real-ip",
            "cf-connecting-ip",
            "fly-client-ip",
            "x-azure-clientip",
            "x-kandra-visitor",
            "transfer-encoding",
        ] {
            assert!(!shown(name, Origin::Own), "{name}");
        }
        for name in ["accept", "content-type", "authorization", "if-none-match"] {
            assert!(shown(name, Origin::Shared), "{name}");
        }
    }

    #[test]
    fn what_could_run_scripts_is_treated_as_a_document() {
        for kind in ["text/html; charset=utf-8", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/pdf", "", "nonsense"] {
            assert_ne!(Content::of(kind), Content::Harmless, "{kind}");
        }
        for kind in ["text/plain,text/html", "text/plain; a=b, text/html", "text/plain;a=\",text/html;\"", "audio/x,image/svg+xml"] {
            assert_ne!(Content::of(kind), Content::Harmless, "{kind}");
        }
        for kind in ["application/json", "text/plain; charset=utf-8", "Image/PNG", "font/woff2"] {
            assert_eq!(Content::of(kind), Content::Harmless, "{kind}");
        }
    }

    #[test]
    fn what_is_usual_is_judged_like_the_rest() {
        for (usual, content) in USUAL {
            assert_eq!(Content::of(usual), content, "{usual}");
            assert_eq!(Content::header(usual), Some((HeaderValue::from_static(usual), content)));
        }
        assert_eq!(Content::of(" TEXT/HTML ;x"), Content::Html);
        assert_eq!(Content::header(" "), None);
        assert_eq!(Content::header("a\nb"), None);
    }

    #[test]
    fn redirects_stay_within_the_feature() {
        assert_eq!(location("poll", "/"), "/poll/");
        assert_eq!(location("poll", "/items/3?x=1"), "/poll/items/3?x=1");
        assert_eq!(location("poll", "/poll/items"), "/poll/items");
        assert_eq!(location("poll", "/pollen"), "/poll/pollen");
        assert_eq!(location("poll", "items"), "items");
        assert_eq!(location("poll", "https://example.com/"), "https://example.com/");
        assert_eq!(location("poll", "//example.com/"), "//example.com/");
    }
}
