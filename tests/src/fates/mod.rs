//! Misbehaving features, one folder for each fate: what is expected of each stands in its `fate.toml`.
//!
//! [`home::start`] makes a server with all of them mounted, [`neighbours`] are who must not notice, [`trial`] is one fate
//! with its evidence.

pub mod home;
pub mod neighbours;
pub mod trial;

use crate::{feature_crate, repository};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::{collections::BTreeMap, fs};

/// Where the folders are.
const FOLDER: &str = "tests/features/fates";
/// What every one of them promises, so that the gates can try it.
const CONTRACT: &str = "[[exchange]]\nname = \"it can do well\"\nrequest = { path = \"/fate?kindly\" }\nexpect = { text = \"well\" }\n";

/// What must become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its calls fail, nothing else does, and it can be unloaded.
    Contained,
    /// Live dies and comes back without it.
    Killed,
    /// It is not mounted, and what served before serves on.
    Refused,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    row: String,
    outcome: Outcome,
    answers: Vec<String>,
    ungated: Option<String>,
}

/// One folder.
#[derive(Clone, Debug)]
pub struct Fate {
    /// The folder's name, which is the feature's too.
    pub name: String,
    /// The row of the table in DESIGN section 6.
    pub row: String,
    /// What must become of it.
    pub outcome: Outcome,
    /// What its callers may see, as [`trial::Called`] words it.
    pub answers: Vec<String>,
    /// Why the gates would refuse it, when they would.
    pub ungated: Option<String>,
    /// Its crate.
    files: BTreeMap<String, String>,
}

impl Fate {
    /// All of them, by name.
    pub fn all() -> Result<Vec<Self>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(repository().join(FOLDER))? {
            let entry = entry?;
            if entry.path().join("fate.toml").is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        names.into_iter().map(Self::read).collect()
    }

    fn read(name: String) -> Result<Self> {
        let mut files = feature_crate(&format!("{FOLDER}/{name}"))?;
        let text = files.remove("fate.toml").context("a fate has a fate.toml")?;
        let Expected { row, outcome, answers, ungated } = toml::from_str(&text).with_context(|| format!("{name}/fate.toml"))?;
        files.insert("contract.toml".to_owned(), CONTRACT.to_owned());
        Ok(Self { name, row, outcome, answers, ungated, files })
    }

    /// Whether this is what a caller may see.
    pub fn expects(&self, answer: &str) -> bool {
        self.answers.iter().any(|expected| expected == answer)
    }
}
