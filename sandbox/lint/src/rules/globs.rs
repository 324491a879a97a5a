//! K007: `use …::*` of another crate's module, preludes and enums excepted. A glob brings in names that nobody listed, today
//! or with the next version.

use crate::{
    names::{Leaf, Names},
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
        let prelude = path.iter().rev().take(2).any(|s| s == "prelude") && path.len() > 1;
        // Variants of an enum: types begin with a capital.
        let variants = path.last().is_some_and(|last| last.starts_with(char::is_uppercase));
        let through_crate = path.first().is_some_and(|first| cx.names.is_crate(first));
        if (own && !through_crate_root(path, cx.names)) || (prelude && through_crate) || variants {
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

/// `crate::std::…`: the façade by a detour.
fn through_crate_root(path: &[String], names: &Names) -> bool {
    path.iter().find(|s| !matches!(s.as_str(), "crate" | "self" | "super")).is_some_and(|s| names.is_crate(s))
}
