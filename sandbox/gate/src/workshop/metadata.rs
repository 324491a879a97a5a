//! What `cargo metadata` says of the workspace of a warm build: packages, and who is linked with whom.

use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// A package of the closure on this platform.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Package {
    pub id: String,
    pub name: String,
    pub version: String,
    /// `None` for the workspace's own.
    pub source: Option<String>,
    pub manifest_path: PathBuf,
    pub license: Option<String>,
    /// A library of the system, or of another language, that it stands for.
    #[serde(default)]
    pub links: Option<String>,
    pub description: Option<String>,
    pub targets: Vec<Target>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Target {
    pub name: String,
    pub kind: Vec<String>,
}

impl Package {
    /// Where its sources lie.
    pub fn directory(&self) -> &Path {
        self.manifest_path.parent().expect("a manifest lies in a directory")
    }

    pub fn has(&self, kind: &str) -> bool {
        self.targets.iter().any(|target| target.kind.iter().any(|k| k == kind))
    }

    /// What paths begin with.
    pub fn module(&self) -> Option<String> {
        let library = |target: &&Target| target.kind.iter().any(|kind| matches!(kind.as_str(), "lib" | "rlib"));
        self.targets.iter().find(library).map(|target| target.name.replace('-', "_"))
    }
}

#[derive(Debug, Deserialize)]
struct Raw {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Debug, Deserialize)]
struct Kind {
    /// `None`: it is linked; else `dev` or `build`.
    kind: Option<String>,
}

/// The closure of a warm build.
#[derive(Debug)]
pub(crate) struct Metadata {
    packages: BTreeMap<String, Package>,
    /// Package to what it is linked with.
    linked: BTreeMap<String, Vec<String>>,
}

impl Metadata {
    pub fn read(json: &[u8]) -> Result<Self, String> {
        let raw: Raw = serde_json::from_slice(json).map_err(|error| format!("cargo metadata: {error}"))?;
        let resolved: BTreeSet<&str> = raw.resolve.nodes.iter().map(|node| node.id.as_str()).collect();
        let packages = raw.packages.iter().filter(|package| resolved.contains(package.id.as_str()));
        let packages = packages.map(|package| (package.id.clone(), package.clone())).collect();
        let normal = |dependency: &&Dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.is_none());
        let linked = raw.resolve.nodes.iter().map(|node| {
            let of_it = node.deps.iter().filter(normal).map(|dependency| dependency.pkg.clone()).collect();
            (node.id.clone(), of_it)
        });
        Ok(Self { linked: linked.collect(), packages })
    }

    /// How many packages there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.packages.len()).unwrap_or(u32::MAX)
    }

    /// Those that come from a registry.
    pub fn fetched(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.source.is_some())
    }

    /// Those of this name that the warm build itself names.
    fn named(&self, names: &[String]) -> Vec<&str> {
        let warm = self.packages.values().find(|package| package.source.is_none() && package.name == "warm");
        let direct = warm.and_then(|warm| self.linked.get(&warm.id)).into_iter().flatten();
        direct.filter(|id| self.packages.get(*id).is_some_and(|package| names.contains(&package.name))).map(String::as_str).collect()
    }

    /// What libraries hold that use these crates, the crates included; macros run in the compiler and are not in it.
    pub fn linked_with(&self, names: &[String]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&str> = self.named(names);
        while let Some(id) = open.pop() {
            let library = self.packages.get(id).is_some_and(|package| !package.has("proc-macro"));
            if library && found.insert(id) {
                open.extend(self.linked.get(id).into_iter().flatten().map(String::as_str));
            }
        }
        found
    }

    /// The package that the warm build itself names so.
    pub fn direct(&self, name: &str) -> Option<&Package> {
        let names = [name.to_owned()];
        let id = *self.named(&names).first()?;
        self.packages.get(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn macros_and_build_scripts_are_not_linked() {
        let package = |id: &str, kind: &str, source: Option<&str>| {
            json!({ "id": id, "name": id, "version": "1.0.0", "source": source, "manifest_path": format!("/x/{id}/Cargo.toml"), "license": null,
                "description": null, "targets": [{ "name": id, "kind": [kind] }] })
        };
        let registry = Some("registry+x");
        let node = |id: &str, deps: &[(&str, Option<&str>)]| {
            let deps: Vec<_> = deps.iter().map(|(id, kind)| json!({ "pkg": id, "dep_kinds": [{ "kind": kind }] })).collect();
            json!({ "id": id, "deps": deps })
        };
        let all = json!({
            "packages": [package("warm", "lib", None), package("a", "lib", registry), package("b", "lib", registry), package("m", "proc-macro", registry),
                package("cc", "lib", registry), package("kandra", "lib", None), package("other", "lib", registry)],
            "resolve": { "nodes": [node("warm", &[("a", None), ("kandra", None)]), node("a", &[("b", None), ("m", None), ("cc", Some("build"))]),
                node("b", &[]), node("m", &[("cc", None)]), node("cc", &[]), node("kandra", &[("b", None)])] },
        });
        let metadata = Metadata::read(all.to_string().as_bytes()).unwrap();
        assert_eq!(metadata.linked_with(&["a".to_owned()]).into_iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(metadata.linked_with(&["cc".to_owned()]).len(), 0, "the warm build does not name it");
        assert_eq!((metadata.count(), metadata.fetched().count()), (6, 4));
        assert_eq!(metadata.direct("a").unwrap().module().as_deref(), Some("a"));
        assert!(metadata.direct("b").is_none());
    }
}
