//! Who asks for a page and how: language, host, nonce; and the answer in that language.

use super::{
    assets,
    render::ErrorPage,
    view::{Page, Shell},
    words::{Language, Words},
};
use crate::{
    app::{App, AppError},
    guard::Nonce,
};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web,
};
use askama::Template;
use kandra_model::{EventId, Timestamp};
use kandra_store::{StoreError, TrailError};
use std::{collections::BTreeMap, convert::Infallible, future::Ready};

/// The most characters of a query's value that a page reads.
const MAX_VALUE: usize = 200;

/// Why a page cannot be shown.
#[derive(Debug)]
pub enum PageError {
    /// Nothing is there, or not for these eyes.
    NotFound,
    /// The address is not one that a page could have linked to.
    Address,
    /// Only with the owner's token.
    Owner,
    /// We failed; the operator's log has the chain.
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

impl From<AppError> for PageError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound { .. } => Self::NotFound,
            other => Self::Broken(Box::new(other)),
        }
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(_) => Self::NotFound,
            StoreError::Cursor(_) => Self::Address,
            other => Self::Broken(Box::new(other)),
        }
    }
}

impl From<TrailError> for PageError {
    fn from(error: TrailError) -> Self {
        match error {
            TrailError::NoCommit(_) => Self::NotFound,
            other => Self::Broken(Box::new(other)),
        }
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::Broken(Box::new(error))
    }
}

/// A request for a page.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The visitor's language.
    pub language: Language,
    /// Of this answer's content security policy.
    pub nonce: String,
    /// As the browser named us.
    pub host: String,
    query: BTreeMap<String, String>,
    bearer: Option<String>,
}

impl FromRequest for Asked {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let query =
            web::Query::<BTreeMap<String, String>>::from_query(request.query_string()).map(web::Query::into_inner).unwrap_or_default();
        let text = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let accept = text(header::ACCEPT_LANGUAGE);
        std::future::ready(Ok(Self {
            language: Language::choose(query.get("lang").map(String::as_str), accept.as_deref()),
            nonce: request.extensions().get::<Nonce>().map(|nonce| nonce.as_str().to_owned()).unwrap_or_default(),
            host: text(header::HOST).unwrap_or_default(),
            bearer: text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ").map(|token| token.trim().to_owned())),
            query,
        }))
    }
}

impl Asked {
    /// The sentences of the visitor's language.
    pub fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// A value of the query, when it is there and short enough.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|value| !value.is_empty() && value.len() <= MAX_VALUE)
    }

    /// A value of the query of a type; one that does not parse is a wrong address.
    pub fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, PageError> {
        self.value(name).map(|value| value.parse().map_err(|_| PageError::Address)).transpose()
    }

    /// Refuses anybody but the owner.
    pub fn owner(&self, app: &App) -> Result<(), PageError> {
        if self.bearer.as_deref().is_some_and(|token| app.is_owner(token)) { Ok(()) } else { Err(PageError::Owner) }
    }

    /// What surrounds a page of this request.
    pub fn shell(&self, app: &App, page: Page, last_event: EventId) -> Shell {
        Shell::new(self.language, self.nonce.clone(), page, Timestamp::now(), last_event, app.live_origin(&self.host))
    }

    /// A rendered page, or the page that says why not.
    pub fn answer(&self, app: &App, page: Result<String, PageError>) -> HttpResponse {
        match page {
            Ok(html) => self.html(StatusCode::OK, html),
            Err(error) => self.error(app, &error),
        }
    }

    /// A fragment: no page around it, errors in one plain sentence.
    pub fn fragment(&self, part: Result<String, PageError>) -> HttpResponse {
        let (status, key) = match part {
            Ok(html) => return self.html(StatusCode::OK, html),
            Err(PageError::NotFound) => (StatusCode::NOT_FOUND, "error.not_found"),
            Err(PageError::Address) => (StatusCode::BAD_REQUEST, "error.bad"),
            Err(PageError::Owner) => (StatusCode::UNAUTHORIZED, "owner.wrong"),
            Err(PageError::Broken(error)) => {
                tracing::error!(error = &*error as &dyn std::error::Error, "a part of a page could not be put together");
                (StatusCode::SERVICE_UNAVAILABLE, "error.broken")
            }
        };
        HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(self.words().t(key).to_owned())
    }

    /// The error page.
    pub fn error(&self, app: &App, error: &PageError) -> HttpResponse {
        let (status, title, text, next) = match error {
            PageError::NotFound => (StatusCode::NOT_FOUND, "error.not_found_title", "error.not_found", "error.not_found_next"),
            PageError::Address | PageError::Owner => (StatusCode::BAD_REQUEST, "error.bad_title", "error.bad", "error.bad_next"),
            PageError::Broken(error) => {
                tracing::error!(error = &**error as &dyn std::error::Error, "a page could not be put together");
                (StatusCode::SERVICE_UNAVAILABLE, "error.broken_title", "error.broken", "error.broken_next")
            }
        };
        let s = &self.shell(app, Page::Error, EventId(0));
        match (ErrorPage { s, title, text, next, detail: "" }).render() {
            Ok(html) => self.html(status, html),
            Err(_) => HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(self.words().t(text).to_owned()),
        }
    }

    fn html(&self, status: StatusCode, html: String) -> HttpResponse {
        HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")))
            .insert_header((header::VARY, HeaderValue::from_static("accept-language")))
            .insert_header((header::CONTENT_LANGUAGE, HeaderValue::from_static(self.language.tag())))
            .insert_header(("x-kandra-assets", assets::version()))
            .body(html)
    }
}
