//! K008: what a path begins with: an allowed crate, `crate`, `self`, `super`, a built-in type, or a name of the feature's own.

use super::Refusal;
use crate::{
    fix::{Edit, Kind},
    names::{Leaf, Names, leaves, strip},
    policy::POLICY,
    walk::{Context, PathPlace, Rule},
};
use proc_macro2::{Ident, Span};
use syn::{ItemUse, UseTree, ext::IdentExt, spanned::Spanned};

const CODE: &str = "K008";
const BUILT_IN: [&str; 17] =
    ["bool", "char", "str", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];

#[derive(Default)]
pub(crate) struct PathRoots {
    /// What makes the import that is being walked an accepted one.
    import: Option<Edit>,
}

impl Rule for PathRoots {
    fn path(&mut self, path: &syn::Path, place: PathPlace, cx: &mut Context<'_>) {
        let words: Vec<String> = path.segments.iter().map(|s| s.ident.unraw().to_string()).collect();
        if place == PathPlace::Macro && words.len() == 1 {
            return; // names of macros are the macro rule's
        }
        if let Some(refusal) = judge(&words, path.leading_colon.is_some(), cx.names) {
            let span = path.segments.first().map_or_else(|| path.span(), |s| s.ident.span());
            let fix = fix(&words, path.segments.first().map(|s| &s.ident), cx);
            cx.refuse_with_fix(refusal.code, span, refusal.message, refusal.hint, fix);
        }
    }

    fn import(&mut self, leading: bool, leaf: &Leaf<'_>, cx: &mut Context<'_>) {
        if let Some(refusal) = judge(&leaf.path, leading, cx.names) {
            let span = leaf.ident.map(proc_macro2::Ident::span).or(leaf.star).unwrap_or_else(Span::call_site);
            cx.refuse_with_fix(refusal.code, span, refusal.message, refusal.hint, self.import);
        }
        if let (Some(name), Some(ident)) = (&leaf.name, leaf.ident)
            && leaf.path.len() > 1
            && (POLICY.never.contains(name) || cx.names.is_crate(name) && leaf.path.last() != Some(name))
        {
            cx.refuse(CODE, ident.span(), format!("an import named `{name}` hides the crate of that name"), "Choose another name.");
        }
        // Under another name its insides could be reached by paths that nobody recognises.
        if let ([root], Some(ident)) = (strip(&leaf.path).as_slice(), leaf.ident)
            && leaf.renamed
            && matches!(root.as_str(), "kandra" | "std")
        {
            cx.refuse(CODE, ident.span(), format!("`{root}` keeps its name"), format!("Write `{root}::…`, or import the names you need."));
        }
    }

    fn item(&mut self, item: &syn::Item, cx: &mut Context<'_>) {
        self.import = None;
        if let syn::Item::Use(ItemUse { leading_colon: None, tree: tree @ UseTree::Path(path), .. }) = item {
            let fixes: Vec<Option<Edit>> = leaves(tree).iter().map(|leaf| fix(&leaf.path, Some(&path.ident), cx)).collect();
            self.import = fixes.into_iter().collect::<Option<Vec<Edit>>>().and_then(|same| same.first().copied());
        }
        if let syn::Item::Mod(module) = item
            && cx.names.is_crate(&module.ident.unraw().to_string())
        {
            cx.refuse(
                CODE,
                module.ident.span(),
                format!("a module named `{}` hides the crate of that name", module.ident),
                "Choose another name.",
            );
        }
    }
}

/// `std` instead of `core`, `alloc` or the façade's own name, when that makes the path an accepted one.
fn fix(words: &[String], root: Option<&Ident>, cx: &Context<'_>) -> Option<Edit> {
    let bytes = root?.span().byte_range();
    let edit = Edit { at: bytes.start, end: bytes.end, kind: Kind::Std };
    let mut fixed = words.to_vec();
    *fixed.first_mut()? = "std".to_owned();
    (fixed.len() > 1 && edit.fits(cx.text) && super::judge_path(&fixed, false, cx.names).is_none()).then_some(edit)
}

/// Judges the beginning of a path.
pub(crate) fn judge(path: &[String], leading: bool, names: &Names) -> Option<Refusal> {
    let root = path.first()?.as_str();
    let known = if leading {
        names.is_crate(root)
    } else {
        matches!(root, "crate" | "self" | "super" | "Self")
            || names.is_crate(root)
            || !POLICY.never.contains(root) && (BUILT_IN.contains(&root) || root.starts_with(char::is_uppercase) || names.is_local(root))
    };
    if known {
        return None;
    }
    let shown: String = root.chars().take(60).collect();
    let shelved = POLICY.crates.iter().find(|c| c.module == root && c.group == crate::Group::Shelf);
    let undeclared = shelved.map(|c| format!("Name it in `Cargo.toml`: `{} = \"{}\"` under `[dependencies]`.", c.name, c.version));
    let hint = undeclared.or_else(|| POLICY.crate_hints.get(root).cloned()).unwrap_or_else(|| {
        let crates = names.crates();
        format!(
            "Paths begin with `std`, {}, `crate`, or a name that the feature defines or imports.",
            crates.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ")
        )
    });
    Some(Refusal { code: CODE, message: format!("`{shown}` is not a crate that a feature may use, nor a name of this feature"), hint })
}
