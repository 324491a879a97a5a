//! What a handler answers.

use crate::Result;
use kandra_abi::OwnedHeader;
use kandra_abi::abi_stable::std_types::{RCowStr, RVec};
use serde::Serialize;

/// An answer: a status, headers, a body.
///
/// ```
/// use kandra::{Response, json};
/// let answer = Response::json(&json!({ "id": 7 }))?.with_status(201).with_header("x-total", "12");
/// assert_eq!(answer.status(), 201);
/// # Ok::<_, kandra::Error>(())
/// ```
pub struct Response {
    inner: kandra_abi::Response,
}

impl Response {
    fn new(content_type: RCowStr<'static>, body: Vec<u8>) -> Self {
        let mut headers = RVec::with_capacity(1);
        headers.push(OwnedHeader { name: RCowStr::from_str("content-type"), value: content_type });
        Self { inner: kandra_abi::Response { status: 200, headers, body: body.into() } }
    }

    pub(crate) fn from_json_bytes(body: Vec<u8>) -> Self {
        Self::new(RCowStr::from_str("application/json"), body)
    }

    fn empty(status: u16) -> Self {
        Self { inner: kandra_abi::Response { status, headers: RVec::new(), body: RVec::new() } }
    }

    /// JSON, from anything that serialises: `json!({...})`, a struct, a `Vec`.
    ///
    /// # Errors
    /// 500 when the value cannot be JSON, such as a map with keys that are not text.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let mut body = Vec::with_capacity(256);
        serde_json::to_writer(&mut body, value)?;
        Ok(Self::from_json_bytes(body))
    }

    /// HTML: a whole document, or the fragment that a widget answers. Put visitors' text through [`escape`](crate::escape).
    ///
    /// # Errors
    /// Never.
    pub fn html(html: impl Into<String>) -> Result<Self> {
        Ok(Self::new(RCowStr::from_str("text/html; charset=utf-8"), html.into().into_bytes()))
    }

    /// Plain text.
    ///
    /// # Errors
    /// Never.
    pub fn text(text: impl Into<String>) -> Result<Self> {
        Ok(Self::new(RCowStr::from_str("text/plain; charset=utf-8"), text.into().into_bytes()))
    }

    /// Bytes of any type, such as `image/svg+xml`.
    ///
    /// # Errors
    /// Never.
    pub fn bytes(content_type: &str, body: Vec<u8>) -> Result<Self> {
        Ok(Self::new(visible(content_type), body))
    }

    /// Sends the browser to another route of this feature, with GET (303): `/` is the feature's own root.
    ///
    /// # Errors
    /// Never.
    pub fn redirect(path: &str) -> Result<Self> {
        Ok(Self::empty(303).with_header("location", path))
    }

    /// 204: done, nothing to say.
    ///
    /// # Errors
    /// Never.
    pub fn no_content() -> Result<Self> {
        Ok(Self::empty(204))
    }

    /// Sets the status.
    ///
    /// # Panics
    /// When it is not from 200 to 599.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        assert!((200..=599).contains(&status), "{status} is not a status that a feature can answer: use 200 to 599");
        self.inner.status = status;
        self
    }

    /// Sets a header; a later one of the same name replaces the earlier. Characters that a header cannot hold become `?`.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let value = visible(value);
        match self.inner.headers.iter_mut().find(|header| header.name.eq_ignore_ascii_case(name)) {
            Some(header) => header.value = value,
            None => self.inner.headers.push(OwnedHeader { name: visible(name), value }),
        }
        self
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.inner.status
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        self.inner.body.as_slice()
    }

    pub(crate) fn into_abi(self) -> kandra_abi::Response {
        self.inner
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Response {} with {} bytes", self.inner.status, self.inner.body.len())
    }
}

fn visible(text: &str) -> RCowStr<'static> {
    let visible: String = text.chars().map(|c| if matches!(c, ' '..='~' | '\t') { c } else { '?' }).collect();
    RCowStr::from(visible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_replaced_and_made_visible() {
        let answer = Response::text("x").unwrap().with_header("Content-Type", "text/csv").with_header("x-name", "a\r\nb: é");
        let headers: Vec<_> = answer.inner.headers.iter().map(|header| (&*header.name, &*header.value)).collect();
        assert_eq!(headers, [("content-type", "text/csv"), ("x-name", "a??b: ?")]);
    }

    #[test]
    #[should_panic(expected = "101 is not a status")]
    fn impossible_statuses_panic() {
        let _ = Response::no_content().unwrap().with_status(101);
    }
}
