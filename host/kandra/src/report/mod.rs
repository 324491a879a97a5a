//! Findings for people, programs, code scanners and workflow annotations.

mod github;
mod human;
mod sarif;

pub use github::{github, github_summary};
pub use human::human;
pub use sarif::sarif;

use kandra_gate::{Finding, Stage};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the gates said of one crate.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// As given on the command line.
    pub path: String,
    /// From the manifest, when it could be read.
    pub slug: Option<String>,
    /// What became of it.
    pub verdict: Verdict,
    /// The stage that refused, or the last one that passed.
    pub stage: Stage,
    /// What was found; warnings too.
    pub findings: Vec<Finding>,
    /// Milliseconds by stage.
    pub timings_ms: BTreeMap<String, u64>,
    /// Whether this is the verdict of an earlier run over the same bytes; the times are of that run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// The sources, for excerpts.
    #[serde(skip)]
    pub sources: BTreeMap<String, String>,
}

/// What became of a crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every gate passed it.
    Accepted,
    /// A gate refused it.
    Refused,
    /// We failed; the findings say how.
    Failed,
}

impl Checked {
    /// The path of a finding's file as seen from where the command was given.
    fn location(&self, finding: &Finding) -> String {
        if finding.file.is_empty() { self.path.clone() } else { format!("{}/{}", self.path.trim_end_matches('/'), finding.file) }
    }

    /// The same for programs that want a file: what is about the crate as a whole is about its manifest.
    fn file(&self, finding: &Finding) -> String {
        let whole = finding.file.is_empty() && self.sources.contains_key("Cargo.toml");
        if whole { format!("{}/Cargo.toml", self.path.trim_end_matches('/')) } else { self.location(finding) }
    }
}
