//! The SDK's sources, the template and the lock, carried inside the binary, and the small workspace made of them.

use kandra_model::Slug;
use rust_embed::RustEmbed;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

#[derive(RustEmbed)]
#[folder = "../../sdk"]
#[include = "*/Cargo.toml"]
#[include = "*/src/*"]
#[include = "*/assets/*"]
#[include = "*/*.md"]
struct Sdk;

#[derive(RustEmbed)]
#[folder = "../../feature-template"]
#[include = "*.toml"]
#[include = "*.md"]
#[include = "src/*"]
#[exclude = "target/*"]
struct Template;

/// What only an author's tests use: the gates do not build it, so it is no part of the workshop.
const FOR_TESTS: &str = "sql/";

const WORKSPACE: &str = include_str!("../../../../Cargo.toml");
/// Exactly what the SDK needs, and nothing else; a test compares it with the project's own lock.
pub(crate) const LOCK: &str = include_str!("../../workshop.lock");

/// The same for the shelf.
pub(crate) const SHELF_LOCK: &str = include_str!("../../shelf.lock");

/// The SDK's crates, as directories beneath `sdk/`.
const CRATES: [&str; 4] = ["abi", "std", "rt", "feature"];
/// The crates that every feature's source can name.
pub(crate) const EXTERNS: [&str; 4] = ["kandra", "kandra_std", "serde", "serde_json"];

/// A crate that a warm build names in its manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub name: String,
    /// What paths begin with.
    pub module: String,
    /// What is asked of the registry.
    pub requirement: String,
    /// What it gave; empty while that is not known.
    pub version: String,
    pub features: Vec<String>,
    pub default_features: bool,
}

/// The version of a package in the lock of every build.
pub(crate) fn base_version(name: &str) -> String {
    let lock: Table = LOCK.parse().expect("the lock is TOML; a test reads it");
    let packages = lock.get("package").and_then(Value::as_array).expect("a lock lists packages");
    let text = |package: &Value, key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
    let package = packages.iter().find(|package| text(package, "name").is_some_and(|found| found == name));
    package.and_then(|package| text(package, "version")).expect("the lock holds what a feature can name; a test compares it")
}

/// The finished small feature that `kandra new` starts from, renamed: path inside the crate to text. `sdk` is the
/// directory that holds the SDK's crates, for editors and `cargo test`; the gates do not read it.
pub fn template(slug: &Slug, title: &str, sdk: &Path) -> BTreeMap<String, String> {
    let quoted = |text: &str| Value::from(text).to_string();
    let manifest = [
        ("kandra-feature-feature-template".to_owned(), format!("kandra-feature-{slug}")),
        (quoted(TEMPLATE_TITLE), quoted(title)),
        (quoted("../sdk/feature"), quoted(&sdk.join("feature").to_string_lossy())),
        (quoted("../sdk/std"), quoted(&sdk.join("std").to_string_lossy())),
    ];
    let readme = [(format!("# {TEMPLATE_TITLE}\n"), format!("# {}\n", title.replace(['\r', '\n'], " ")))];
    let rename = |path: &str, text: String| {
        let changes: &[(String, String)] = match path {
            "Cargo.toml" => &manifest,
            "README.md" => &readme,
            _ => &[],
        };
        changes.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from.as_str()), "the template's {path} holds {from}; a test renames it");
            text.replace(from.as_str(), to)
        })
    };
    let text = |bytes| String::from_utf8(bytes).expect("the template is text; a test reads it");
    files::<Template>().into_iter().map(|(path, bytes)| (path.clone(), rename(&path, text(bytes)))).collect()
}

const TEMPLATE_TITLE: &str = "Feature template";

fn files<E: RustEmbed>() -> BTreeMap<String, Vec<u8>> {
    E::iter().map(|path| (path.to_string(), E::get(&path).expect("iter() names what is there").data.into_owned())).collect()
}

/// The SDK's sources: path to bytes; those that only tests use when they are asked for.
fn sdk(for_tests: bool) -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
    files::<Sdk>().into_iter().filter(move |(path, _)| path.starts_with(FOR_TESTS) == for_tests).map(|(path, bytes)| {
        let bytes = if path.ends_with("Cargo.toml") { without_tests(&bytes) } else { bytes };
        (PathBuf::from("sdk").join(&path), bytes)
    })
}

/// The workspace that an author's editor and tests use.
pub(crate) fn authors_workspace() -> BTreeMap<PathBuf, Vec<u8>> {
    workspace(&[], LOCK).into_iter().chain(sdk(true)).collect()
}

/// The workspace that a warm build compiles: path to bytes.
pub(crate) fn workspace(wanted: &[Wanted], lock: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut tree: BTreeMap<_, _> = sdk(false).collect();
    tree.insert("Cargo.toml".into(), root_manifest().into_bytes());
    tree.insert("Cargo.lock".into(), lock.as_bytes().to_vec());
    tree.insert("warm/Cargo.toml".into(), warm_manifest(wanted).into_bytes());
    tree.insert("warm/src/lib.rs".into(), b"//! Names what features may name, so that cargo builds it.\n#![no_std]\n".to_vec());
    tree
}

const WARM_MANIFEST: &str = r#"[package]
name = "warm"
version = "0.0.0"
edition = "2024"

[dependencies]
kandra.workspace = true
kandra-std.workspace = true
serde.workspace = true
serde_json.workspace = true
"#;

fn warm_manifest(wanted: &[Wanted]) -> String {
    let mut manifest = WARM_MANIFEST.to_owned();
    for Wanted { name, requirement, features, default_features, .. } in wanted {
        let features = Value::from(features.clone());
        manifest.push_str(&format!(
            "{name} = {{ version = \"{requirement}\", default-features = {default_features}, features = {features} }}\n"
        ));
    }
    manifest
}

/// A manifest without what only the project's own tests need: fewer crates to fetch.
fn without_tests(manifest: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(manifest).expect("a manifest of ours is text");
    let mut table: Table = text.parse().expect("a manifest of ours is TOML");
    for section in ["dev-dependencies", "test", "bench", "example"] {
        table.remove(section);
    }
    table.to_string().into_bytes()
}

/// The project's own root manifest with only the SDK as members, and the profile that features are linked against.
fn root_manifest() -> String {
    let mut table: Table = WORKSPACE.parse().expect("the root manifest is TOML");
    let workspace = table.get_mut("workspace").and_then(Value::as_table_mut).expect("it is a workspace");
    let members = CRATES.iter().map(|name| Value::from(format!("sdk/{name}"))).chain([Value::from("warm")]).collect();
    workspace.insert("members".to_owned(), Value::Array(members));
    workspace.remove("exclude");
    workspace.remove("default-members");
    let own: Vec<String> = CRATES.iter().map(|name| format!("sdk/{name}")).collect();
    let dependencies = workspace.get_mut("dependencies").and_then(Value::as_table_mut).expect("it has workspace dependencies");
    dependencies.retain(|_, value| value.get("path").and_then(Value::as_str).is_none_or(|path| own.iter().any(|own| own == path)));
    let mut root = Table::new();
    root.insert("workspace".to_owned(), Value::Table(workspace.clone()));
    root.insert("profile".to_owned(), Value::Table(PROFILE.parse().expect("PROFILE is TOML")));
    root.to_string()
}

/// Features of both tiers link against the same optimised SDK; what only runs while building need not be fast.
const PROFILE: &str = r#"
[release]
opt-level = 3
debug = false
debug-assertions = false
overflow-checks = false
incremental = false
panic = "unwind"
[release.build-override]
opt-level = 0
debug = false
codegen-units = 16
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_holds_the_whole_sdk_and_nothing_for_tests() {
        let tree = workspace(&[], LOCK);
        for name in CRATES {
            assert!(tree.contains_key(&PathBuf::from(format!("sdk/{name}/Cargo.toml"))), "{name}");
            assert!(tree.contains_key(&PathBuf::from(format!("sdk/{name}/src/lib.rs"))), "{name}");
        }
        assert!(!tree.keys().any(|path| path.starts_with("sdk/feature/tests") || path.components().any(|c| c.as_os_str() == "target")));
        for (path, bytes) in &tree {
            if path.ends_with("Cargo.toml") {
                assert!(!String::from_utf8_lossy(bytes).contains("dev-dependencies"), "{}", path.display());
            }
        }
    }

    #[test]
    fn the_template_takes_another_name() {
        let renamed = template(&"my-shop".parse().unwrap(), "My \"shop\"", Path::new("/somewhere/sdk"));
        for path in ["Cargo.toml", "src/lib.rs", "contract.toml", "README.md"] {
            assert!(renamed.contains_key(path), "{path}");
            assert!(!renamed[path].contains("feature-template") && !renamed[path].contains(TEMPLATE_TITLE), "{path}");
        }
        let manifest: Table = renamed["Cargo.toml"].parse().unwrap();
        assert_eq!(manifest["package"]["name"].as_str(), Some("kandra-feature-my-shop"));
        assert_eq!(manifest["package"]["metadata"]["kandra"]["title"].as_str(), Some("My \"shop\""));
        assert_eq!(manifest["dependencies"]["kandra"]["path"].as_str(), Some("/somewhere/sdk/feature"));
        assert!(!renamed.keys().any(|path| path == "Cargo.lock" || path.starts_with("target")));
    }

    #[test]
    fn every_allowed_crate_has_a_version() {
        let allowed = crate::Shelf::default().allowed();
        let names: Vec<&str> = allowed.iter().map(|allowed| allowed.name.as_str()).collect();
        assert_eq!(names[..4], ["kandra", "kandra-std", "serde", "serde_json"]);
        assert!(allowed.iter().all(|allowed| !allowed.version.is_empty()));
    }

    /// Writes the shelf's workspace to where `scripts/shelf-lock` wants it.
    #[test]
    fn the_shelfs_workspace_is_written() {
        let tree = super::super::Recipe::Shelf(crate::Shelf::default()).workspace();
        let manifest: Table = String::from_utf8(tree[Path::new("warm/Cargo.toml")].clone()).unwrap().parse().unwrap();
        assert_eq!(manifest["dependencies"]["itertools"]["default-features"].as_bool(), Some(false));
        let Some(place) = std::env::var_os("KANDRA_SHELF_WORKSPACE") else { return };
        for (path, bytes) in tree {
            let path = Path::new(&place).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }

    /// The SDK is built with the versions that the project itself is tested with. After a change of dependencies,
    /// `KANDRA_UPDATE_LOCK=1 cargo test -p kandra-gate --lib lock` writes the file anew.
    #[test]
    fn the_lock_is_the_projects_own_as_far_as_the_sdk_needs_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let place = tempfile::tempdir().unwrap();
        for (path, bytes) in workspace(&[], LOCK) {
            let path = place.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let lock = place.path().join("Cargo.lock");
        std::fs::copy(root.join("../../Cargo.lock"), &lock).unwrap();
        // cargo drops what nothing needs and keeps the versions of the rest.
        let output = std::process::Command::new(env!("CARGO"))
            .args(["metadata", "--offline", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu", "--manifest-path"])
            .arg(place.path().join("Cargo.toml"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let wanted = std::fs::read_to_string(&lock).unwrap();
        let committed = root.join("workshop.lock");
        if std::env::var_os("KANDRA_UPDATE_LOCK").is_some() {
            std::fs::write(&committed, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(committed).unwrap();
        assert!(found == wanted, "sandbox/gate/workshop.lock is out of date; see the comment of this test");
    }
}
