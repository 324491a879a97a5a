//! A feature's own pages: widget and share link, history with changes, code, contract, logs.

use super::{CardView, request::origin_words, short};
use crate::pages::words::Words;
use kandra_model::{Contract, Exchange, Finding, RevisionRecord, Timestamp};

/// A section of the feature's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Widget, link, routes.
    Overview,
    /// Revisions and changes.
    History,
    /// Source files.
    Code,
    /// Example exchanges.
    Contract,
    /// The newest log lines.
    Logs,
}

impl Section {
    /// All, in order.
    pub const ALL: [Self; 5] = [Self::Overview, Self::History, Self::Code, Self::Contract, Self::Logs];

    /// The wording's key under `feature.`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::History => "history",
            Self::Code => "code",
            Self::Contract => "contract",
            Self::Logs => "logs",
        }
    }

    /// The path after `/features/{slug}`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::History => "/history",
            Self::Code => "/code",
            Self::Contract => "/contract",
            Self::Logs => "/logs",
        }
    }
}

/// A mounted route.
#[derive(Clone, Debug)]
pub struct RouteView {
    /// `GET` …
    pub method: String,
    /// Absolute: `/{slug}/…`.
    pub path: String,
    /// When a browser can open it.
    pub url: Option<String>,
}

/// An edit of its files that the gates refused and that is still there.
#[derive(Clone, Debug)]
pub struct RefusedEdit {
    /// The run that tried it.
    pub run: String,
    /// When it ended.
    pub at: Timestamp,
    /// What the gates said.
    pub findings: Vec<Finding>,
}

/// A feature with its routes, as every section of its pages shows it.
#[derive(Clone, Debug)]
pub struct FeatureView {
    /// As on the home page.
    pub card: CardView,
    /// What it mounts.
    pub routes: Vec<RouteView>,
    /// What it uses.
    pub capabilities: Vec<String>,
    /// The words of the request, when there was one.
    pub asked: Option<String>,
    /// Absolute address of this page, to share.
    pub share: String,
    /// What is on disk and does not serve.
    pub refused: Option<RefusedEdit>,
}

/// A revision in the history.
#[derive(Clone, Debug)]
pub struct RevisionView {
    /// Its number.
    pub revision: u32,
    /// One line.
    pub message: String,
    /// Where the source came from.
    pub provenance: String,
    /// 40 digits.
    pub commit: String,
    /// When.
    pub created_at: Timestamp,
    /// It serves now.
    pub current: bool,
    /// It was mounted at all.
    pub mounted: bool,
    /// The one before it.
    pub previous: Option<u32>,
}

impl RevisionView {
    /// From the model.
    pub fn new(record: &RevisionRecord, current: u32, w: &Words) -> Self {
        let revision = record.revision.0;
        Self {
            revision,
            message: record.message.clone(),
            provenance: origin_words(&record.origin, w),
            commit: record.commit.clone(),
            created_at: record.created_at,
            current: revision == current,
            mounted: record.mounted,
            previous: revision.checked_sub(1).filter(|previous| *previous > 0),
        }
    }

    /// Ten digits of the commit.
    pub fn commit_short(&self) -> &str {
        short(&self.commit, 10)
    }
}

/// One line of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// `add`, `del`, `ctx`, `gap`.
    pub kind: &'static str,
    /// Without its line end.
    pub text: String,
}

impl DiffLine {
    /// The sign in front, so that colour is not the only difference.
    pub fn sign(&self) -> &'static str {
        match self.kind {
            "add" => "+",
            "del" => "−",
            "gap" => "⋯",
            _ => " ",
        }
    }
}

/// The change of one file.
#[derive(Clone, Debug)]
pub struct DiffFile {
    /// Its path.
    pub path: String,
    /// Its lines.
    pub lines: Vec<DiffLine>,
}

/// The change between two revisions.
#[derive(Clone, Debug, Default)]
pub struct DiffView {
    /// The older; `None` before the first.
    pub from: Option<u32>,
    /// The newer.
    pub to: u32,
    /// Changed files.
    pub files: Vec<DiffFile>,
    /// Lines added.
    pub added: usize,
    /// Lines removed.
    pub removed: usize,
    /// Something was left out.
    pub truncated: bool,
}

impl DiffView {
    /// How much, in words.
    pub fn amount(&self, w: &Words) -> String {
        w.f("feature.diff_note", "added", self.added).replace("{removed}", &self.removed.to_string())
    }

    /// From which to which.
    pub fn title(&self, w: &Words) -> String {
        match self.from {
            Some(from) => w.f("feature.compare_from", "from", from).replace("{to}", &self.to.to_string()),
            None => w.t("feature.first_revision").to_owned(),
        }
    }
}

/// A file of the source.
#[derive(Clone, Debug)]
pub struct FileView {
    /// Its path.
    pub path: String,
    /// Its lines.
    pub lines: Vec<String>,
    /// Something was left out.
    pub truncated: bool,
}

/// The source of a revision.
#[derive(Clone, Debug, Default)]
pub struct CodeView {
    /// Which.
    pub revision: u32,
    /// Its files, the manifest last.
    pub files: Vec<FileView>,
}

/// An example exchange in words.
#[derive(Clone, Debug)]
pub struct ExchangeView {
    /// What it shows.
    pub name: String,
    /// `POST /hit`.
    pub asked: String,
    /// The body that is sent.
    pub sent: String,
    /// The status.
    pub status: u16,
    /// What must be in the answer: kind's key and text.
    pub expectations: Vec<(&'static str, String)>,
}

impl ExchangeView {
    fn new(exchange: &Exchange) -> Self {
        let request = &exchange.request;
        let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap_or_default();
        let sent = match (&request.json, &request.form, &request.text) {
            (Some(json), _, _) => pretty(json),
            (_, Some(form), _) => form.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n"),
            (_, _, Some(text)) => text.clone(),
            _ => String::new(),
        };
        let expect = &exchange.expect;
        let mut expectations = Vec::new();
        expectations.extend(expect.json.as_ref().map(|json| ("as_json", pretty(json))));
        expectations.extend(expect.text.as_ref().map(|text| ("as_text", text.clone())));
        expectations.extend(expect.contains.iter().map(|text| ("contains", text.clone())));
        expectations.extend(expect.lacks.iter().map(|text| ("lacks", text.clone())));
        Self {
            name: exchange.name.clone(),
            asked: format!("{} {}", request.method, request.path),
            sent,
            status: expect.status,
            expectations,
        }
    }
}

/// What must stay true of a feature.
#[derive(Clone, Debug, Default)]
pub struct ContractView {
    /// In order; empty when it cannot be read.
    pub exchanges: Vec<ExchangeView>,
}

impl ContractView {
    /// From the model.
    pub fn new(contract: &Contract) -> Self {
        Self { exchanges: contract.exchanges.iter().map(ExchangeView::new).collect() }
    }
}

/// A line that a feature wrote.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// `debug`, `info`, `warn`, `error`.
    pub level: String,
    /// By which revision.
    pub revision: u32,
    /// What.
    pub message: String,
}
