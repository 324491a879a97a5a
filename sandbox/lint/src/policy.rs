//! What is allowed, as data: the TOML files in `policy/`, read once.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Which warm build holds a crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Kandra's own, in both.
    Sdk,
    /// What Kandra's own crates need anyway, in both.
    Base,
    /// The shelf: built when a feature first names one of these.
    Shelf,
}

/// A crate that a feature may name, as `policy/dependencies.toml` describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewed {
    /// As `[dependencies]` names it.
    pub name: String,
    /// What paths begin with.
    pub module: String,
    /// Which warm build holds it.
    pub group: Group,
    /// Its version, for the shelf's manifest; the lock says it again with a checksum.
    #[serde(default)]
    pub version: String,
    /// Cargo features that are on.
    #[serde(default)]
    pub features: Vec<String>,
    /// Whether its default features are on.
    #[serde(default)]
    pub default_features: bool,
    /// SPDX expression.
    #[serde(default)]
    pub licence: String,
    /// What it is for, in a few words: for authors and for the model.
    #[serde(default)]
    pub what: String,
    /// What was looked at, and why it is allowed.
    #[serde(default)]
    pub why: String,
    /// What of it stays shut.
    #[serde(default, rename = "door")]
    pub doors: Vec<Door>,
}

/// A crate that the owner of a server allowed beyond the reviewed ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Added {
    /// As `[dependencies]` names it.
    pub name: String,
    /// What paths begin with.
    pub module: String,
}

/// Why a crate can never be added, when it cannot: it is one of those that paths may not begin with, or there is something
/// of the server's own in its place that features can use.
pub fn never_added(module: &str) -> Option<String> {
    if module == "std" || POLICY.never.contains(module) {
        return Some("features never name it".to_owned());
    }
    POLICY.crate_hints.get(module).cloned()
}

/// The reviewed crates, in order of the file.
pub fn reviewed() -> &'static [Reviewed] {
    &POLICY.crates
}

/// What is known of the loops of packages that reviewed crates are linked with.
pub fn loops() -> &'static [Loops] {
    &POLICY.loops
}

/// Names of an allowed crate that a feature may not use.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Door {
    /// Paths, with everything beneath.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Methods and associated functions, on whatever they are called.
    #[serde(default)]
    pub methods: Vec<String>,
    /// What to do instead.
    pub hint: String,
}

/// A package that allowed crates bring along, and what was found about its loops.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loops {
    /// The packages.
    pub names: Vec<String>,
    /// Whether the build inserts ticks.
    pub ticks: bool,
    /// Why, or why not.
    pub why: String,
}

/// A crate of Kandra's own that only tests may name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dev {
    pub(crate) name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Crates {
    #[serde(rename = "crate")]
    crates: Vec<Reviewed>,
    loops: Vec<Loops>,
    dev: Vec<Dev>,
}

/// How the tokens between a macro's delimiters are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Grammar {
    /// Expressions with commas between.
    Expressions,
    /// Expressions with commas between, or `element; count`.
    Repeat,
    /// `expression, pattern if guard`.
    Pattern,
    /// `serde_json`'s own.
    Json,
    /// `maud`'s own: elements, splices, `@if`, `@for`.
    Markup,
    /// Never evaluated: `stringify!`.
    Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MacroGroup {
    names: Vec<String>,
    grammar: Grammar,
    #[serde(default)]
    crates: BTreeSet<String>,
}

/// An allowed macro.
#[derive(Debug)]
pub(crate) struct AllowedMacro {
    pub(crate) grammar: Grammar,
    /// The crates through which a path may name it.
    pub(crate) crates: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hint {
    names: Vec<String>,
    hint: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Macros {
    allowed: Vec<MacroGroup>,
    refused: Vec<Hint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paths {
    std_modules: BTreeSet<String>,
    hidden: Vec<String>,
    never: BTreeSet<String>,
    refused: Vec<Hint>,
    foreign: Vec<Hint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attributes {
    plain: BTreeSet<String>,
    derives: BTreeSet<String>,
    serde_words: BTreeSet<String>,
    serde_text: BTreeSet<String>,
    serde_code: BTreeSet<String>,
    cfg: BTreeSet<String>,
    repr: BTreeSet<String>,
    refused: Vec<Hint>,
}

/// Everything in `policy/`.
pub(crate) struct Policy {
    pub(crate) crates: Vec<Reviewed>,
    pub(crate) loops: Vec<Loops>,
    /// What tests may name besides.
    pub(crate) dev: Vec<Dev>,
    pub(crate) macros: BTreeMap<String, AllowedMacro>,
    pub(crate) macro_hints: BTreeMap<String, String>,
    /// First path segments after `std` that the façade has.
    pub(crate) std_modules: BTreeSet<String>,
    /// Names that are a macro in the façade, and never a module.
    /// Paths into the SDK's inside that have public names.
    pub(crate) hidden: Vec<String>,
    /// Crates that a path may never begin with, not even when the feature has something of that name.
    pub(crate) never: BTreeSet<String>,
    /// `std::…` prefix to hint.
    pub(crate) path_hints: BTreeMap<String, String>,
    /// Foreign crate to hint.
    pub(crate) crate_hints: BTreeMap<String, String>,
    pub(crate) attributes: BTreeSet<String>,
    pub(crate) attribute_hints: BTreeMap<String, String>,
    pub(crate) derives: BTreeSet<String>,
    /// `#[serde(word)]`, without a value.
    pub(crate) serde_words: BTreeSet<String>,
    /// `#[serde(key = "…")]` where the value is text.
    pub(crate) serde_text: BTreeSet<String>,
    /// `#[serde(key = "…")]` where the value is Rust.
    pub(crate) serde_code: BTreeSet<String>,
    pub(crate) cfg: BTreeSet<String>,
    pub(crate) repr: BTreeSet<String>,
}

impl Policy {
    /// Whether paths of every feature may begin with this word.
    pub(crate) fn is_base(&self, module: &str) -> bool {
        module == "std" || self.crates.iter().any(|c| c.module == module && c.name != "kandra-std" && c.group != Group::Shelf)
    }
}

fn flatten(hints: Vec<Hint>) -> BTreeMap<String, String> {
    hints.into_iter().flat_map(|h| h.names.into_iter().map(move |n| (n, h.hint.clone()))).collect()
}

pub(crate) static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let crates: Crates = toml::from_str(include_str!("../policy/dependencies.toml")).expect("policy/dependencies.toml is tested");
    let macros: Macros = toml::from_str(include_str!("../policy/macros.toml")).expect("policy/macros.toml is tested");
    let paths: Paths = toml::from_str(include_str!("../policy/paths.toml")).expect("policy/paths.toml is tested");
    let attributes: Attributes = toml::from_str(include_str!("../policy/attributes.toml")).expect("policy/attributes.toml is tested");
    let mut allowed = BTreeMap::new();
    for group in macros.allowed {
        for name in group.names {
            allowed.insert(name, AllowedMacro { grammar: group.grammar, crates: group.crates.clone() });
        }
    }
    Policy {
        crates: crates.crates,
        loops: crates.loops,
        dev: crates.dev,
        macros: allowed,
        macro_hints: flatten(macros.refused),
        std_modules: paths.std_modules,
        hidden: paths.hidden,
        never: paths.never,
        path_hints: flatten(paths.refused),
        crate_hints: flatten(paths.foreign),
        attributes: attributes.plain,
        attribute_hints: flatten(attributes.refused),
        derives: attributes.derives,
        serde_words: attributes.serde_words,
        serde_text: attributes.serde_text,
        serde_code: attributes.serde_code,
        cfg: attributes.cfg,
        repr: attributes.repr,
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_read() {
        assert!(POLICY.is_base("kandra") && POLICY.is_base("std") && !POLICY.is_base("core") && !POLICY.is_base("kandra_std"));
        assert!(!POLICY.is_base("itertools"), "only a feature that says so uses the shelf");
        for name in POLICY.macros.keys() {
            assert!(!POLICY.macro_hints.contains_key(name), "{name} is both allowed and refused");
        }
        for path in POLICY.path_hints.keys() {
            let mut parts = path.split("::");
            assert_eq!(parts.next(), Some("std"), "{path}");
            if path.matches("::").count() == 1 {
                let name = parts.next().expect("counted");
                assert!(!POLICY.std_modules.contains(name), "{path} is both allowed and refused");
            }
        }
        for name in &POLICY.never {
            assert!(POLICY.crates.iter().all(|c| c.module != *name || c.name == "kandra-std"), "{name}");
        }
    }
}
