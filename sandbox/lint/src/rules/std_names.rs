//! K009: names of the standard library that the façade does not have. The compiler would refuse them too; this says what
//! the SDK has instead.

use super::Refusal;
use crate::{
    names::{Leaf, Names},
    policy::POLICY,
    walk::{Context, PathPlace, Rule},
};
use proc_macro2::Span;
use syn::{ext::IdentExt, spanned::Spanned};

pub(crate) struct StdNames;

impl Rule for StdNames {
    fn path(&mut self, path: &syn::Path, place: PathPlace, cx: &mut Context<'_>) {
        let words: Vec<String> = path.segments.iter().map(|s| s.ident.unraw().to_string()).collect();
        if place == PathPlace::Macro && words.len() <= 2 {
            return; // `std::format!` is the macro rule's
        }
        if let Some(refusal) = judge(&words, cx.names) {
            cx.refuse(refusal.code, path.span(), refusal.message, refusal.hint);
        }
    }

    fn import(&mut self, _leading: bool, leaf: &Leaf<'_>, cx: &mut Context<'_>) {
        if let Some(refusal) = judge(&leaf.path, cx.names) {
            let span = leaf.ident.map(proc_macro2::Ident::span).or(leaf.star).unwrap_or_else(Span::call_site);
            cx.refuse(refusal.code, span, refusal.message, refusal.hint);
        }
    }
}

/// Judges a path, and what it means through imports; an import that is itself refused is not reported again.
pub(crate) fn judge(path: &[String], names: &Names) -> Option<Refusal> {
    names.meanings(path).into_iter().enumerate().find_map(|(index, meaning)| {
        let refusal = judge_exact(&meaning)?;
        let own = meaning.len().saturating_sub(path.len().saturating_sub(1));
        (index == 0 || judge_exact(&meaning[..own]).is_none()).then_some(refusal)
    })
}

fn judge_exact(path: &[String]) -> Option<Refusal> {
    let [root, name, ..] = path else { return None };
    if root != "std" {
        return None;
    }
    let hinted =
        (2..=path.len()).map(|n| path[..n].join("::")).find_map(|prefix| POLICY.path_hints.get(&prefix).map(|hint| (prefix, hint)));
    let (shown, hint) = match hinted {
        Some((prefix, hint)) => (prefix, hint.clone()),
        None if POLICY.std_modules.contains(name) => return None,
        None => (format!("std::{name}"), "See the SDK's reference for what `std` holds in a feature.".to_owned()),
    };
    Some(Refusal { code: "K009", message: format!("`{}` does not exist in a feature", shown.chars().take(80).collect::<String>()), hint })
}
