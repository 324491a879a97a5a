//! A feature as a card.

use super::short;
use crate::pages::words::Words;
use kandra_model::{Feature, FeatureState, Height, HostName, Limit, Limits, Origin, Tier, Timestamp};

/// A card: header and footer outside the frame, the widget in it.
#[derive(Clone, Debug)]
pub struct CardView {
    /// Its name.
    pub slug: String,
    /// For people.
    pub title: String,
    /// For people.
    pub summary: String,
    /// An emoji or nothing.
    pub icon: String,
    /// Reserved room.
    pub height: Height,
    /// Where it stands.
    pub state: FeatureState,
    /// Why, when not simply live.
    pub reason: Option<String>,
    /// The revision that serves.
    pub revision: u32,
    /// The build that serves.
    pub tier: Tier,
    /// Where the source came from.
    pub origin: Origin,
    /// 40 hexadecimal digits, or empty.
    pub commit: String,
    /// 64 hexadecimal digits, or empty.
    pub artifact: String,
    /// The request it answers.
    pub request: Option<String>,
    /// Whether it has a widget.
    pub widget: bool,
    /// `GET` routes that a browser can open, relative to the feature; `/widget` not among them.
    pub pages: Vec<String>,
    /// Absolute, of the feature: ends in `/{slug}`.
    pub url: String,
    /// The hosts that it asks to call, or may call still.
    pub hosts: Vec<HostView>,
    /// The features that it calls.
    pub calls: Vec<String>,
    /// Whether the owner has pinned its revision.
    pub pinned: bool,
    /// What it may use.
    pub limits: Vec<LimitView>,
    /// Whether the feature has an origin of its own.
    pub own_origin: bool,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// One limit of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitView {
    /// Its stable name.
    pub name: &'static str,
    /// What holds.
    pub value: u64,
    /// What would hold if the owner had not set it.
    pub default: u64,
    /// The least that may be set.
    pub least: u64,
    /// The most.
    pub most: u64,
}

impl LimitView {
    fn of(limit: Limit, limits: &Limits) -> Self {
        let (least, most) = limit.bounds();
        Self { name: limit.as_str(), value: limits.get(limit), default: limit.default_value(), least, most }
    }
}

/// A host that a feature asks to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostView {
    /// Its name.
    pub host: String,
    /// Whether the owner lets it.
    pub granted: bool,
}

impl CardView {
    /// From the model. `live` is live's origin, with `{slug}` where every feature has its own.
    pub fn new(feature: &Feature, commit: String, live: &str) -> Self {
        let slug = feature.slug.as_str();
        let pages = feature
            .routes
            .iter()
            .filter(|route| route.method == "GET" && !route.path.contains('{') && route.path != "/widget")
            .map(|route| route.path.clone())
            .take(6)
            .collect();
        Self {
            slug: slug.to_owned(),
            title: if feature.presentation.title.is_empty() { slug.to_owned() } else { feature.presentation.title.clone() },
            summary: feature.presentation.summary.clone(),
            icon: feature.presentation.icon.clone(),
            height: feature.presentation.height,
            state: feature.state,
            reason: feature.reason.clone(),
            revision: feature.revision.0,
            tier: feature.tier,
            origin: feature.origin.clone(),
            commit,
            artifact: feature.artifact.as_ref().map(ToString::to_string).unwrap_or_default(),
            request: feature.request.map(|id| id.to_string()),
            widget: feature.presentation.widget || feature.routes.iter().any(|r| r.method == "GET" && r.path == "/widget"),
            pages,
            url: format!("{}/{slug}", live.replace("{slug}", slug)),
            hosts: feature.presentation.hosts.iter().map(|host| HostView { host: host.clone(), granted: false }).collect(),
            calls: feature.presentation.calls.clone(),
            pinned: feature.pinned,
            limits: Limit::ALL.map(|limit| LimitView::of(limit, &feature.limits)).to_vec(),
            own_origin: live.contains("{slug}"),
            updated_at: feature.updated_at,
        }
    }

    /// With what the owner granted; a host that this revision does not name any more is shown too.
    pub fn with_granted(mut self, granted: &[HostName]) -> Self {
        for host in granted {
            match self.hosts.iter_mut().find(|asked| asked.host == host.as_str()) {
                Some(asked) => asked.granted = true,
                None => self.hosts.push(HostView { host: host.to_string(), granted: true }),
            }
        }
        self
    }

    /// Live and nothing else.
    pub fn is_live(&self) -> bool {
        self.state == FeatureState::Live
    }

    /// Whether its routes answer: a rebuild goes on beside the serving artifact.
    pub fn serves(&self) -> bool {
        match self.state {
            FeatureState::Live => true,
            FeatureState::Rebuilding => !self.artifact.is_empty(),
            _ => false,
        }
    }

    /// Why it does not serve, in one sentence.
    pub fn note(&self, w: &Words) -> String {
        self.reason.clone().filter(|r| !r.is_empty()).unwrap_or_else(|| w.of("feature_note", self.state.as_str()))
    }

    /// `from recipe Poll`.
    pub fn provenance(&self, w: &Words) -> String {
        provenance(&self.origin, w)
    }

    /// Whether a browser can open a page of it.
    pub fn has_page(&self) -> bool {
        !self.pages.is_empty() || self.widget
    }

    /// The page to open on its own: `/` when it has one, else the widget.
    pub fn own_page(&self) -> String {
        match self.pages.iter().find(|page| *page == "/").or_else(|| self.pages.first().filter(|_| !self.widget)) {
            Some(page) => format!("{}{page}", self.url),
            None => format!("{}/widget", self.url),
        }
    }

    /// The widget's address; changes with the revision, so that the frame reloads exactly then.
    pub fn widget_url(&self) -> String {
        format!("{}/widget?rev={}", self.url, self.revision)
    }

    /// The frame's sandbox: an opaque origin, unless every feature has its own.
    pub fn sandbox(&self) -> &'static str {
        if self.own_origin { "allow-scripts allow-forms allow-same-origin" } else { "allow-scripts allow-forms" }
    }

    /// The dashboard's page about it.
    pub fn page_path(&self) -> String {
        format!("/features/{}", self.slug)
    }

    /// `s`, `m`, `l`.
    pub fn height_class(&self) -> &'static str {
        match self.height {
            Height::S => "s",
            Height::M => "m",
            Height::L => "l",
        }
    }

    /// Ten digits of the commit.
    pub fn commit_short(&self) -> &str {
        short(&self.commit, 10)
    }

    /// Twelve digits of the artifact.
    pub fn artifact_short(&self) -> &str {
        short(&self.artifact, 12)
    }
}

/// Where a source came from, in words.
pub(super) fn provenance(origin: &Origin, w: &Words) -> String {
    match origin {
        Origin::Recipe { recipe } => w.f("provenance.recipe", "name", recipe),
        Origin::Model { model } => w.f("provenance.model", "name", model),
        Origin::Hand => w.t("provenance.hand").to_owned(),
        Origin::Submission => w.t("provenance.submission").to_owned(),
    }
}
