//! K010: names that begin with `__` in paths, imports and calls: the insides of the SDK and of allowed crates, which their
//! macros use and nobody else may.

use super::Refusal;
use crate::{
    names::{Leaf, Names},
    policy::POLICY,
    walk::{Context, PathPlace, Rule},
};
use proc_macro2::Span;
use syn::{Expr, Member, Type, ext::IdentExt, spanned::Spanned};

const CODE: &str = "K010";
const HINT: &str = "Use the public names of `kandra`; names that begin with `__` are what its macros expand to.";

pub(crate) struct Internals;

impl Rule for Internals {
    fn path(&mut self, path: &syn::Path, _place: PathPlace, cx: &mut Context<'_>) {
        let words: Vec<String> = path.segments.iter().map(|s| s.ident.unraw().to_string()).collect();
        if let Some(refusal) = judge(&words, cx.names) {
            cx.refuse(CODE, path.span(), refusal.message, refusal.hint);
        }
    }

    fn import(&mut self, _leading: bool, leaf: &Leaf<'_>, cx: &mut Context<'_>) {
        if let Some(refusal) = judge(&leaf.path, cx.names) {
            let span = leaf.ident.map(proc_macro2::Ident::span).or(leaf.star).unwrap_or_else(Span::call_site);
            cx.refuse(CODE, span, refusal.message, refusal.hint);
        }
    }

    fn ty(&mut self, ty: &Type, cx: &mut Context<'_>) {
        if let Type::Path(path) = ty
            && path.qself.is_some()
        {
            qualified(&path.path, cx);
        }
    }

    fn expression(&mut self, expression: &Expr, cx: &mut Context<'_>) {
        if let Expr::Path(path) = expression
            && path.qself.is_some()
        {
            return qualified(&path.path, cx);
        }
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

/// `<Type>::__name`.
fn qualified(path: &syn::Path, cx: &mut Context<'_>) {
    if let Some(segment) = path.segments.iter().find(|s| s.ident.unraw().to_string().starts_with("__")) {
        cx.refuse(CODE, segment.ident.span(), format!("`{}` is an inside of the SDK", segment.ident), HINT);
    }
}

/// Judges a path's segments, and what they mean through imports.
pub(crate) fn judge(path: &[String], names: &Names) -> Option<Refusal> {
    let inside = path.iter().find(|s| s.starts_with("__")).cloned().or_else(|| {
        let hidden = |meaning: &[String], hidden: &str| {
            let wanted: Vec<&str> = hidden.split("::").collect();
            meaning.windows(wanted.len()).any(|window| window == wanted)
        };
        names.meanings(path).iter().find_map(|meaning| POLICY.hidden.iter().find(|h| hidden(meaning, h)).cloned())
    })?;
    let shown: String = inside.chars().take(60).collect();
    Some(Refusal { code: CODE, message: format!("`{shown}` is an inside of the SDK or of a crate"), hint: HINT.into() })
}
