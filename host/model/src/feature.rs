//! A named capability that owns the routes under `/{slug}/`, and its revisions.

use crate::{ArtifactHash, Limits, RequestId, Revision, RunId, Slug, SourceHash, Timestamp};
use serde::{Deserialize, Serialize};

/// How much room a widget reserves on its card: 160, 280 or 420 CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Height {
    /// 160 px.
    S,
    /// 280 px.
    #[default]
    M,
    /// 420 px.
    L,
}

impl Height {
    /// CSS pixels.
    pub const fn pixels(self) -> u32 {
        match self {
            Self::S => 160,
            Self::M => 280,
            Self::L => 420,
        }
    }
}

/// What the manifest says for people: `[package.metadata.kandra]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presentation {
    /// At most 60 characters.
    pub title: String,
    /// At most 200 characters.
    pub summary: String,
    /// One emoji, or empty.
    #[serde(default)]
    pub icon: String,
    /// Reserved room.
    #[serde(default)]
    pub height: Height,
    /// Declared capabilities: `kv`, `events`, …
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Hosts it wants to call.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Features it wants to call.
    #[serde(default)]
    pub calls: Vec<String>,
    /// Whether it has a widget.
    #[serde(default)]
    pub widget: bool,
}

/// Where a feature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureState {
    /// Mounted and serving.
    Live,
    /// A new artifact is being built beside the serving one, or before it can serve.
    Rebuilding,
    /// Committed, but its load failed.
    NotMounted,
    /// The owner paused it.
    Paused,
    /// It crashed live; the owner may release it.
    Quarantined,
    /// Its source is gone.
    Removed,
}

impl FeatureState {
    /// The name in SQL, JSON and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Rebuilding => "rebuilding",
            Self::NotMounted => "not_mounted",
            Self::Paused => "paused",
            Self::Quarantined => "quarantined",
            Self::Removed => "removed",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Live, Self::Rebuilding, Self::NotMounted, Self::Paused, Self::Quarantined, Self::Removed]
            .into_iter()
            .find(|s| s.as_str() == name)
    }
}

/// Which build of a revision serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Unoptimised: there in a third of a second.
    Quick,
    /// Optimised.
    Optimised,
}

impl Tier {
    /// The name in SQL, JSON and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Optimised => "optimised",
        }
    }

    /// The tier with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Quick, Self::Optimised].into_iter().find(|t| t.as_str() == name)
    }
}

/// Where a revision's source came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// The offline developer's recipe of this name.
    Recipe {
        /// Such as `Poll`.
        recipe: String,
    },
    /// A model wrote it.
    Model {
        /// The model's id.
        model: String,
    },
    /// Edited on disk.
    Hand,
    /// Sent through the API.
    Submission,
}

/// One route, as mounted: `path` is relative to `/{slug}`, parameters in braces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RouteSpec {
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`.
    pub method: String,
    /// Such as `/items/{id}`.
    pub path: String,
}

/// One accepted version of a feature's source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionRecord {
    /// Its feature.
    pub feature: Slug,
    /// Its number.
    pub revision: Revision,
    /// SHA-256 of the canonical source.
    pub source: SourceHash,
    /// Its git commit, 40 hexadecimal digits.
    pub commit: String,
    /// The run that made it.
    pub run: RunId,
    /// The request it answers.
    pub request: Option<RequestId>,
    /// Where the source came from.
    pub origin: Origin,
    /// One line that says what changed.
    pub message: String,
    /// For people.
    pub presentation: Presentation,
    /// What it mounts.
    pub routes: Vec<RouteSpec>,
    /// Whether its load failed after the commit.
    pub mounted: bool,
    /// When it was committed.
    pub created_at: Timestamp,
}

/// A feature as kandra.db knows it. Statistics come from live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name.
    pub slug: Slug,
    /// Where it stands.
    pub state: FeatureState,
    /// Why, in one calm sentence, when not simply live.
    pub reason: Option<String>,
    /// The revision that serves, or would.
    pub revision: Revision,
    /// The artifact that serves, or would; `None` before the first build of this toolchain.
    pub artifact: Option<ArtifactHash>,
    /// The build that serves.
    pub tier: Tier,
    /// For people; of the current revision.
    pub presentation: Presentation,
    /// What it mounts; of the current revision.
    pub routes: Vec<RouteSpec>,
    /// Where its source came from.
    pub origin: Origin,
    /// What the owner lets it use, where that is not the default.
    pub limits: Limits,
    /// The owner has pinned this revision: others wait until it is unpinned.
    pub pinned: bool,
    /// The request it answers.
    pub request: Option<RequestId>,
    /// When its first revision went live.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
