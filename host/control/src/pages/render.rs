//! The templates as types, one for each page and each fragment.

use super::view::{
    ActivityView, AskView, CardView, CodeView, ContractView, DiffView, FeatureView, LogLine, RequestView, RevisionView, RunView, Section,
    Sentence, Shell, StatusView, TableRow, WantView,
};
use crate::app::Crates;
use crate::outgoing::SecretRecord;
use askama::Template;

/// `GET /`.
#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage<'a> {
    pub s: &'a Shell,
    pub sentence: &'a Sentence,
    pub ask: &'a AskView,
    pub building: &'a [RunView],
    pub cards: &'a [CardView],
    pub wanted: &'a [WantView],
    pub activity: &'a [ActivityView],
}

/// The status sentence and the notice under it.
#[derive(Template)]
#[template(path = "parts/sentence.html")]
pub struct SentencePart<'a> {
    pub s: &'a Shell,
    pub sentence: &'a Sentence,
}

/// What is being built now.
#[derive(Template)]
#[template(path = "parts/building.html")]
pub struct BuildingPart<'a> {
    pub s: &'a Shell,
    pub building: &'a [RunView],
}

/// All cards.
#[derive(Template)]
#[template(path = "parts/cards.html")]
pub struct CardsPart<'a> {
    pub s: &'a Shell,
    pub cards: &'a [CardView],
}

/// One card.
#[derive(Template)]
#[template(path = "parts/card.html")]
pub struct CardPart<'a> {
    pub s: &'a Shell,
    pub card: &'a CardView,
}

/// Requests that wait.
#[derive(Template)]
#[template(path = "parts/wanted.html")]
pub struct WantedPart<'a> {
    pub s: &'a Shell,
    pub wanted: &'a [WantView],
}

/// What happened lately.
#[derive(Template)]
#[template(path = "parts/activity.html")]
pub struct ActivityPart<'a> {
    pub s: &'a Shell,
    pub activity: &'a [ActivityView],
}

/// `GET /requests`.
#[derive(Template)]
#[template(path = "requests.html")]
pub struct RequestsPage<'a> {
    pub s: &'a Shell,
    pub wanted: &'a [WantView],
    pub first: bool,
    pub next: Option<String>,
}

/// `GET /requests/{id}`.
#[derive(Template)]
#[template(path = "request.html")]
pub struct RequestPage<'a> {
    pub s: &'a Shell,
    pub r: &'a RequestView,
}

/// `GET /features/{slug}`.
#[derive(Template)]
#[template(path = "feature_overview.html")]
pub struct FeaturePage<'a> {
    pub s: &'a Shell,
    pub f: &'a FeatureView,
    pub sections: &'a [Section],
    pub section: Section,
}

/// `GET /features/{slug}/history`.
#[derive(Template)]
#[template(path = "feature_history.html")]
pub struct HistoryPage<'a> {
    pub s: &'a Shell,
    pub f: &'a FeatureView,
    pub sections: &'a [Section],
    pub section: Section,
    pub revisions: &'a [RevisionView],
    pub diff: Option<DiffView>,
}

/// `GET /features/{slug}/code`.
#[derive(Template)]
#[template(path = "feature_code.html")]
pub struct CodePage<'a> {
    pub s: &'a Shell,
    pub f: &'a FeatureView,
    pub sections: &'a [Section],
    pub section: Section,
    pub code: &'a CodeView,
}

/// `GET /features/{slug}/contract`.
#[derive(Template)]
#[template(path = "feature_contract.html")]
pub struct ContractPage<'a> {
    pub s: &'a Shell,
    pub f: &'a FeatureView,
    pub sections: &'a [Section],
    pub section: Section,
    pub contract: &'a ContractView,
}

/// `GET /features/{slug}/logs`.
#[derive(Template)]
#[template(path = "feature_logs.html")]
pub struct LogsPage<'a> {
    pub s: &'a Shell,
    pub f: &'a FeatureView,
    pub sections: &'a [Section],
    pub section: Section,
    pub logs: &'a [LogLine],
}

/// `GET /routes`; `None` while live does not answer.
#[derive(Template)]
#[template(path = "routes.html")]
pub struct RoutesPage<'a> {
    pub s: &'a Shell,
    pub rows: Option<Vec<TableRow>>,
}

/// `GET /status`.
#[derive(Template)]
#[template(path = "status.html")]
pub struct StatusPage<'a> {
    pub s: &'a Shell,
    pub v: &'a StatusView,
}

/// `GET /crates`.
#[derive(Template)]
#[template(path = "crates.html")]
pub struct CratesPage<'a> {
    pub s: &'a Shell,
    pub c: &'a Crates,
}

/// `GET /owner`.
#[derive(Template)]
#[template(path = "owner.html")]
pub struct OwnerPage<'a> {
    pub s: &'a Shell,
}

/// What the owner sees after giving the token.
#[derive(Template)]
#[template(path = "parts/owner_panel.html")]
pub struct OwnerPart<'a> {
    pub s: &'a Shell,
    pub requests: &'a [RequestView],
    pub cards: &'a [CardView],
    pub secrets: &'a [SecretRecord],
}

/// Not found, or broken.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    pub s: &'a Shell,
    pub title: &'static str,
    pub text: &'static str,
    pub next: &'static str,
    pub detail: &'a str,
}
