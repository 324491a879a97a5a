//! The shim and the tokens: files of ours that every HTML answer refers to, named by their hash and cached for ever.

use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// One embedded file.
#[derive(Debug)]
pub(crate) struct Asset {
    /// Under which path it is served.
    pub path: &'static str,
    pub content_type: &'static str,
    pub text: &'static str,
    /// First digits of its SHA-256.
    pub hash: String,
}

impl Asset {
    fn new(path: &'static str, content_type: &'static str, text: &'static str) -> Self {
        Self { path, content_type, text, hash: hex::encode(&Sha256::digest(text.as_bytes())[..8]) }
    }

    /// The address that changes with the content.
    pub fn address(&self) -> String {
        format!("{}?v={}", self.path, self.hash)
    }
}

/// What a page of a feature can ask of the host.
pub(crate) static SHIM: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("/_kandra/shim.js", "text/javascript; charset=utf-8", include_str!("../../assets/shim.js")));

/// The style that makes widgets by many authors look like one site.
pub(crate) static TOKENS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("/_kandra/tokens.css", "text/css; charset=utf-8", include_str!("../../../../sdk/feature/assets/tokens.css"))
});

/// The asset at a path.
pub(crate) fn at(path: &str) -> Option<&'static Asset> {
    [&*SHIM, &*TOKENS].into_iter().find(|asset| asset.path == path)
}
