//! K016: `impl … for <&'a … as Trait>::Type` (rust-lang/rust 100051): the compiler believes what the unread projection
//! implies about lifetimes. A type alias could hide one, so aliases are judged too.

use crate::walk::{Context, Rule};
use syn::{
    Item, Lifetime, QSelf, Type, TypePath, TypeReference,
    spanned::Spanned,
    visit::{self, Visit},
};

const CODE: &str = "K016";
const HINT: &str = "Name the type itself instead of the projection.";

pub(crate) struct ProjectedHeaders;

impl Rule for ProjectedHeaders {
    fn item(&mut self, item: &Item, cx: &mut Context<'_>) {
        let mut found = Projections::default();
        match item {
            Item::Impl(item) => {
                found.visit_type(&item.self_ty);
                item.trait_.iter().for_each(|(path, _)| found.visit_path(path));
            }
            Item::Type(item) => found.visit_type(&item.ty),
            _ => return,
        }
        if let Some(span) = found.0 {
            let place = if matches!(item, Item::Impl(_)) { "an `impl`'s header" } else { "a type alias" };
            cx.refuse(
                CODE,
                span,
                format!("a projection from a type with lifetimes in {place} is not accepted: a compiler bug makes it unsound"),
                HINT,
            );
        }
    }
}

/// The first projection whose `<…>` part holds a reference or a lifetime.
#[derive(Default)]
struct Projections(Option<proc_macro2::Span>);

impl Projections {
    fn qself(&mut self, qself: &QSelf, path: &syn::Path) {
        let mut borrowed = Borrowed(false);
        borrowed.visit_type(&qself.ty);
        path.segments.iter().take(qself.position).for_each(|s| borrowed.visit_path_segment(s));
        if borrowed.0 {
            self.0.get_or_insert(qself.ty.span());
        }
    }
}

impl<'a> Visit<'a> for Projections {
    fn visit_type_path(&mut self, ty: &'a TypePath) {
        if let Some(qself) = &ty.qself {
            self.qself(qself, &ty.path);
        }
        visit::visit_type_path(self, ty);
    }
}

struct Borrowed(bool);

impl<'a> Visit<'a> for Borrowed {
    fn visit_type_reference(&mut self, _: &'a TypeReference) {
        self.0 = true;
    }
    fn visit_lifetime(&mut self, _: &'a Lifetime) {
        self.0 = true;
    }
    fn visit_type(&mut self, ty: &'a Type) {
        visit::visit_type(self, ty);
    }
}
