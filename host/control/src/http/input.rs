//! What the handlers share of reading requests: where a browser came from, cursors, bounded texts.

use super::Problem;
use crate::guard::host;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use kandra_store::Cursor;
use serde::Deserialize;
use std::convert::Infallible;
use std::future::{Ready, ready};

/// The most bytes of a body, unless an endpoint says otherwise.
pub(super) const BODY_BYTES: usize = 32 << 10;
/// The most bytes of a submitted crate as JSON: its 256 KiB of source, escaped.
pub(super) const CRATE_BYTES: usize = 2 << 20;

/// The request's `Host`, from which addresses in answers follow.
pub(super) struct Host(String);

impl Host {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromRequest for Host {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // What was checked: a header that a proxy might set is anybody's without one.
        ready(Ok(Self(host(request.uri(), request.headers()).to_owned())))
    }
}

/// `?limit=&cursor=`
#[derive(Debug, Default, Deserialize)]
pub(super) struct Paging {
    limit: Option<u32>,
    cursor: Option<String>,
}

impl Paging {
    /// As asked for, at most 100.
    pub(super) fn limit(&self, usual: u32) -> u32 {
        self.limit.unwrap_or(usual).clamp(1, 100)
    }

    pub(super) fn after(&self) -> Result<Option<Cursor>, Problem> {
        Ok(self.cursor.as_deref().map(str::parse).transpose()?)
    }
}

/// A cursor as JSON.
pub(super) fn next(cursor: Option<Cursor>) -> Option<String> {
    cursor.map(|cursor| cursor.to_string())
}

/// Names separated by commas, such as `pending,running`; all when there are none.
pub(super) fn states<T>(text: Option<&str>, find: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Problem> {
    let names = text.unwrap_or_default().split(',').filter(|name| !name.is_empty());
    let found: Option<Vec<T>> = names.take(16).map(find).collect();
    found.ok_or_else(|| Problem::invalid("state", "holds a state that there is not"))
}

/// One line of visible text between 1 and `most` characters.
pub(super) fn line(field: &str, text: &str, most: usize) -> Result<String, Problem> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.chars().count() {
        0 => Err(Problem::invalid(field, "say it in a sentence")),
        count if count > most => Err(Problem::invalid(field, &format!("is longer than {most} characters"))),
        _ if line.chars().any(char::is_control) => Err(Problem::invalid(field, "holds characters that cannot be shown")),
        _ => Ok(line),
    }
}
