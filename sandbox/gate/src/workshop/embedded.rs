//! The SDK's sources, the template and the lock, carried inside the binary, and the small workspace made of them.

use rust_embed::RustEmbed;
use std::{collections::BTreeMap, path::PathBuf};
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
#[exclude = "target/*"]
#[exclude = "Cargo.lock"]
struct Template;

const WORKSPACE: &str = include_str!("../../../../Cargo.toml");
/// Exactly what the SDK needs, and nothing else; a test compares it with the project's own lock.
pub(crate) const LOCK: &str = include_str!("../../workshop.lock");

/// The SDK's crates, as directories beneath `sdk/`.
const CRATES: [&str; 4] = ["abi", "std", "rt", "feature"];
/// The crates that a feature's source can name.
pub(crate) const EXTERNS: [&str; 3] = ["kandra", "kandra_std", "serde"];

/// The finished small feature that `kandra new` and the agent start from: path inside the crate to text.
pub fn template() -> BTreeMap<String, String> {
    files::<Template>().into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).expect("the template is text; a test reads it"))).collect()
}

fn files<E: RustEmbed>() -> BTreeMap<String, Vec<u8>> {
    E::iter().map(|path| (path.to_string(), E::get(&path).expect("iter() names what is there").data.into_owned())).collect()
}

/// The workspace that the warm build compiles: path to bytes.
pub(crate) fn workspace() -> BTreeMap<PathBuf, Vec<u8>> {
    let mut tree = BTreeMap::new();
    for (path, bytes) in files::<Sdk>() {
        let at = PathBuf::from("sdk").join(&path);
        let bytes = if path.ends_with("Cargo.toml") { without_tests(&bytes) } else { bytes };
        tree.insert(at, bytes);
    }
    tree.insert("Cargo.toml".into(), root_manifest().into_bytes());
    tree.insert("Cargo.lock".into(), LOCK.as_bytes().to_vec());
    tree.insert("warm/Cargo.toml".into(), WARM_MANIFEST.as_bytes().to_vec());
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
"#;

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
        let tree = workspace();
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
    fn the_template_is_text_and_complete() {
        let template = template();
        for path in ["Cargo.toml", "src/lib.rs", "contract.toml"] {
            assert!(template.contains_key(path), "{path}");
        }
    }
}
