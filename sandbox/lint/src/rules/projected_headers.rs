//! K016: `impl … for <&'a … as Trait>::Type` (rust-lang/rust 100051): the compiler believes what the unread projection
//! implies about lifetimes; and `impl … for <T as Trait>::Type` of any type (152783), by which a trait can be implemented
//! for its own trait object. A type alias could hide one, so aliases are judged too, under whatever name.

use crate::{
    Finding,
    names::Names,
    parse::Parsed,
    walk::{Context, Rule},
};
use std::collections::{BTreeMap, BTreeSet};
use syn::{
    Item, ItemType, Lifetime, QSelf, TypePath, TypeReference,
    ext::IdentExt,
    spanned::Spanned,
    visit::{self, Visit},
};

const CODE: &str = "K016";
const HINT: &str = "Name the type itself instead of the projection.";

/// Aliases of the crate that stand for a projection.
#[derive(Default)]
pub(crate) struct ProjectedHeaders {
    aliases: BTreeSet<String>,
}

impl Rule for ProjectedHeaders {
    fn prepare(&mut self, files: &[Parsed<'_>], names: &Names, _findings: &mut Vec<Finding>) {
        let mut aliases = Aliases::default();
        files.iter().for_each(|f| aliases.visit_file(&f.tree));
        loop {
            let before = self.aliases.len();
            let known = |name: &String| names.known_as(name).iter().any(|name| self.aliases.contains(name));
            let holding: Vec<String> = aliases
                .0
                .iter()
                .filter(|(_, (projects, mentions))| *projects || mentions.iter().any(known))
                .map(|(name, _)| name.clone())
                .collect();
            self.aliases.extend(holding);
            if self.aliases.len() == before {
                break;
            }
        }
    }

    fn item(&mut self, item: &Item, cx: &mut Context<'_>) {
        let mut found = Projections { aliases: &self.aliases, names: cx.names, only_borrowed: true, first: None };
        match item {
            Item::Impl(item) => {
                found.only_borrowed = false;
                found.visit_type(&item.self_ty);
                found.only_borrowed = true;
                item.trait_.iter().for_each(|(path, _)| found.visit_path(path));
            }
            Item::Type(item) => found.visit_type(&item.ty),
            _ => return,
        }
        if let Some(span) = found.first {
            let place = if matches!(item, Item::Impl(_)) { "an `impl`'s header" } else { "a type alias" };
            cx.refuse(
                CODE,
                span,
                format!("a projection, such as `<A as Trait>::Type`, in {place} is not accepted: a compiler bug makes it unsound"),
                HINT,
            );
        }
    }
}

/// Each alias: whether it holds a projection, and the last words of the paths in it.
#[derive(Default)]
struct Aliases(BTreeMap<String, (bool, BTreeSet<String>)>);

impl<'a> Visit<'a> for Aliases {
    fn visit_item_type(&mut self, item: &'a ItemType) {
        struct Inside<'p>(bool, BTreeSet<String>, &'p BTreeSet<String>);
        impl<'a> Visit<'a> for Inside<'_> {
            fn visit_type_path(&mut self, ty: &'a TypePath) {
                let first = ty.path.segments.first().map(|s| s.ident.unraw().to_string()).unwrap_or_default();
                self.0 |= ty.qself.is_some() || ty.path.segments.len() > 1 && self.2.contains(&first);
                self.1.extend(ty.path.segments.last().map(|s| s.ident.unraw().to_string()));
                visit::visit_type_path(self, ty);
            }
        }
        let parameters = item.generics.type_params().map(|p| p.ident.unraw().to_string()).collect();
        let mut inside = Inside(false, BTreeSet::new(), &parameters);
        inside.visit_type(&item.ty);
        let (projects, mentions) = (inside.0, inside.1);
        self.0.insert(item.ident.unraw().to_string(), (projects, mentions));
    }
}

/// The first projection, or the first whose `<…>` part holds a reference or a lifetime.
struct Projections<'p> {
    aliases: &'p BTreeSet<String>,
    names: &'p Names,
    only_borrowed: bool,
    first: Option<proc_macro2::Span>,
}

impl Projections<'_> {
    fn qself(&mut self, qself: &QSelf, path: &syn::Path) {
        let mut borrowed = Borrowed(false);
        borrowed.visit_type(&qself.ty);
        path.segments.iter().take(qself.position).for_each(|s| borrowed.visit_path_segment(s));
        if borrowed.0 || !self.only_borrowed {
            self.first.get_or_insert(qself.ty.span());
        }
    }

    /// Whether this names an alias of a projection, under its own name or an import's.
    fn is_alias(&self, path: &syn::Path) -> bool {
        let last = path.segments.last().map(|s| s.ident.unraw().to_string()).unwrap_or_default();
        self.names.known_as(&last).iter().any(|name| self.aliases.contains(name))
    }
}

impl<'a> Visit<'a> for Projections<'_> {
    fn visit_type_path(&mut self, ty: &'a TypePath) {
        if let Some(qself) = &ty.qself {
            self.qself(qself, &ty.path);
        } else if self.is_alias(&ty.path) {
            let mut borrowed = Borrowed(false);
            borrowed.visit_path(&ty.path);
            if borrowed.0 || !self.only_borrowed {
                self.first.get_or_insert(ty.path.span());
            }
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
}
