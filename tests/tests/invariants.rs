//! What ARCHITECTURE.md claims of the tree: which crate may depend on which, where `unsafe` may stand, and which
//! dangerous dependency sits in which one manifest.

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// DESIGN section 3: crate → the workspace crates it may depend on, outside tests.
const ARROWS: [(&str, &[&str]); 15] = [
    ("kandra-abi", &[]),
    ("kandra-std", &["kandra-abi"]),
    ("kandra-rt", &["kandra-abi"]),
    ("kandra", &["kandra-abi", "kandra-std", "kandra-rt"]),
    ("kandra-model", &[]),
    ("kandra-lint", &[]),
    ("kandra-jail", &[]),
    ("kandra-wire", &["kandra-model"]),
    ("kandra-store", &["kandra-model"]),
    ("kandra-agent", &["kandra-model"]),
    ("kandra-gate", &["kandra-model", "kandra-lint", "kandra-jail"]),
    ("kandra-live", &["kandra-model", "kandra-wire", "kandra-abi", "kandra-jail"]),
    ("kandra-control", &["kandra-model", "kandra-wire", "kandra-store", "kandra-agent", "kandra-gate", "kandra-jail"]),
    ("kandra-bin", &["kandra-control", "kandra-live", "kandra-gate"]),
    ("kandra-tests", &["kandra-live", "kandra-model", "kandra-wire"]),
];

/// One dangerous dependency, the one crate that may have it.
const SOLE_OWNERS: [(&str, &[&str]); 9] = [
    ("libloading", &["kandra-live"]),
    ("syn", &["kandra-lint"]),
    ("git2", &["kandra-store"]),
    ("landlock", &["kandra-jail"]),
    ("seccompiler", &["kandra-jail"]),
    ("object", &["kandra-gate"]),
    ("rusqlite", &["kandra-store", "kandra-live", "kandra-tests"]),
    ("notify", &["kandra-control"]),
    // What can call out: the model's client, features' calls, the command line; never live.
    ("reqwest", &["kandra-agent", "kandra-control", "kandra-bin", "kandra-tests"]),
];

/// Where `unsafe` may stand: crates by folder, and single files.
const UNSAFE_MAY_STAND_IN: [&str; 4] = ["sdk/rt/", "sandbox/jail/", "host/live/src/load", "sdk/feature/src/export.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the workspace").to_owned()
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Package → names of its dependencies that are not for tests only.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let names = |package: &Value| {
        let normal = |d: &&Value| d["kind"].as_str() != Some("dev");
        package["dependencies"].as_array().unwrap().iter().filter(normal).map(|d| d["name"].as_str().unwrap().to_owned()).collect()
    };
    packages().iter().map(|p| (p["name"].as_str().unwrap().to_owned(), names(p))).collect()
}

#[test]
fn arrows_point_as_the_design_draws_them() {
    let dependencies = dependencies();
    let drawn: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    assert_eq!(dependencies.keys().map(String::as_str).collect::<Vec<_>>(), drawn.keys().copied().collect::<Vec<_>>());
    for (package, found) in &dependencies {
        let allowed = drawn[package.as_str()];
        for dependency in found.iter().filter(|d| drawn.contains_key(d.as_str())) {
            assert!(allowed.contains(&dependency.as_str()), "{package} must not depend on {dependency}");
        }
    }
}

#[test]
fn each_dangerous_dependency_has_one_owner() {
    let dependencies = dependencies();
    for (dangerous, owners) in SOLE_OWNERS {
        for (package, found) in &dependencies {
            assert!(!found.contains(dangerous) || owners.contains(&package.as_str()), "{package} must not depend on {dangerous}");
        }
    }
}

#[test]
fn unsafe_stands_only_where_it_may() {
    let root = root();
    for package in packages() {
        let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
        let folder = manifest.parent().unwrap().strip_prefix(&root).unwrap().to_owned();
        let sources = rust_files(&root.join(&folder).join("src"));
        let may = |path: &str| UNSAFE_MAY_STAND_IN.iter().any(|place| path.starts_with(place));
        let some_may = sources.iter().any(|path| may(&path.strip_prefix(&root).unwrap().display().to_string()));
        if !some_may {
            let entry =
                ["src/lib.rs", "src/main.rs"].map(|name| root.join(&folder).join(name)).into_iter().find(|path| path.exists()).unwrap();
            let text = fs::read_to_string(&entry).unwrap();
            assert!(text.contains("#![forbid(unsafe_code)]"), "{} does not forbid unsafe code", entry.display());
        }
        for path in sources {
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            let text = fs::read_to_string(&path).unwrap();
            let uses = text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")).any(|line| {
                ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"].iter().any(|form| line.contains(form)) && !line.contains('"')
            });
            assert!(!uses || may(&name), "{name} uses unsafe");
        }
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_gpl_code_is_linked() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    for package in packages {
        let licence = package["license"].as_str().unwrap_or_default();
        let name = package["name"].as_str().unwrap();
        let alternatives: Vec<&str> = licence.split(" OR ").flat_map(|l| l.split('/')).collect();
        assert!(alternatives.iter().any(|l| !l.contains("GPL")), "{name} is under {licence:?}");
    }
}

/// Each layer of THREATS.md names what proves it, and that is there.
#[test]
fn every_claim_of_threats_has_its_test() {
    let text = fs::read_to_string(root().join("THREATS.md")).unwrap();
    let table = text.split("## Layers").nth(1).unwrap().split("\n\n").find(|part| part.contains("| layer |")).unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in rows {
        let tests: Vec<&str> = row.rsplit(" | ").next().unwrap().split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test proves this: {row}");
        for named in tests {
            let (path, name) = named.split_once("::").unwrap_or((named, ""));
            let path = root().join(path);
            assert!(path.exists(), "{named} is not there: {row}");
            assert!(name.is_empty() || fs::read_to_string(&path).unwrap().contains(&format!("fn {name}(")), "{named} is not there: {row}");
        }
    }
}
