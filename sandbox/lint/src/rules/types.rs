//! What a type says about lifetimes: which it names, and which it implies to outlive one another.

use std::collections::BTreeSet;
use syn::{
    CapturedParam, GenericArgument, Generics, Lifetime, PathArguments, ReturnType, Type, TypeParamBound, WherePredicate, ext::IdentExt,
    visit::Visit,
};

/// A lifetime by its name without the quote; an elided one by a name that no program can write.
pub(super) type Region = String;

pub(super) const STATIC: &str = "static";
/// The lifetime of `&self`.
pub(super) const RECEIVER: &str = "&self";

/// A type parameter among regions: marked, because a lifetime may have the same name.
pub(super) fn parameter(name: &str) -> Region {
    format!("{PARAMETER}{name}")
}

pub(super) const PARAMETER: &str = "type ";

/// What one type says.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Lifetimes and type parameters it names, each with where it stands.
    pub(super) named: Vec<Named>,
    /// That the type is well formed implies that `inner` outlives `outer`.
    pub(super) implied: Vec<Implied>,
    /// What stands behind `&mut`: nothing can be implied there, but values can leave through it.
    pub(super) behind_mut: BTreeSet<Region>,
    /// Lifetimes in `dyn Trait + 'a` and `impl Trait + 'a`.
    pub(super) objects: BTreeSet<Region>,
    /// What stands in the arguments of a path, of a `dyn` or of a function type: a `Cell`, a trait's method or a callback may
    /// take values of that lifetime in, even behind `&`.
    pub(super) sinks: BTreeSet<Region>,
    /// Lifetimes given to types of the feature that hold trait objects.
    pub(super) holders: BTreeSet<Region>,
    /// Two lifetimes among the arguments of one path.
    pub(super) joined: BTreeSet<(Region, Region)>,
}

/// A lifetime or type parameter at its place.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) region: Region,
    /// The nodes of the type around it.
    pub(super) inside: BTreeSet<usize>,
    /// The lifetimes of the shared references around it.
    pub(super) behind: BTreeSet<Region>,
}

/// An implied bound, and the node of the type that implies it.
#[derive(Clone, Debug)]
pub(super) struct Implied {
    pub(super) inner: Region,
    pub(super) outer: Region,
    pub(super) node: usize,
}

/// How to read the names of a type.
#[derive(Default)]
pub(super) struct Reading {
    /// Type parameters in scope.
    pub(super) parameters: BTreeSet<String>,
    /// What `Self` names.
    pub(super) own: Part,
    /// Types of the feature that hold trait objects.
    pub(super) object_types: BTreeSet<String>,
    /// What an elided lifetime is: fresh each time, or this.
    pub(super) elided: Option<Region>,
    fresh: usize,
    nodes: usize,
}

impl Reading {
    fn region(&mut self, lifetime: Option<&Lifetime>) -> Region {
        match lifetime {
            Some(lifetime) if lifetime.ident != "_" => lifetime.ident.to_string(),
            _ => self.elided.clone().unwrap_or_else(|| {
                self.fresh += 1;
                format!("_{}", self.fresh)
            }),
        }
    }

    fn node(&mut self) -> usize {
        self.nodes += 1;
        self.nodes
    }

    /// A shared reference around something.
    pub(super) fn behind(&mut self, outer: Region, mut inner: Part) -> Part {
        let node = self.node();
        for named in &mut inner.named {
            inner.implied.push(Implied { inner: named.region.clone(), outer: outer.clone(), node });
            named.inside.insert(node);
            named.behind.insert(outer.clone());
        }
        inner.name(outer);
        inner
    }

    /// A mutable reference around something: nothing in it can be implied, because nothing in it varies.
    pub(super) fn behind_mut(&mut self, outer: Region, mut inner: Part) -> Part {
        inner.implied.clear();
        inner.behind_mut.extend(inner.named.iter().map(|n| n.region.clone()));
        inner.name(outer);
        inner
    }

    /// What a type says.
    pub(super) fn part(&mut self, ty: &Type) -> Part {
        let mut part = Part::default();
        match ty {
            Type::Reference(reference) => {
                let outer = self.region(reference.lifetime.as_ref());
                let inner = self.part(&reference.elem);
                part = if reference.mutability.is_some() { self.behind_mut(outer, inner) } else { self.behind(outer, inner) };
            }
            Type::Tuple(tuple) => tuple.elems.iter().for_each(|t| part.add(self.part(t))),
            Type::Paren(inner) => part = self.part(&inner.elem),
            Type::Group(inner) => part = self.part(&inner.elem),
            Type::Array(inner) => part = self.part(&inner.elem),
            Type::Slice(inner) => part = self.part(&inner.elem),
            Type::Ptr(inner) => part = self.part(&inner.elem),
            Type::Path(path) => {
                if let Some(qself) = &path.qself {
                    let mut inner = self.part(&qself.ty);
                    inner.sink();
                    part.add(inner);
                }
                if path.qself.is_none() && path.path.segments.len() == 1 {
                    let ident = path.path.segments[0].ident.to_string();
                    if ident == "Self" {
                        part.add(self.own.clone());
                    } else if self.parameters.contains(&ident) {
                        part.name(parameter(&ident));
                    }
                }
                self.path(&path.path, &mut part);
            }
            Type::TraitObject(object) => self.bounds(object.bounds.iter(), &mut part),
            Type::ImplTrait(object) => self.bounds(object.bounds.iter(), &mut part),
            Type::FnPtr(pointer) => {
                pointer.inputs.iter().for_each(|i| part.add(self.part(&i.ty)));
                part.add(self.output(&pointer.output));
                part.sink();
            }
            _ => {}
        }
        part
    }

    fn path(&mut self, path: &syn::Path, part: &mut Part) {
        for segment in &path.segments {
            match &segment.arguments {
                PathArguments::AngleBracketed(arguments) => {
                    let node = self.node();
                    let mut direct: Vec<Region> = Vec::new();
                    let mut inner = Part::default();
                    for argument in &arguments.args {
                        match argument {
                            GenericArgument::Lifetime(lifetime) => direct.push(self.region(Some(lifetime))),
                            GenericArgument::Type(ty) => inner.add(self.part(ty)),
                            GenericArgument::AssocType(assoc) => inner.add(self.part(&assoc.ty)),
                            _ => {}
                        }
                    }
                    // A type with a lifetime argument may imply a bound between it and every other argument.
                    let others: Vec<Region> = direct.iter().cloned().chain(inner.named.iter().map(|n| n.region.clone())).collect();
                    for one in &direct {
                        for other in others.iter().filter(|o| *o != one) {
                            part.implied.push(Implied { inner: one.clone(), outer: other.clone(), node });
                            part.implied.push(Implied { inner: other.clone(), outer: one.clone(), node });
                        }
                        for other in direct.iter().filter(|o| *o != one) {
                            part.joined.insert((one.clone(), other.clone()));
                        }
                    }
                    if self.object_types.contains(&segment.ident.unraw().to_string()) {
                        inner.holders.extend(direct.iter().cloned());
                    }
                    direct.into_iter().for_each(|region| inner.name(region));
                    inner.sink();
                    for named in &mut inner.named {
                        named.inside.insert(node);
                    }
                    part.add(inner);
                }
                PathArguments::Parenthesized(arguments) => {
                    let mut inner = Part::default();
                    arguments.inputs.iter().for_each(|i| inner.add(self.part(&i.ty)));
                    inner.add(self.output(&arguments.output));
                    inner.sink();
                    part.add(inner);
                }
                PathArguments::None => {}
            }
        }
    }

    fn bounds<'a>(&mut self, bounds: impl Iterator<Item = &'a TypeParamBound>, part: &mut Part) {
        for bound in bounds {
            match bound {
                TypeParamBound::Lifetime(lifetime) => {
                    let region = self.region(Some(lifetime));
                    part.objects.insert(region.clone());
                    part.name(region);
                }
                TypeParamBound::Trait(bound) => self.path(&bound.path, part),
                TypeParamBound::PreciseCapture(captured) => {
                    for one in &captured.params {
                        if let CapturedParam::Lifetime(lifetime) = one {
                            let region = self.region(Some(lifetime));
                            part.name(region);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The part of what a function gives.
    pub(super) fn output(&mut self, output: &ReturnType) -> Part {
        match output {
            ReturnType::Type(_, ty) => self.part(ty),
            ReturnType::Default => Part::default(),
        }
    }
}

impl Part {
    fn name(&mut self, region: Region) {
        self.named.push(Named { region, inside: BTreeSet::new(), behind: BTreeSet::new() });
    }

    fn sink(&mut self) {
        self.sinks.extend(self.named.iter().map(|n| n.region.clone()));
    }

    /// Whether it names this lifetime or type parameter.
    pub(super) fn mentions(&self, region: &str) -> bool {
        self.named.iter().any(|n| n.region == region)
    }

    /// Whether something beside the witness of a bound takes values of this lifetime in.
    pub(super) fn takes(&self, region: &str, witness: usize) -> bool {
        self.sinks.contains(region) && self.named.iter().any(|n| n.region == region && !n.inside.contains(&witness))
    }

    pub(super) fn add(&mut self, other: Part) {
        self.named.extend(other.named);
        self.implied.extend(other.implied);
        self.behind_mut.extend(other.behind_mut);
        self.objects.extend(other.objects);
        self.sinks.extend(other.sinks);
        self.holders.extend(other.holders);
        self.joined.extend(other.joined);
    }
}

/// The lifetimes that are named anywhere inside something.
#[derive(Default)]
pub(super) struct Lifetimes(pub(super) BTreeSet<Region>);

impl<'a> Visit<'a> for Lifetimes {
    fn visit_lifetime(&mut self, lifetime: &'a Lifetime) {
        self.0.insert(lifetime.ident.to_string());
    }
}

/// Bounds that generics state: `(longer, shorter)`, and every lifetime that a bound of a type mentions.
pub(super) fn stated(generics: &Generics) -> (BTreeSet<(Region, Region)>, BTreeSet<Region>) {
    let mut outlives = BTreeSet::new();
    let mut mentioned = Lifetimes::default();
    let mut bounds = |longer: &str, list: &mut dyn Iterator<Item = &TypeParamBound>| {
        for bound in list {
            match bound {
                TypeParamBound::Lifetime(shorter) => {
                    outlives.insert((longer.to_owned(), shorter.ident.to_string()));
                }
                other => mentioned.visit_type_param_bound(other),
            }
        }
    };
    for one in generics.type_params() {
        bounds(&parameter(&one.ident.to_string()), &mut one.bounds.iter());
    }
    let mut lifetimes = BTreeSet::new();
    for one in generics.lifetimes() {
        lifetimes.extend(one.bounds.iter().map(|shorter| (one.lifetime.ident.to_string(), shorter.ident.to_string())));
    }
    for predicate in generics.where_clause.iter().flat_map(|w| &w.predicates) {
        match predicate {
            WherePredicate::Lifetime(p) => {
                lifetimes.extend(p.bounds.iter().map(|shorter| (p.lifetime.ident.to_string(), shorter.ident.to_string())))
            }
            WherePredicate::Type(p) => {
                let name =
                    if let Type::Path(path) = &p.bounded_ty { path.path.get_ident().map(|i| parameter(&i.to_string())) } else { None };
                bounds(&name.unwrap_or_default(), &mut p.bounds.iter());
            }
            _ => {}
        }
    }
    outlives.extend(lifetimes);
    (outlives, mentioned.0)
}
