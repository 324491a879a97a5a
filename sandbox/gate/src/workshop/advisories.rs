//! The RustSec advisories about packages, when a copy of their database lies where the usual tools keep it.

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use std::{fs, path::Path};

/// A file of the database, at most.
const MAX_FILE: u64 = 256 << 10;
const MAX_FOUND: usize = 50;

/// What is known about the packages that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Advisories {
    /// Whether there was a database to look into.
    pub checked: bool,
    /// Where it was looked for, or what it says.
    pub note: String,
    /// Those that are about a version here.
    pub found: Vec<Advisory>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Advisory {
    /// Such as `RUSTSEC-2024-0001`.
    pub id: String,
    /// The package and its version here.
    pub package: String,
    /// In its own words.
    pub title: String,
}

#[derive(Deserialize)]
struct File {
    advisory: Head,
    #[serde(default)]
    versions: Versions,
}

#[derive(Deserialize)]
struct Head {
    id: String,
    #[serde(default)]
    withdrawn: Option<toml::Value>,
}

#[derive(Default, Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

/// Looks packages up, each with its version.
pub(super) fn look_up<'p>(cargo_home: &Path, packages: impl Iterator<Item = (&'p str, &'p str)>) -> Advisories {
    let database = cargo_home.join("advisory-db/crates");
    if !database.is_dir() {
        let note = "not checked: there is no copy of the RustSec database (cargo audit keeps one in its cargo home)".to_owned();
        return Advisories { checked: false, note, found: Vec::new() };
    }
    let (mut found, mut unread) = (Vec::new(), 0);
    for (name, version) in packages {
        let Ok(parsed) = Version::parse(version) else {
            unread += 1;
            continue;
        };
        for entry in fs::read_dir(database.join(name)).into_iter().flatten().flatten() {
            let fits = found.len() < MAX_FOUND && entry.metadata().is_ok_and(|m| m.len() <= MAX_FILE);
            let text = fits.then(|| fs::read_to_string(entry.path()).ok()).flatten();
            match text.and_then(|text| concerns(&text, &parsed)) {
                Some(Some((id, title))) => found.push(Advisory { id, package: format!("{name} {version}"), title }),
                Some(None) => {}
                None => unread += 1,
            }
        }
    }
    let note = match unread {
        0 => "checked against the local copy of the RustSec database".to_owned(),
        _ => format!("not wholly checked: {unread} entries of the local copy of the RustSec database could not be read"),
    };
    Advisories { checked: unread == 0, note, found }
}

/// An advisory is Markdown behind a block of TOML. Its name and title when it is about this version; outside, `None` when it
/// cannot be read.
fn concerns(text: &str, version: &Version) -> Option<Option<(String, String)>> {
    let (_, rest) = text.split_once("```toml")?;
    let (head, body) = rest.split_once("```")?;
    let file: File = toml::from_str(head).ok()?;
    let within = |ranges: &[String]| ranges.iter().any(|range| VersionReq::parse(range).is_ok_and(|range| range.matches(version)));
    if file.advisory.withdrawn.is_some() || within(&file.versions.patched) || within(&file.versions.unaffected) {
        return Some(None);
    }
    let title = body.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default();
    Some(Some((file.advisory.id, title.chars().filter(|c| !c.is_control()).take(200).collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2024-0001\"\npackage = \"a\"\n[versions]\npatched = [\">= 1.2.0\"]\nunaffected = [\"< 0.9\"]\n```\n\n# It leaks\n\nWords.\n";

    #[test]
    fn only_what_concerns_this_version_is_told() {
        let about = |version: &str| concerns(TEXT, &Version::parse(version).unwrap()).unwrap().is_some();
        assert_eq!([about("1.1.9"), about("1.2.0"), about("0.8.0"), about("0.9.1")], [true, false, false, true]);
        let home = tempfile::tempdir().unwrap();
        assert!(!look_up(home.path(), [("a", "1.0.0")].into_iter()).checked);
        fs::create_dir_all(home.path().join("advisory-db/crates/a")).unwrap();
        fs::write(home.path().join("advisory-db/crates/a/RUSTSEC-2024-0001.md"), TEXT).unwrap();
        let found = look_up(home.path(), [("a", "1.0.0"), ("b", "1.0.0")].into_iter());
        assert_eq!((found.checked, found.found.len(), found.found[0].title.as_str()), (true, 1, "It leaks"));
        fs::write(home.path().join("advisory-db/crates/a/RUSTSEC-2024-0002.md"), "nonsense").unwrap();
        let found = look_up(home.path(), [("a", "1.0.0")].into_iter());
        assert!(!found.checked && found.found.len() == 1 && found.note.contains("1 entries"), "{found:?}");
    }
}
