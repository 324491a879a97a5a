//! What a visitor sent.

use crate::{Error, Result, form, text};
use kandra_abi::RequestView;
use serde::de::DeserializeOwned;
use std::ops::Range;
use std::str::FromStr;

/// A request. It owns all of its data, in one piece of memory.
pub struct Request {
    method: &'static str,
    /// Path, query, visitor, then parameters and headers as length-prefixed pairs, then the body.
    blob: Vec<u8>,
    path: u32,
    query: u32,
    visitor: u32,
    params: u32,
    headers: u32,
}

impl Request {
    pub(crate) fn new(view: &RequestView<'_>) -> Self {
        let params = view.params.as_slice();
        let headers = view.headers.as_slice();
        let pairs = params.iter().map(|param| param.name.len() + param.value.len()).sum::<usize>()
            + headers.iter().map(|header| header.name.len() + header.value.len()).sum::<usize>()
            + PAIR * (params.len() + headers.len());
        let mut blob = Vec::with_capacity(view.path.len() + view.query.len() + view.visitor.len() + pairs + view.body.len());
        let end = |blob: &Vec<u8>| blob.len() as u32;
        blob.extend_from_slice(view.path.as_bytes());
        let path = end(&blob);
        blob.extend_from_slice(view.query.as_bytes());
        let query = end(&blob);
        blob.extend_from_slice(view.visitor.as_bytes());
        let visitor = end(&blob);
        for param in params {
            push_pair(&mut blob, param.name.as_bytes(), param.value.as_bytes());
        }
        let params = end(&blob);
        for header in headers {
            push_pair(&mut blob, header.name.as_bytes(), header.value.as_slice());
        }
        let headers = end(&blob);
        blob.extend_from_slice(view.body.as_slice());
        Self { method: known(view.method.as_str()), blob, path, query, visitor, params, headers }
    }

    /// `GET`, `POST` …
    pub fn method(&self) -> &str {
        self.method
    }

    /// The path within the feature, beginning with `/`.
    pub fn path(&self) -> &str {
        self.str(0..self.path)
    }

    /// The visitor's pseudonymous id for this feature; empty when it is not known.
    pub fn visitor(&self) -> &str {
        self.str(self.query..self.visitor)
    }

    /// One value of the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        text::pairs(self.str(self.path..self.query)).find(|pair| pair.0 == name).map(|pair| pair.1)
    }

    /// One value of the query, parsed; `None` when it is not there or empty.
    ///
    /// # Errors
    /// 400, naming it, when it does not parse.
    pub fn query_as<T: FromStr>(&self, name: &str) -> Result<Option<T>> {
        match self.query(name) {
            Some(value) if !value.is_empty() => value.parse().map(Some).map_err(|_| invalid(name, &value)),
            _ => Ok(None),
        }
    }

    /// A path parameter: `id` of the route `/notes/{id}`.
    ///
    /// # Errors
    /// 500 when the route has no such parameter.
    pub fn param(&self, name: &str) -> Result<&str> {
        match self.pairs(self.visitor..self.params).find(|pair| pair.0 == name.as_bytes()) {
            Some((_, value)) => Ok(std::str::from_utf8(value).unwrap_or_default()),
            None => {
                Err(Error::internal("This feature could not answer.").with_detail(format_args!("the route has no parameter `{{{name}}}`")))
            }
        }
    }

    /// A path parameter, parsed.
    ///
    /// # Errors
    /// 400, naming it, when it does not parse.
    pub fn param_as<T: FromStr>(&self, name: &str) -> Result<T> {
        let value = self.param(name)?;
        value.parse().map_err(|_| invalid(name, value))
    }

    /// A header, if it is there and text. Names match in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.pairs(self.params..self.headers).find(|pair| pair.0.eq_ignore_ascii_case(name.as_bytes()));
        found.and_then(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.blob[self.headers as usize..]
    }

    /// The body as text.
    ///
    /// # Errors
    /// 400 when it is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(self.body()).map_err(|_| Error::bad_request("the body is not UTF-8 text"))
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// 400, naming the field, when it does not fit.
    ///
    /// ```
    /// # use kandra::{prelude::*, testing::Rig};
    /// # fn mount(routes: &mut Routes) { routes.post("/notes", add); }
    /// #[derive(Deserialize)]
    /// struct Note {
    ///     text: String,
    /// }
    /// async fn add(req: Request, _ctx: Ctx) -> Result<Response> {
    ///     let note: Note = req.json()?;
    ///     Response::json(&json!({ "length": note.text.len() }))
    /// }
    /// # let rig = Rig::mount(mount);
    /// # assert_eq!(rig.post_json("/notes", &json!({ "text": "milk" })).json()["length"], 4);
    /// # let refused = rig.post_json("/notes", &json!({}));
    /// # assert_eq!(refused.status(), 400);
    /// # assert!(refused.text().contains("text"));
    /// ```
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(self.body()).map_err(|error| not_json(&error))
    }

    /// The body of an HTML form (`application/x-www-form-urlencoded`), read into a struct.
    ///
    /// Numbers and truth values are parsed; an empty `Option` field is `None`; a name that comes several times fills a
    /// `Vec`; an unchecked box is not sent, so give its field `#[serde(default)]`.
    ///
    /// # Errors
    /// 400, naming the field, when it does not fit.
    ///
    /// ```
    /// # use kandra::{prelude::*, testing::Rig};
    /// # fn mount(routes: &mut Routes) { routes.post("/guests", add); }
    /// #[derive(Deserialize)]
    /// struct Guest {
    ///     name: String,
    ///     seats: u32,
    ///     #[serde(default)]
    ///     vegetarian: bool,
    /// }
    /// async fn add(req: Request, _ctx: Ctx) -> Result<Response> {
    ///     let guest: Guest = req.form()?;
    ///     Response::text(format!("{}: {} ({})", guest.name, guest.seats, guest.vegetarian))
    /// }
    /// # let rig = Rig::mount(mount);
    /// # assert_eq!(rig.post_form("/guests", "name=Ada+L.&seats=2&vegetarian=on").text(), "Ada L.: 2 (true)");
    /// # assert!(rig.post_form("/guests", "name=Ada&seats=two").text().contains("seats"));
    /// ```
    pub fn form<T: DeserializeOwned>(&self) -> Result<T> {
        form::read(self.text()?)
    }

    fn str(&self, range: Range<u32>) -> &str {
        std::str::from_utf8(&self.blob[range.start as usize..range.end as usize]).unwrap_or_default()
    }

    fn pairs(&self, range: Range<u32>) -> Pairs<'_> {
        Pairs(&self.blob[range.start as usize..range.end as usize])
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} with {} bytes", self.method, self.path(), self.body().len())
    }
}

/// Bytes that the two lengths of a pair take.
const PAIR: usize = 8;

fn push_pair(blob: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    blob.extend_from_slice(&(name.len() as u32).to_le_bytes());
    blob.extend_from_slice(&(value.len() as u32).to_le_bytes());
    blob.extend_from_slice(name);
    blob.extend_from_slice(value);
}

struct Pairs<'a>(&'a [u8]);

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name_len, rest) = self.0.split_first_chunk()?;
        let (value_len, rest) = rest.split_first_chunk()?;
        let (name, rest) = rest.split_at_checked(u32::from_le_bytes(*name_len) as usize)?;
        let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*value_len) as usize)?;
        self.0 = rest;
        Some((name, value))
    }
}

/// The host routes no others.
fn known(method: &str) -> &'static str {
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TASK", "SOCKET"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("GET")
}

#[cold]
fn invalid(name: &str, value: &str) -> Error {
    let shown: String = value.chars().take(40).collect();
    Error::bad_request(format!("`{name}` cannot be \"{shown}\""))
}

#[cold]
fn not_json(error: &serde_json::Error) -> Error {
    Error::bad_request(format!("the JSON in the body does not fit: {error}"))
}
