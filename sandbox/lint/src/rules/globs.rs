//! K007: `use …::*` of another crate's module, preludes and enums excepted. A glob brings in names that nobody listed, today
//! or with the next version. What a module of the feature's own hands on of another crate is that crate's.

use crate::{
    names::{FullPath, Leaf, Names},
    policy::POLICY,
    walk::{Context, Rule},
};
use proc_macro2::Span;

pub(crate) struct Globs;

impl Rule for Globs {
    fn import(&mut self, _leading: bool, leaf: &Leaf<'_>, cx: &mut Context<'_>) {
        if !leaf.glob {
            return;
        }
        let path = &leaf.path;
        let own = path.first().is_some_and(|first| matches!(first.as_str(), "crate" | "self" | "super") || cx.names.is_defined(first));
        // Nothing of the feature's own can have a crate's name, so there the path says what it means.
        let direct = path.first().is_some_and(|first| cx.names.is_crate(first));
        let accepted = if direct {
            harmless(path, cx.names)
        } else {
            (own && !through_crate(path, cx.names) || harmless(path, cx.names)) && !handed_on(path, cx.names)
        };
        if accepted {
            return;
        }
        let shown: String = path.join("::").chars().take(60).collect();
        cx.refuse(
            "K007",
            leaf.star.unwrap_or_else(Span::call_site),
            format!("`use {shown}::*` brings in names that nobody listed"),
            "Name what you use: `use std::collections::{HashMap, HashSet};`.",
        );
    }
}

/// A prelude of an allowed crate, or the variants of an enum: types begin with a capital.
fn harmless(path: &[String], names: &Names) -> bool {
    let prelude = path.iter().rev().take(2).any(|s| s == "prelude") && path.len() > 1;
    prelude && path.first().is_some_and(|first| names.is_crate(first))
        || path.last().is_some_and(|last| last.starts_with(char::is_uppercase))
}

/// `crate::std::…`: the façade by a detour.
fn through_crate(path: &[String], names: &Names) -> bool {
    path.iter().find(|s| !matches!(s.as_str(), "crate" | "self" | "super")).is_some_and(|s| names.is_crate(s))
}

/// Whether a part of the path is a module of another crate that some module of this one imports under that name.
fn handed_on(path: &[String], names: &Names) -> bool {
    let foreign = |target: &FullPath| {
        through_crate(target, names) && !harmless(target, names) && target.last().is_none_or(|last| !POLICY.macros.contains_key(last))
    };
    path.iter().any(|segment| names.targets(segment).iter().any(foreign))
}
