//! K015: traits that pass a lifetime on to a supertrait beside another parameter, and `for<'a, 'b>` bounds with one of the
//! two nested in the other (rust-lang/rust 84591): the compiler then believes a bound that nobody proved.

use super::types::{Lifetimes, Reading};
use crate::walk::{Context, Rule};
use std::collections::BTreeSet;
use syn::{
    GenericArgument, GenericParam, Item, PathArguments, TraitBound, TraitItem, Type, TypeParamBound, WherePredicate, spanned::Spanned,
    visit::Visit,
};

const CODE: &str = "K015";

pub(crate) struct SupertraitLifetimes;

impl Rule for SupertraitLifetimes {
    fn item(&mut self, item: &Item, cx: &mut Context<'_>) {
        let Item::Trait(item) = item else { return };
        let own: BTreeSet<String> = item.generics.lifetimes().map(|l| l.lifetime.ident.to_string()).collect();
        if own.is_empty() || item.generics.params.len() < 2 {
            return;
        }
        let stated = item.generics.where_clause.iter().flat_map(|w| &w.predicates).filter_map(|p| match p {
            WherePredicate::Type(p) if matches!(&p.bounded_ty, Type::Path(path) if path.path.segments.first().is_some_and(|s| s.ident == "Self")) => Some(&p.bounds),
            _ => None,
        });
        let of_types = item.items.iter().filter_map(|i| if let TraitItem::Type(t) = i { Some(&t.bounds) } else { None });
        for bound in std::iter::once(&item.supertraits).chain(stated).chain(of_types).flatten() {
            let TypeParamBound::Trait(bound) = bound else { continue };
            if bound.path.segments.last().is_some_and(|s| matches!(s.arguments, PathArguments::Parenthesized(_))) {
                continue;
            }
            let mut named = Lifetimes::default();
            named.visit_trait_bound(bound);
            if named.0.iter().any(|l| own.contains(l)) {
                let hint = "Drop the lifetime from the traits: give the method a lifetime of its own, or return owned values.";
                cx.refuse(CODE, bound.span(), "a trait that passes a lifetime on to a supertrait, beside another parameter, is not accepted: a compiler bug makes it unsound", hint);
                return;
            }
        }
    }

    fn bound(&mut self, bound: &TraitBound, cx: &mut Context<'_>) {
        let inside: BTreeSet<String> = bound
            .lifetimes
            .iter()
            .flat_map(|b| &b.lifetimes)
            .filter_map(|p| if let GenericParam::Lifetime(l) = p { Some(l.lifetime.ident.to_string()) } else { None })
            .collect();
        if inside.len() < 2 {
            return;
        }
        let mut reading = Reading::default();
        for segment in &bound.path.segments {
            let PathArguments::AngleBracketed(arguments) = &segment.arguments else { continue };
            for argument in &arguments.args {
                let GenericArgument::Type(ty) = argument else { continue };
                if reading.part(ty).implied.iter().any(|i| inside.contains(&i.inner) && inside.contains(&i.outer)) {
                    cx.refuse(
                        CODE,
                        bound.span(),
                        "a `for<…>` bound with one of its lifetimes nested in another is not accepted: a compiler bug makes it unsound",
                        "Use one lifetime, or owned values.",
                    );
                    return;
                }
            }
        }
    }
}
