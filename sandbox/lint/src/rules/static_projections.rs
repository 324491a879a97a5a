//! K020: a function that takes a type's associated type as an argument and only the type itself, not the associated one,
//! is bounded by 'static (rust-lang/rust 84366): the compiler wrongly concludes that the argument is 'static too. The
//! argument may hide in a struct that holds it, in `Peekable`, or behind `Self`; the bound in `Any`, or in a trait.

use crate::{
    Finding,
    names::Names,
    parse::Parsed,
    walk::{Context, Rule},
};
use std::collections::{BTreeMap, BTreeSet};
use syn::{
    Fields, FnArg, GenericArgument, Generics, Item, ItemImpl, ItemTrait, PathArguments, Signature, TraitItem, Type, TypeParamBound,
    TypePath, WherePredicate,
    ext::IdentExt,
    punctuated::Punctuated,
    spanned::Spanned,
    visit::{self, Visit},
};

const CODE: &str = "K020";
/// Types of the standard library that hold a value of their parameter's associated type, which can be put in from outside.
const HOLDERS: [&str; 1] = ["Peekable"];

#[derive(Default)]
pub(crate) struct StaticProjections {
    /// Types of the crate that hold a value of a parameter's associated type, and [`HOLDERS`].
    holders: BTreeSet<String>,
    /// Traits that only types without borrowed data have.
    statics: BTreeSet<String>,
    /// Types of the crate with a parameter bounded by 'static: an argument of theirs implies that bound.
    demanding: BTreeSet<String>,
}

impl Rule for StaticProjections {
    fn prepare(&mut self, files: &[Parsed<'_>], names: &Names, _findings: &mut Vec<Finding>) {
        let mut seen = Seen::default();
        files.iter().for_each(|f| seen.visit_file(&f.tree));
        self.holders = seen.holders;
        self.holders.extend(HOLDERS.map(str::to_owned));
        self.statics.insert("Any".to_owned());
        self.demanding = seen.demanding;
        loop {
            let before = self.holders.len() + self.statics.len() + self.demanding.len();
            for (name, mentioned) in &seen.mentions {
                if mentioned.iter().any(|m| means(&self.holders, m, names)) {
                    self.holders.insert(name.clone());
                }
                if mentioned.iter().any(|m| means(&self.demanding, m, names)) {
                    self.demanding.insert(name.clone());
                }
            }
            for (name, bounds) in &seen.traits {
                if self.is_static(bounds, names) {
                    self.statics.insert(name.clone());
                }
            }
            if self.holders.len() + self.statics.len() + self.demanding.len() == before {
                break;
            }
        }
    }

    fn signature(&mut self, signature: &Signature, owner: Option<&ItemImpl>, cx: &mut Context<'_>) {
        let mut bounds = Bounds::default();
        for generics in std::iter::once(&signature.generics).chain(owner.map(|o| &o.generics)) {
            self.collect(generics, cx.names, &mut bounds);
        }
        let parameters = signature.generics.type_params().chain(owner.iter().flat_map(|o| o.generics.type_params()));
        let mut implied = Implied { demanding: &self.demanding, names: cx.names, words: BTreeSet::new() };
        signature.inputs.iter().for_each(|input| implied.visit_fn_arg(input));
        bounds.parameters.extend(parameters.map(|p| p.ident.to_string()).filter(|p| implied.words.contains(p)));
        let receiver = signature.receiver().and(owner).map(|owner| &*owner.self_ty);
        self.judge(signature, receiver, &bounds, cx);
    }

    fn item(&mut self, item: &Item, cx: &mut Context<'_>) {
        let Item::Trait(item) = item else { return };
        let own = Self::trait_bounds(item);
        if !self.is_static(&own, cx.names) {
            return;
        }
        for item in &item.items {
            let TraitItem::Fn(function) = item else { continue };
            let mut bounds = Bounds::default();
            bounds.parameters.insert("Self".to_owned());
            self.collect(&function.sig.generics, cx.names, &mut bounds);
            self.judge(&function.sig, None, &bounds, cx);
        }
    }
}

#[derive(Default)]
struct Bounds {
    /// Type parameters bounded by 'static.
    parameters: BTreeSet<String>,
    /// Projections that are said to be, as their tokens.
    projections: BTreeSet<String>,
}

impl StaticProjections {
    fn judge(&self, signature: &Signature, receiver: Option<&Type>, bounds: &Bounds, cx: &mut Context<'_>) {
        if bounds.parameters.is_empty() {
            return;
        }
        let typed = signature.inputs.iter().filter_map(|input| if let FnArg::Typed(input) = input { Some(&*input.ty) } else { None });
        for ty in typed.chain(receiver) {
            let mut found = Projections { of: bounds, holders: &self.holders, names: cx.names, first: None };
            found.visit_type(ty);
            if let Some(parameter) = found.first {
                let message = format!(
                    "this argument is only 'static if what `{parameter}` names is, and only `{parameter}` is said to be: a compiler bug makes that unsound"
                );
                let hint = format!("State it, such as `{parameter}::Item: 'static`, or drop the bound `{parameter}: 'static`.");
                cx.refuse(CODE, ty.span(), message, hint);
            }
        }
    }

    fn is_static(&self, bounds: &[TypeParamBound], names: &Names) -> bool {
        bounds.iter().any(|bound| match bound {
            TypeParamBound::Lifetime(lifetime) => lifetime.ident == "static",
            TypeParamBound::Trait(bound) => {
                bound.path.segments.last().is_some_and(|last| means(&self.statics, &last.ident.unraw().to_string(), names))
            }
            _ => false,
        })
    }

    fn collect(&self, generics: &Generics, names: &Names, bounds: &mut Bounds) {
        let list = |bounds: &Punctuated<TypeParamBound, syn::Token![+]>| bounds.iter().cloned().collect::<Vec<_>>();
        let of_parameters = generics.type_params().filter(|p| self.is_static(&list(&p.bounds), names));
        bounds.parameters.extend(of_parameters.map(|p| p.ident.to_string()));
        for predicate in generics.where_clause.iter().flat_map(|w| &w.predicates) {
            let WherePredicate::Type(predicate) = predicate else { continue };
            if !self.is_static(&list(&predicate.bounds), names) {
                continue;
            }
            match &predicate.bounded_ty {
                Type::Path(path) if path.qself.is_none() && path.path.get_ident().is_some() => {
                    bounds.parameters.extend(path.path.get_ident().map(ToString::to_string));
                }
                other => {
                    bounds.projections.insert(quote::ToTokens::to_token_stream(other).to_string());
                }
            }
        }
    }

    /// Supertraits, in front of and behind `where`.
    fn trait_bounds(item: &ItemTrait) -> Vec<TypeParamBound> {
        let of_self = item.generics.where_clause.iter().flat_map(|w| &w.predicates).filter_map(|p| match p {
            WherePredicate::Type(p) if matches!(&p.bounded_ty, Type::Path(path) if path.path.is_ident("Self")) => Some(&p.bounds),
            _ => None,
        });
        std::iter::once(&item.supertraits).chain(of_self).flatten().cloned().collect()
    }
}

/// Whether a name, or what an import makes of it, is among these.
fn means(among: &BTreeSet<String>, name: &str, names: &Names) -> bool {
    names.known_as(name).iter().any(|name| among.contains(name))
}

/// What the crate's types hold and its traits ask.
#[derive(Default)]
struct Seen {
    holders: BTreeSet<String>,
    demanding: BTreeSet<String>,
    /// Last words of the paths in a type of the crate.
    mentions: BTreeMap<String, BTreeSet<String>>,
    traits: Vec<(String, Vec<TypeParamBound>)>,
}

impl Seen {
    fn holds<'a>(&mut self, name: &syn::Ident, generics: &Generics, types: impl Iterator<Item = &'a Type>) {
        let parameters: BTreeSet<String> = generics.type_params().map(|p| p.ident.to_string()).collect();
        let name = name.unraw().to_string();
        for ty in types {
            let mut held = Held { parameters: &parameters, projects: false, words: self.mentions.entry(name.clone()).or_default() };
            held.visit_type(ty);
            if held.projects {
                self.holders.insert(name.clone());
            }
        }
    }
}

impl<'a> Visit<'a> for Seen {
    fn visit_item(&mut self, item: &'a Item) {
        let types = |fields: &'a Fields| fields.iter().map(|field| &field.ty);
        let demands = |generics: &Generics| {
            let of_where = generics.where_clause.iter().flat_map(|w| &w.predicates).filter_map(|p| match p {
                WherePredicate::Type(p) => Some(&p.bounds),
                _ => None,
            });
            let bounds = generics.type_params().map(|p| &p.bounds).chain(of_where).flatten();
            bounds.into_iter().any(|b| matches!(b, TypeParamBound::Lifetime(lifetime) if lifetime.ident == "static"))
        };
        match item {
            Item::Struct(syn::ItemStruct { ident, generics, .. }) | Item::Enum(syn::ItemEnum { ident, generics, .. })
                if demands(generics) =>
            {
                self.demanding.insert(ident.unraw().to_string());
            }
            _ => {}
        }
        match item {
            Item::Struct(i) => self.holds(&i.ident, &i.generics, types(&i.fields)),
            Item::Enum(i) => self.holds(&i.ident, &i.generics, i.variants.iter().flat_map(|v| types(&v.fields))),
            Item::Type(i) => self.holds(&i.ident, &i.generics, std::iter::once(&*i.ty)),
            Item::Trait(i) => self.traits.push((i.ident.unraw().to_string(), StaticProjections::trait_bounds(i))),
            _ => {}
        }
        visit::visit_item(self, item);
    }
}

/// The words inside `&'static …`, and in arguments of types that demand 'static.
struct Implied<'i> {
    demanding: &'i BTreeSet<String>,
    names: &'i Names,
    words: BTreeSet<String>,
}

impl Implied<'_> {
    fn inside(&mut self, ty: &Type) {
        Held { parameters: &BTreeSet::new(), projects: false, words: &mut self.words }.visit_type(ty);
    }
}

impl<'a> Visit<'a> for Implied<'_> {
    fn visit_type_reference(&mut self, reference: &'a syn::TypeReference) {
        if reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static") {
            self.inside(&reference.elem);
        }
        visit::visit_type_reference(self, reference);
    }
    fn visit_type_path(&mut self, ty: &'a TypePath) {
        if let Some(last) = ty.path.segments.last()
            && means(self.demanding, &last.ident.unraw().to_string(), self.names)
        {
            visit_arguments(&last.arguments, |ty| self.inside(ty));
        }
        visit::visit_type_path(self, ty);
    }
}

fn visit_arguments(arguments: &PathArguments, mut show: impl FnMut(&Type)) {
    if let PathArguments::AngleBracketed(arguments) = arguments {
        arguments.args.iter().for_each(|a| {
            if let GenericArgument::Type(ty) = a {
                show(ty)
            }
        });
    }
}

struct Held<'h> {
    parameters: &'h BTreeSet<String>,
    projects: bool,
    words: &'h mut BTreeSet<String>,
}

impl<'a> Visit<'a> for Held<'_> {
    fn visit_type_path(&mut self, ty: &'a TypePath) {
        let first = ty.path.segments.first().map(|s| s.ident.to_string()).unwrap_or_default();
        self.projects |= ty.qself.is_some() || ty.path.segments.len() > 1 && self.parameters.contains(&first);
        self.words.extend(ty.path.segments.last().map(|s| s.ident.unraw().to_string()));
        visit::visit_type_path(self, ty);
    }
}

struct Projections<'p> {
    of: &'p Bounds,
    holders: &'p BTreeSet<String>,
    names: &'p Names,
    first: Option<String>,
}

impl Projections<'_> {
    /// A parameter that is given to a type which holds its associated type.
    fn held(&self, ty: &TypePath) -> Option<String> {
        let last = ty.path.segments.last()?;
        if !means(self.holders, &last.ident.unraw().to_string(), self.names) {
            return None;
        }
        let mut words = BTreeSet::new();
        let mut mentioned = Held { parameters: &BTreeSet::new(), projects: false, words: &mut words };
        visit_arguments(&last.arguments, |ty| mentioned.visit_type(ty));
        self.of.parameters.iter().find(|p| words.contains(*p)).filter(|p| !self.stated(p)).cloned()
    }

    /// Whether every projection of a parameter is probably said to be 'static: one is.
    fn stated(&self, parameter: &str) -> bool {
        self.of.projections.iter().any(|p| p.starts_with(&format!("{parameter} ::")) || p.starts_with(&format!("< {parameter} ")))
    }
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
        if let Some(parameter) = subject.filter(|s| self.of.parameters.contains(s))
            && !self.of.projections.contains(&quote::ToTokens::to_token_stream(ty).to_string())
        {
            self.first.get_or_insert(parameter);
        }
        if let Some(parameter) = self.held(ty) {
            self.first.get_or_insert(parameter);
        }
        visit::visit_type_path(self, ty);
    }
}
