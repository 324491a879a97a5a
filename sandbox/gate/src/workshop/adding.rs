//! Considering a crate that the owner wants on the shelf: resolved and fetched outside the jail as the first warm build does,
//! read in a disposable child, reported. Nothing of it is compiled or run here, and nothing changes.

use super::{
    AddedCrate, Shelf, Workshop,
    embedded::{self, Wanted},
    metadata::Metadata,
    outside::{Lock, Outside},
    review::{CrateReport, review},
    ticker::Ticker,
};
use crate::{Cancel, GateError, MissingLayers, StageFailure};
use serde::Deserialize;
use std::{collections::BTreeSet, fs, path::Path};
use toml::{Table, Value};

const MAX_NAME: usize = 64;
const MAX_FEATURES: usize = 20;
/// Crates that an owner adds, at most.
const MAX_ADDED: usize = 40;

/// A crate that the owner wants.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(expecting = "an object with a name", deny_unknown_fields)]
pub struct Wish {
    /// As the registry has it.
    pub name: String,
    /// A version, such as `1.2` or `1.2.3`; the newest that fits, or the newest.
    #[serde(default)]
    pub version: Option<String>,
    /// Cargo features to switch on.
    #[serde(default)]
    pub features: Vec<String>,
    /// Whether its default features are on; they are unless this says no.
    #[serde(default = "yes")]
    pub default_features: bool,
}

const fn yes() -> bool {
    true
}

/// What was found, and the shelf that there would be.
#[derive(Clone, Debug)]
pub struct Considered {
    /// For the owner.
    pub report: CrateReport,
    /// With the crate on it; `None` when it is refused.
    pub shelf: Option<Shelf>,
}

impl Considered {
    fn refused(wish: &Wish, why: String) -> Self {
        let report = CrateReport {
            name: wish.name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect(),
            version: wish.version.clone().unwrap_or_default().chars().filter(|c| !c.is_control()).take(40).collect(),
            features: Vec::new(),
            default_features: wish.default_features,
            licence: String::new(),
            what: String::new(),
            parts: Vec::new(),
            advisories: super::Advisories { note: "not checked".to_owned(), ..super::Advisories::default() },
            refused: vec![why],
        };
        Self { report, shelf: None }
    }
}

/// Looks at a crate.
pub(crate) fn consider(
    workshop: &Workshop,
    wish: &Wish,
    exe: &Path,
    missing: MissingLayers,
    cancel: &Cancel,
) -> Result<Considered, StageFailure> {
    let shelf = workshop.shelf();
    if let Some(why) = form_problem(wish, &shelf) {
        return Ok(Considered::refused(wish, why));
    }
    let mut wanted = shelf.wanted();
    wanted.push(Wanted {
        name: wish.name.clone(),
        module: String::new(),
        requirement: wish.version.clone().unwrap_or_else(|| "*".to_owned()),
        version: String::new(),
        features: wish.features.clone(),
        default_features: wish.default_features,
    });
    let place = lay_out(workshop, &wanted, shelf.lock())?;
    let outside = Outside { toolchain: workshop.toolchain(), cancel };
    if let Err(said) = outside.run(place.path(), &["fetch"], Lock::Extended)? {
        let said: String = said.chars().filter(|c| !c.is_control()).take(500).collect();
        return Ok(Considered::refused(wish, format!("the registry does not give it: {said}")));
    }
    let said = outside.run(place.path(), &["metadata", "--offline", "--format-version", "1"], Lock::Kept)?.map_err(GateError::Fetch)?;
    let metadata = Metadata::read(&said).map_err(GateError::Fetch)?;
    let lock = read_lock(place.path())?;
    let Some(package) = metadata.direct(&wish.name) else {
        return Ok(Considered::refused(wish, "the registry has it under another name".to_owned()));
    };
    let ticker = Ticker { exe, missing, cancel };
    let (parts, advisories, mut refused) = review(&metadata, package, &packages(shelf.lock()), &workshop.toolchain().cargo_home, &ticker)?;
    let module = package.module().unwrap_or_default();
    if shelf.wanted().iter().any(|there| there.module == module) || embedded::EXTERNS.contains(&module.as_str()) {
        refused.push(format!("paths that begin with {module} already mean another crate"));
    }
    let plain = |text: &Option<String>, most: usize| -> String {
        text.iter()
            .flat_map(|text| text.chars())
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(most)
            .collect::<String>()
            .trim()
            .to_owned()
    };
    let added = AddedCrate {
        name: package.name.clone(),
        module,
        version: package.version.clone(),
        features: wish.features.clone(),
        default_features: wish.default_features,
        licence: plain(&package.license, 100),
        what: plain(&package.description, 200),
    };
    let report = CrateReport {
        name: added.name.clone(),
        version: added.version.clone(),
        features: added.features.clone(),
        default_features: added.default_features,
        licence: added.licence.clone(),
        what: added.what.clone(),
        parts,
        advisories,
        refused,
    };
    let shelf = report.refused.is_empty().then(|| {
        let mut crates = shelf.crates;
        crates.push(added);
        crates.sort_by(|a, b| a.name.cmp(&b.name));
        Shelf { crates, lock: Some(lock) }
    });
    Ok(Considered { report, shelf })
}

/// The shelf without one of the owner's crates.
pub(crate) fn without(workshop: &Workshop, name: &str, cancel: &Cancel) -> Result<Option<Shelf>, StageFailure> {
    let mut shelf = workshop.shelf();
    let before = shelf.crates.len();
    shelf.crates.retain(|c| c.name != name);
    if shelf.crates.len() == before {
        return Ok(None);
    }
    if shelf.crates.is_empty() {
        return Ok(Some(Shelf::default()));
    }
    // cargo drops what nothing needs from the lock.
    let place = lay_out(workshop, &shelf.wanted(), shelf.lock())?;
    let outside = Outside { toolchain: workshop.toolchain(), cancel };
    outside.run(place.path(), &["metadata", "--offline", "--format-version", "1"], Lock::Extended)?.map_err(GateError::Fetch)?;
    shelf.lock = Some(read_lock(place.path())?);
    Ok(Some(shelf))
}

fn lay_out(workshop: &Workshop, wanted: &[Wanted], lock: &str) -> Result<tempfile::TempDir, StageFailure> {
    let root = workshop.cache_root();
    fs::create_dir_all(root).map_err(GateError::io(format!("could not create {}", root.display())))?;
    let place = tempfile::Builder::new().prefix(".considering-").tempdir_in(root);
    let place = place.map_err(GateError::io(format!("could not write to {}", root.display())))?;
    for (path, bytes) in embedded::workspace(wanted, lock) {
        let path = place.path().join(path);
        let parent = path.parent().expect("a file has a directory");
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, bytes));
        written.map_err(GateError::io(format!("could not write {}", path.display())))?;
    }
    Ok(place)
}

fn read_lock(place: &Path) -> Result<String, StageFailure> {
    fs::read_to_string(place.join("Cargo.lock")).map_err(|error| GateError::io("could not read the lock")(error).into())
}

fn packages(lock: &str) -> BTreeSet<(String, String)> {
    let lock: Table = lock.parse().unwrap_or_default();
    let text = |package: &Value, key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
    let all = lock.get("package").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|package| Some((text(package, "name")?, text(package, "version")?))).collect()
}

/// What is wrong with a wish before anybody is asked.
fn form_problem(wish: &Wish, shelf: &Shelf) -> Option<String> {
    let word =
        |text: &str| !text.is_empty() && text.len() <= MAX_NAME && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-+./".contains(&b));
    if !word(&wish.name) || !wish.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
        return Some("a crate's name has ASCII letters, digits, - and _; paths and addresses are not accepted".to_owned());
    }
    if wish.version.as_ref().is_some_and(|version| version.len() > 40 || semver::VersionReq::parse(version).is_err()) {
        return Some("a version looks like 1.2 or 1.2.3".to_owned());
    }
    if wish.features.len() > MAX_FEATURES || !wish.features.iter().all(|feature| word(feature)) {
        return Some("features are names with commas between".to_owned());
    }
    if shelf.crates.len() >= MAX_ADDED {
        return Some(format!("{MAX_ADDED} crates are added already; remove one first"));
    }
    if let Some(why) = kandra_lint::never_added(&wish.name.replace('-', "_")) {
        return Some(why);
    }
    let allowed = shelf.allowed();
    if allowed.iter().any(|there| there.name == wish.name) {
        return Some(format!("features may use {} already", wish.name));
    }
    let alike = allowed.iter().find(|there| skeleton(&there.name) == skeleton(&wish.name));
    alike.map(|there| format!("{} only looks like {}, which features may use already", wish.name, there.name))
}

/// Names that look alike have the same one.
fn skeleton(name: &str) -> String {
    let name: String = name.to_ascii_lowercase().chars().filter(|c| !matches!(c, '-' | '_')).collect();
    let name = name.replace("rn", "m").replace("vv", "w").replace("cl", "d");
    name.chars()
        .map(|c| match c {
            '1' | 'i' => 'l',
            '0' => 'o',
            '5' => 's',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::Recipe, *};

    fn problem(name: &str, version: Option<&str>) -> Option<String> {
        let wish = Wish { name: name.into(), version: version.map(str::to_owned), features: Vec::new(), default_features: true };
        form_problem(&wish, &Shelf::default())
    }

    #[test]
    fn wishes_that_cannot_be_met_are_refused_before_anybody_is_asked() {
        for name in ["", "../x", "https://example.com/x", "a b", "a@1", "tea\u{441}up", &"a".repeat(65)] {
            assert!(problem(name, None).unwrap().contains("ASCII"), "{name}");
        }
        for (name, words) in [
            ("regex", "already"),
            ("itertoo1s", "looks like itertools"),
            ("serde-json", "looks like serde_json"),
            ("chr0no", "looks like chrono"),
            ("rnaud", "looks like maud"),
            ("libc", "never"),
            ("tokio", "ctx.sleep"),
        ] {
            assert!(problem(name, None).is_some_and(|why| why.contains(words)), "{name}: {:?}", problem(name, None));
        }
        assert!(problem("smol_str", Some("git")).unwrap().contains("version"));
        assert_eq!(problem("smol_str", Some("0.3")), None);
    }

    #[test]
    fn a_recipe_names_what_was_added() {
        let added = AddedCrate {
            name: "smol_str".into(),
            module: "smol_str".into(),
            version: "0.3.2".into(),
            features: vec!["serde".into()],
            default_features: false,
            licence: "MIT".into(),
            what: "text".into(),
        };
        let tree = Recipe::Shelf(Shelf { crates: vec![added], lock: Some("version = 4".into()) }).workspace();
        let manifest = String::from_utf8(tree[Path::new("warm/Cargo.toml")].clone()).unwrap();
        assert!(manifest.contains("smol_str = { version = \"=0.3.2\", default-features = false, features = [\"serde\"] }"), "{manifest}");
        assert_eq!(tree[Path::new("Cargo.lock")], b"version = 4");
    }
}
