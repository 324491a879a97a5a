//! What every page has around its content.

use crate::pages::words::{Instant, Language, Words};
use kandra_model::{EventId, Timestamp};
use std::fmt::Display;

/// Which page it is: for the navigation and for the scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// `/`.
    Home,
    /// `/requests`.
    Requests,
    /// `/requests/{id}`.
    Request,
    /// `/features/{slug}` and its sections.
    Feature,
    /// `/routes`.
    Routes,
    /// `/status`.
    Status,
    /// `/crates`.
    Crates,
    /// `/owner`.
    Owner,
    /// Not found, broken.
    Error,
}

impl Page {
    /// The name in `data-page`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Requests => "requests",
            Self::Request => "request",
            Self::Feature => "feature",
            Self::Routes => "routes",
            Self::Status => "status",
            Self::Crates => "crates",
            Self::Owner => "owner",
            Self::Error => "error",
        }
    }

    /// Whether it is the one of this name.
    pub fn is(self, name: &str) -> bool {
        self.name() == name
    }
}

/// Language, instant and the values that the document's head needs.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The visitor's language.
    pub w: &'static Words,
    /// Of this answer's content security policy.
    pub nonce: String,
    /// Version of the assets.
    pub assets: &'static str,
    /// Which page.
    pub page: Page,
    /// Now.
    pub now: Timestamp,
    /// The newest event that the page knows.
    pub last_event: i64,
    /// Live's origin for this visitor, without a final slash; holds `{slug}` where every feature has its own.
    pub live: String,
}

impl Shell {
    /// A shell for one answer.
    pub fn new(language: Language, nonce: String, page: Page, now: Timestamp, last_event: EventId, live: String) -> Self {
        Self { w: language.words(), nonce, assets: crate::pages::assets::version(), page, now, last_event: last_event.0, live }
    }

    /// All languages, for the links in the footer.
    pub fn languages(&self) -> [Language; 2] {
        Language::ALL
    }

    /// `0:42` until `at`; `0:00` afterwards.
    pub fn clock_until(&self, at: impl Instant) -> String {
        clock(at.instant().millis_since(self.now).div_ceil(1000))
    }

    /// `0:42` since `at`.
    pub fn clock_since(&self, at: impl Instant) -> String {
        clock(self.now.millis_since(at.instant()) / 1000)
    }

    /// `31 of 92 parts ready`.
    pub fn warm_progress(&self, done: impl Display, total: impl Display) -> String {
        self.w.f("notice.warming_progress", "done", done).replace("{total}", &total.to_string())
    }
}

fn clock(seconds: u64) -> String {
    if seconds >= 3600 {
        format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    } else {
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}
