//! K013: what rust-lang/rust 57893 and its relatives need to turn any value into any other: a blanket `impl` over unsized
//! types that sets an associated type, trait objects that set one, and ways to write either in disguise. And what 152607
//! needs to copy any value: a supertrait with a bound on its associated type.

use crate::{
    Finding,
    names::Names,
    parse::Parsed,
    walk::{Context, Rule},
};
use std::collections::{BTreeMap, BTreeSet};
use syn::{
    GenericArgument, Generics, ImplItem, Item, ItemImpl, ItemTrait, ItemType, Path, PathArguments, TraitBound, Type, TypeParamBound,
    WherePredicate,
    ext::IdentExt,
    spanned::Spanned,
    visit::{self, Visit},
};

const CODE: &str = "K013";
/// Traits of the standard library whose associated types trait objects may set: their own blanket impls are known.
const STANDARD: [&str; 8] = ["Iterator", "DoubleEndedIterator", "ExactSizeIterator", "FusedIterator", "Future", "Fn", "FnMut", "FnOnce"];

#[derive(Default)]
pub(crate) struct ObjectProjections {
    /// Traits of the crate that stand behind a `dyn`, and their supertraits.
    objects: BTreeSet<String>,
    /// Aliases of the crate for types that hold a function's type with references.
    functions: BTreeSet<String>,
}

impl Rule for ObjectProjections {
    fn prepare(&mut self, files: &[Parsed<'_>], names: &Names, _findings: &mut Vec<Finding>) {
        let mut seen = Objects::default();
        files.iter().for_each(|f| seen.visit_file(&f.tree));
        let mut open: Vec<String> = seen.objects.into_iter().collect();
        while let Some(name) = open.pop() {
            // An import may have given it another name.
            open.extend(names.known_as(&name).into_iter().filter(|n| *n != name && !self.objects.contains(n)));
            if self.objects.insert(name.clone()) {
                open.extend(seen.supertraits.get(&name).into_iter().flatten().cloned());
            }
        }
        loop {
            let before = self.functions.len();
            for (name, ty) in &seen.aliases {
                if holds_function(ty, &self.functions, names) {
                    self.functions.insert(name.clone());
                }
            }
            if self.functions.len() == before {
                break;
            }
        }
    }

    fn item(&mut self, item: &Item, cx: &mut Context<'_>) {
        match item {
            Item::Impl(item) => self.blanket(item, cx),
            Item::Type(item) => alias(item, cx),
            Item::Trait(item) => {
                bounded_supertrait(item, cx);
                self.supertraits(item, cx);
            }
            _ => {}
        }
    }

    fn ty(&mut self, ty: &Type, cx: &mut Context<'_>) {
        let Type::TraitObject(object) = ty else { return };
        for bound in &object.bounds {
            if let TypeParamBound::Trait(bound) = bound
                && sets_associated_type(&bound.path)
                && !is_standard(&bound.path, cx.names)
            {
                let message = "a trait object that sets an associated type is not accepted: a compiler bug can turn it into any other type";
                cx.refuse(CODE, bound.span(), message, "Make the type a parameter of the trait (`dyn Shape<f64>`), or use an enum.");
            }
        }
    }
}

impl ObjectProjections {
    fn supertraits(&self, item: &ItemTrait, cx: &mut Context<'_>) {
        if !self.objects.contains(&item.ident.unraw().to_string()) {
            return;
        }
        for bound in &item.supertraits {
            if let TypeParamBound::Trait(bound) = bound
                && sets_associated_type(&bound.path)
                && !is_standard(&bound.path, cx.names)
            {
                let message = "a supertrait that sets an associated type, of a trait used behind `dyn`, is not accepted: a compiler bug can turn it into any other type";
                cx.refuse(CODE, bound.span(), message, "Make the type a parameter of the trait, or use an enum instead of `dyn`.");
            }
        }
    }
}

impl ObjectProjections {
    /// `impl<T: ?Sized> Trait for T { type … }`, and `impl Trait for fn(&…) { type … }`.
    fn blanket(&self, item: &ItemImpl, cx: &mut Context<'_>) {
        let Some((path, _)) = &item.trait_ else { return };
        if !item.items.iter().any(|i| matches!(i, ImplItem::Type(_) | ImplItem::Const(_))) {
            return;
        }
        let unsized_parameters = unsized_parameters(&item.generics);
        let parameter = bare(&item.self_ty).filter(|name| unsized_parameters.contains(name));
        if parameter.is_some() && item.items.iter().any(|i| matches!(i, ImplItem::Type(_))) {
            let message = "a blanket `impl` over `?Sized` types with an associated type is not accepted: a compiler bug can turn it into any other type";
            cx.refuse(CODE, item.self_ty.span(), message, "Leave out `?Sized`, or give the trait a method instead of the type.");
        }
        let mut functions = Functions { aliases: &self.functions, names: cx.names, found: false };
        functions.visit_type(&item.self_ty);
        functions.visit_path(path);
        if functions.found {
            let message = "an `impl` with an associated type or constant for a function's type with references is not accepted: a compiler bug can mix it up with another";
            cx.refuse(CODE, item.self_ty.span(), message, "Implement it for a struct that holds the function.");
        }
    }
}

/// `trait Sub: Super<Assoc: Copy>`, in front of or behind `where`.
fn bounded_supertrait(item: &ItemTrait, cx: &mut Context<'_>) {
    let of_self = item.generics.where_clause.iter().flat_map(|w| &w.predicates).filter_map(|p| match p {
        WherePredicate::Type(p) if bare(&p.bounded_ty).is_some_and(|name| name == "Self") => Some(&p.bounds),
        _ => None,
    });
    for bound in std::iter::once(&item.supertraits).chain(of_self).flatten() {
        let TypeParamBound::Trait(bound) = bound else { continue };
        let bounds = |s: &syn::PathSegment| match &s.arguments {
            PathArguments::AngleBracketed(arguments) => arguments.args.iter().any(|a| matches!(a, GenericArgument::Constraint(_))),
            _ => false,
        };
        if bound.path.segments.iter().any(bounds) {
            let message = "a supertrait with a bound on its associated type is not accepted: a compiler bug lets trait objects ignore it";
            cx.refuse(CODE, bound.span(), message, "Write the bound on the associated type itself, or on the functions that need it.");
        }
    }
}

/// `type Id<T> = T;` would let a blanket `impl` look like an ordinary one.
fn alias(item: &ItemType, cx: &mut Context<'_>) {
    let parameters: BTreeSet<String> = item.generics.type_params().map(|p| p.ident.to_string()).collect();
    if bare(&item.ty).is_some_and(|name| parameters.contains(&name)) {
        cx.refuse(CODE, item.ty.span(), "a type alias for its own parameter is not accepted", "Write the parameter itself.");
    }
}

fn unsized_parameters(generics: &Generics) -> BTreeSet<String> {
    fn maybe<'a>(mut bounds: impl Iterator<Item = &'a TypeParamBound>) -> bool {
        bounds.any(|b| matches!(b, TypeParamBound::Trait(b) if b.maybe.is_some()))
    }
    let mut found: BTreeSet<String> = generics.type_params().filter(|p| maybe(p.bounds.iter())).map(|p| p.ident.to_string()).collect();
    for predicate in generics.where_clause.iter().flat_map(|w| &w.predicates) {
        if let WherePredicate::Type(p) = predicate
            && maybe(p.bounds.iter())
        {
            found.extend(bare(&p.bounded_ty));
        }
    }
    found
}

/// The name of a type that is one word.
fn bare(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident().map(ToString::to_string),
        Type::Paren(inner) => bare(&inner.elem),
        Type::Group(inner) => bare(&inner.elem),
        _ => None,
    }
}

fn sets_associated_type(path: &Path) -> bool {
    path.segments.iter().any(|s| match &s.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().any(|a| matches!(a, GenericArgument::AssocType(_))),
        PathArguments::Parenthesized(_) => true,
        PathArguments::None => false,
    })
}

/// Whether a trait is certainly one of [`STANDARD`]: no trait or import of the crate's own has that name.
fn is_standard(path: &Path, names: &Names) -> bool {
    let words: Vec<String> = path.segments.iter().map(|s| s.ident.unraw().to_string()).collect();
    let Some(name) = words.last() else { return false };
    STANDARD.contains(&name.as_str())
        && !names.is_defined(name)
        && names.meanings(&words).iter().all(|m| m.last() == Some(name) && (m.len() == 1 || m[0] == "std"))
}

#[derive(Default)]
struct Objects {
    objects: BTreeSet<String>,
    supertraits: BTreeMap<String, Vec<String>>,
    aliases: Vec<(String, Type)>,
}

impl<'a> Visit<'a> for Objects {
    fn visit_type_trait_object(&mut self, object: &'a syn::TypeTraitObject) {
        self.objects.extend(object.bounds.iter().filter_map(last_word));
        visit::visit_type_trait_object(self, object);
    }
    fn visit_item_type(&mut self, item: &'a ItemType) {
        self.aliases.push((item.ident.unraw().to_string(), (*item.ty).clone()));
        visit::visit_item_type(self, item);
    }
    fn visit_item_trait(&mut self, item: &'a ItemTrait) {
        self.supertraits.insert(item.ident.unraw().to_string(), item.supertraits.iter().filter_map(last_word).collect());
        visit::visit_item_trait(self, item);
    }
}

fn last_word(bound: &TypeParamBound) -> Option<String> {
    match bound {
        TypeParamBound::Trait(TraitBound { path, .. }) => path.segments.last().map(|s| s.ident.unraw().to_string()),
        _ => None,
    }
}

fn holds_function(ty: &Type, aliases: &BTreeSet<String>, names: &Names) -> bool {
    let mut functions = Functions { aliases, names, found: false };
    functions.visit_type(ty);
    functions.found
}

/// Whether the type of a function with references stands in a type: a pointer's or `dyn Fn(&…)`.
struct Functions<'f> {
    aliases: &'f BTreeSet<String>,
    names: &'f Names,
    found: bool,
}

impl<'a> Visit<'a> for Functions<'_> {
    fn visit_type_fn_ptr(&mut self, pointer: &'a syn::TypeFnPtr) {
        let mut references = References(false);
        visit::visit_type_fn_ptr(&mut references, pointer);
        self.found |= references.0;
    }
    fn visit_type_trait_object(&mut self, object: &'a syn::TypeTraitObject) {
        for bound in &object.bounds {
            if let TypeParamBound::Trait(bound) = bound
                && (bound.lifetimes.is_some() || bound.path.segments.iter().any(|s| matches!(s.arguments, PathArguments::Parenthesized(_))))
            {
                let mut references = References(false);
                references.visit_path(&bound.path);
                self.found |= references.0;
            }
        }
        visit::visit_type_trait_object(self, object);
    }
    fn visit_path(&mut self, path: &'a Path) {
        let last = path.segments.last().map(|s| s.ident.unraw().to_string()).unwrap_or_default();
        self.found |= self.names.known_as(&last).iter().any(|name| self.aliases.contains(name));
        visit::visit_path(self, path);
    }
}

struct References(bool);

impl<'a> Visit<'a> for References {
    fn visit_type_reference(&mut self, _: &'a syn::TypeReference) {
        self.0 = true;
    }
    fn visit_lifetime(&mut self, _: &'a syn::Lifetime) {
        self.0 = true;
    }
}
