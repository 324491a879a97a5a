//! What a type says about lifetimes: which it names, and which it implies to outlive one another.

use std::collections::BTreeSet;
use syn::{GenericArgument, Generics, Lifetime, PathArguments, ReturnType, Type, TypeParamBound, WherePredicate, visit::Visit};

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

/// One part of a signature, tuples taken apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Lifetimes and type parameters it names.
    pub(super) mentions: BTreeSet<Region>,
    /// `(outer, inner)`: that the part is well formed implies that inner outlives outer.
    pub(super) implied: BTreeSet<(Region, Region)>,
    /// What stands behind `&mut`: nothing can be implied there, but values can leave through it.
    pub(super) behind_mut: BTreeSet<Region>,
    /// Lifetimes in `dyn Trait + 'a` and `impl Trait + 'a`.
    pub(super) objects: BTreeSet<Region>,
    /// Two lifetimes among the arguments of one path.
    pub(super) joined: BTreeSet<(Region, Region)>,
}

/// How to read the names of a type.
#[derive(Default)]
pub(super) struct Reading {
    /// Type parameters in scope.
    pub(super) parameters: BTreeSet<String>,
    /// What `Self` names.
    pub(super) own: Part,
    /// What an elided lifetime is: fresh each time, or this.
    pub(super) elided: Option<Region>,
    fresh: usize,
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

    /// The parts of a type.
    pub(super) fn parts(&mut self, ty: &Type) -> Vec<Part> {
        match ty {
            Type::Tuple(tuple) => tuple.elems.iter().flat_map(|t| self.parts(t)).collect(),
            Type::Paren(paren) => self.parts(&paren.elem),
            Type::Group(group) => self.parts(&group.elem),
            _ => vec![self.part(ty)],
        }
    }

    /// A type as one part.
    pub(super) fn part(&mut self, ty: &Type) -> Part {
        let mut part = Part::default();
        match ty {
            Type::Reference(reference) => {
                let outer = self.region(reference.lifetime.as_ref());
                let inner = self.part(&reference.elem);
                part.behind_mut.clone_from(&inner.behind_mut);
                part.objects.clone_from(&inner.objects);
                part.joined.clone_from(&inner.joined);
                if reference.mutability.is_some() {
                    part.behind_mut.extend(inner.mentions.iter().cloned());
                } else {
                    part.implied.clone_from(&inner.implied);
                    part.implied.extend(inner.mentions.iter().map(|m| (outer.clone(), m.clone())));
                }
                part.mentions = inner.mentions;
                part.mentions.insert(outer);
            }
            Type::Tuple(tuple) => tuple.elems.iter().for_each(|t| part.add(self.part(t))),
            Type::Paren(inner) => part = self.part(&inner.elem),
            Type::Group(inner) => part = self.part(&inner.elem),
            Type::Array(inner) => part = self.part(&inner.elem),
            Type::Slice(inner) => part = self.part(&inner.elem),
            Type::Ptr(inner) => part = self.part(&inner.elem),
            Type::Path(path) => {
                if let Some(qself) = &path.qself {
                    part.add(self.part(&qself.ty));
                }
                if path.qself.is_none() && path.path.segments.len() == 1 {
                    let ident = path.path.segments[0].ident.to_string();
                    if ident == "Self" {
                        part.add(self.own.clone());
                    } else if self.parameters.contains(&ident) {
                        part.mentions.insert(parameter(&ident));
                    }
                }
                self.path(&path.path, &mut part);
            }
            Type::TraitObject(object) => self.bounds(object.bounds.iter(), &mut part),
            Type::ImplTrait(object) => self.bounds(object.bounds.iter(), &mut part),
            Type::FnPtr(pointer) => {
                // What it takes and gives is judged as a signature of its own.
                let mut named = Lifetimes::default();
                named.visit_type_fn_ptr(pointer);
                part.mentions.extend(named.0);
            }
            _ => {}
        }
        part
    }

    fn path(&mut self, path: &syn::Path, part: &mut Part) {
        for segment in &path.segments {
            match &segment.arguments {
                PathArguments::AngleBracketed(arguments) => {
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
                    for one in &direct {
                        for other in direct.iter().chain(&inner.mentions).filter(|o| *o != one) {
                            part.implied.insert((one.clone(), other.clone()));
                            part.implied.insert((other.clone(), one.clone()));
                        }
                        for other in direct.iter().filter(|o| *o != one) {
                            part.joined.insert((one.clone(), other.clone()));
                        }
                    }
                    part.mentions.extend(direct);
                    part.add(inner);
                }
                PathArguments::Parenthesized(arguments) => {
                    let mut named = Lifetimes::default();
                    named.visit_parenthesized_generic_arguments(arguments);
                    part.mentions.extend(named.0);
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
                    part.mentions.insert(region);
                }
                TypeParamBound::Trait(bound) => self.path(&bound.path, part),
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
    fn add(&mut self, other: Part) {
        self.mentions.extend(other.mentions);
        self.implied.extend(other.implied);
        self.behind_mut.extend(other.behind_mut);
        self.objects.extend(other.objects);
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
