//! Style sheets and scripts, embedded, under `/assets/{hash of all}/{name}`.
//!
//! One hash names the whole set: modules import each other by relative path, in workers too, and every answer may be kept for
//! ever. An old hash (a page from before an upgrade) answers with what there is now and may not be kept.

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderValue},
    web,
};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::{borrow::Cow, sync::LazyLock};

/// The tokens that widgets and dashboard share.
const TOKENS: &str = include_str!("../../../../sdk/feature/assets/tokens.css");
const TOKENS_NAME: &str = "tokens.css";

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Embedded;

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Embedded::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    hash.update(TOKENS);
    for name in names {
        hash.update(name.as_bytes());
        hash.update(Embedded::get(&name).expect("iter names only files that are there").data);
    }
    hex::encode(&hash.finalize()[..6])
});

/// Names the set of files; changes when any of them does.
pub fn version() -> &'static str {
    &VERSION
}

fn find(name: &str) -> Option<Cow<'static, [u8]>> {
    if name == TOKENS_NAME {
        return Some(Cow::Borrowed(TOKENS.as_bytes()));
    }
    Embedded::get(name).map(|file| file.data)
}

/// `GET /assets/{version}/{name}`.
pub async fn serve(path: web::Path<(String, String)>) -> HttpResponse {
    let (asked, name) = path.into_inner();
    let Some(data) = find(&name) else {
        return HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("There is no such file.\n");
    };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let keep = if asked == version() { "public, max-age=31536000, immutable" } else { "no-store" };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_TYPE, kind)).insert_header((header::CACHE_CONTROL, HeaderValue::from_static(keep)));
    answer.insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    match data {
        Cow::Borrowed(bytes) => answer.body(bytes),
        Cow::Owned(bytes) => answer.body(bytes),
    }
}

#[cfg(test)]
pub fn names() -> impl Iterator<Item = String> {
    Embedded::iter().map(Cow::into_owned).chain([TOKENS_NAME.to_owned()])
}

#[cfg(test)]
pub fn text(name: &str) -> String {
    String::from_utf8(find(name).expect("a name that is there").into_owned()).expect("assets are text")
}
