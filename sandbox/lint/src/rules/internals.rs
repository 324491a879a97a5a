//! K010: names that begin with `__` in paths, imports and calls: the insides of the SDK and of allowed crates, which their
//! macros use and nobody else may.

use super::Refusal;
use crate::{
    names::Leaf,
    walk::{Context, PathPlace, Rule},
};
use proc_macro2::Span;
use syn::{Expr, Member, ext::IdentExt, spanned::Spanned};

const CODE: &str = "K010";
const HINT: &str = "Use the public names of `kandra`; names that begin with `__` are what its macros expand to.";

pub(crate) struct Internals;

impl Rule for Internals {
    fn path(&mut self, path: &syn::Path, _place: PathPlace, cx: &mut Context<'_>) {
        let words: Vec<String> = path.segments.iter().map(|s| s.ident.unraw().to_string()).collect();
        if let Some(refusal) = judge(&words) {
            cx.refuse(CODE, path.span(), refusal.message, refusal.hint);
        }
    }

    fn import(&mut self, _leading: bool, leaf: &Leaf<'_>, cx: &mut Context<'_>) {
        if let Some(refusal) = judge(&leaf.path) {
            let span = leaf.ident.map(proc_macro2::Ident::span).or(leaf.star).unwrap_or_else(Span::call_site);
            cx.refuse(CODE, span, refusal.message, refusal.hint);
        }
    }

    fn expression(&mut self, expression: &Expr, cx: &mut Context<'_>) {
        let name = match expression {
            Expr::MethodCall(call) => &call.method,
            Expr::Field(field) => match &field.member {
                Member::Named(name) => name,
                Member::Unnamed(_) => return,
            },
            _ => return,
        };
        if name.unraw().to_string().starts_with("__") {
            cx.refuse(CODE, name.span(), format!("`{name}` is an inside of the SDK"), HINT);
        }
    }
}

/// Judges a path's segments.
pub(crate) fn judge(path: &[String]) -> Option<Refusal> {
    let name = path.iter().find(|s| s.starts_with("__"))?;
    let shown: String = name.chars().take(60).collect();
    Some(Refusal { code: CODE, message: format!("`{shown}` is an inside of the SDK or of a crate"), hint: HINT.into() })
}
