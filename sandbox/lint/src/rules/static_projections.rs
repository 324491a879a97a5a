//! K020: a function that takes a type's associated type as an argument and only the type itself, not the associated one,
//! is bounded by 'static (rust-lang/rust 84366): the compiler wrongly concludes that the argument is 'static too.

use crate::walk::{Context, Rule};
use std::collections::BTreeSet;
use syn::{
    FnArg, Generics, ItemImpl, Signature, Type, TypeParamBound, TypePath, WherePredicate,
    spanned::Spanned,
    visit::{self, Visit},
};

const CODE: &str = "K020";

pub(crate) struct StaticProjections;

impl Rule for StaticProjections {
    fn signature(&mut self, signature: &Signature, owner: Option<&ItemImpl>, cx: &mut Context<'_>) {
        let mut bounded = BTreeSet::new();
        let mut projected = BTreeSet::new();
        for generics in std::iter::once(&signature.generics).chain(owner.map(|o| &o.generics)) {
            collect(generics, &mut bounded, &mut projected);
        }
        if bounded.is_empty() {
            return;
        }
        for input in &signature.inputs {
            let FnArg::Typed(input) = input else { continue };
            let mut found = Projections { of: &bounded, stated: &projected, first: None };
            found.visit_type(&input.ty);
            if let Some(parameter) = found.first {
                let message = format!(
                    "this argument is only 'static if what `{parameter}` names is, and only `{parameter}` is said to be: a compiler bug makes that unsound"
                );
                cx.refuse(
                    CODE,
                    input.ty.span(),
                    message,
                    format!("State it, such as `{parameter}::Item: 'static`, or drop the bound `{parameter}: 'static`."),
                );
            }
        }
    }
}

/// Type parameters bounded by 'static, and projections that are, as their tokens.
fn collect(generics: &Generics, parameters: &mut BTreeSet<String>, projections: &mut BTreeSet<String>) {
    fn is_static<'a>(mut bounds: impl Iterator<Item = &'a TypeParamBound>) -> bool {
        bounds.any(|b| matches!(b, TypeParamBound::Lifetime(l) if l.ident == "static"))
    }
    parameters.extend(generics.type_params().filter(|p| is_static(p.bounds.iter())).map(|p| p.ident.to_string()));
    for predicate in generics.where_clause.iter().flat_map(|w| &w.predicates) {
        let WherePredicate::Type(predicate) = predicate else { continue };
        if !is_static(predicate.bounds.iter()) {
            continue;
        }
        match &predicate.bounded_ty {
            Type::Path(path) if path.qself.is_none() && path.path.get_ident().is_some() => {
                parameters.extend(path.path.get_ident().map(ToString::to_string));
            }
            other => {
                projections.insert(quote::ToTokens::to_token_stream(other).to_string());
            }
        }
    }
}

struct Projections<'p> {
    of: &'p BTreeSet<String>,
    stated: &'p BTreeSet<String>,
    first: Option<String>,
}

impl<'a> Visit<'a> for Projections<'_> {
    fn visit_type_path(&mut self, ty: &'a TypePath) {
        let subject = match &ty.qself {
            Some(qself) => match &*qself.ty {
                Type::Path(inner) => inner.path.get_ident().map(ToString::to_string),
                _ => None,
            },
            None if ty.path.segments.len() > 1 => ty.path.segments.first().map(|s| s.ident.to_string()),
            None => None,
        };
        if let Some(parameter) = subject.filter(|s| self.of.contains(s))
            && !self.stated.contains(&quote::ToTokens::to_token_stream(ty).to_string())
        {
            self.first.get_or_insert(parameter);
        }
        visit::visit_type_path(self, ty);
    }
}
