//! K014: functions whose signature only implies that one lifetime outlives another, takes data of the one, and gives it out
//! as the other (rust-lang/rust 25860, 118876). Through a function pointer the implied bound is forgotten, and a reference
//! outlives what it points to. Writing the bound down makes the same function sound.

use super::types::{PARAMETER, Part, RECEIVER, Reading, STATIC, stated};
use crate::walk::{Context, Rule};
use proc_macro2::Span;
use std::collections::BTreeSet;
use syn::{
    BoundLifetimes, FnArg, GenericParam, ItemImpl, NamedArg, PathArguments, ReceiverKind, ReturnType, Signature, TraitBound, Type,
    spanned::Spanned,
};

const CODE: &str = "K014";

pub(crate) struct LifetimeExtension;

impl Rule for LifetimeExtension {
    fn signature(&mut self, signature: &Signature, owner: Option<&ItemImpl>, cx: &mut Context<'_>) {
        let mut reading = Reading::default();
        let (mut outlives, mut bounds) = stated(&signature.generics);
        reading.parameters = signature.generics.type_params().map(|p| p.ident.to_string()).collect();
        if let Some(owner) = owner {
            let (more, mentioned) = stated(&owner.generics);
            outlives.extend(more);
            bounds.extend(mentioned);
            reading.parameters.extend(owner.generics.type_params().map(|p| p.ident.to_string()));
            reading.own = reading.part(&owner.self_ty);
        }
        let mut parts = Vec::new();
        for input in &signature.inputs {
            match input {
                FnArg::Typed(input) => parts.extend(reading.parts(&input.ty)),
                FnArg::Receiver(receiver) => match &receiver.kind {
                    ReceiverKind::Value => parts.push(reading.own.clone()),
                    ReceiverKind::Reference(_, lifetime, mutability) => {
                        let region = lifetime.as_ref().filter(|l| l.ident != "_").map_or(RECEIVER.to_owned(), |l| l.ident.to_string());
                        let mut part = reading.own.clone();
                        if mutability.is_some() {
                            part.implied.clear();
                            part.behind_mut.extend(part.mentions.iter().cloned());
                        } else {
                            part.implied.extend(part.mentions.iter().map(|m| (region.clone(), m.clone())));
                        }
                        part.mentions.insert(region);
                        parts.push(part);
                    }
                    ReceiverKind::Typed(_, ty) => parts.extend(reading.parts(ty)),
                    _ => {}
                },
            }
        }
        // Elided lifetimes of the arguments are their own; those of the result are the receiver's.
        reading.elided = signature.receiver().and_then(|r| match &r.kind {
            ReceiverKind::Reference(_, lifetime, _) => {
                Some(lifetime.as_ref().filter(|l| l.ident != "_").map_or(RECEIVER.to_owned(), |l| l.ident.to_string()))
            }
            _ => None,
        });
        let output = reading.output(&signature.output);
        let shape = Shape { parts, output, outlives, bounds };
        if let Some((longer, shorter)) = shape.extends() {
            refuse(cx, signature.ident.span(), &longer, &shorter);
        }
    }

    fn bound(&mut self, bound: &TraitBound, cx: &mut Context<'_>) {
        if let Some(PathArguments::Parenthesized(arguments)) = bound.path.segments.last().map(|s| &s.arguments) {
            judge_type(bound.lifetimes.as_ref(), arguments.inputs.iter(), &arguments.output, bound.span(), cx);
        }
    }

    fn ty(&mut self, ty: &Type, cx: &mut Context<'_>) {
        if let Type::FnPtr(pointer) = ty {
            judge_type(pointer.lifetimes.as_ref(), pointer.inputs.iter(), &pointer.output, pointer.span(), cx);
        }
    }

    fn item(&mut self, item: &syn::Item, cx: &mut Context<'_>) {
        // `struct S<'b: 'static>`: as the result of a function type it turns any lifetime into 'static.
        let generics = match item {
            syn::Item::Struct(item) => &item.generics,
            syn::Item::Enum(item) => &item.generics,
            _ => return,
        };
        let lifetimes: BTreeSet<String> = generics.lifetimes().map(|l| l.lifetime.ident.to_string()).collect();
        if let Some((longer, _)) = stated(generics).0.into_iter().find(|(longer, shorter)| shorter == STATIC && lifetimes.contains(longer))
        {
            let message = format!("a lifetime parameter bounded by 'static (`'{longer}: 'static`) is not accepted");
            cx.refuse(CODE, generics.span(), message, "Write 'static itself instead of the parameter.");
        }
    }
}

/// A function pointer's type, or `Fn(A) -> B`.
fn judge_type<'a>(
    binder: Option<&BoundLifetimes>,
    inputs: impl Iterator<Item = &'a NamedArg>,
    output: &ReturnType,
    span: Span,
    cx: &mut Context<'_>,
) {
    let mut reading = Reading::default();
    let parts: Vec<Part> = inputs.flat_map(|input| reading.parts(&input.ty)).collect();
    let output = reading.output(output);
    let bound: BTreeSet<String> = binder
        .iter()
        .flat_map(|b| &b.lifetimes)
        .filter_map(|p| if let GenericParam::Lifetime(l) = p { Some(l.lifetime.ident.to_string()) } else { None })
        .collect();
    let inside = |region: &str| bound.contains(region) || region.starts_with('_');
    if let Some((one, other)) = output.joined.iter().find(|(one, other)| inside(one) && !inside(other)) {
        return refuse(cx, span, one, other);
    }
    let shape = Shape { parts, output, outlives: BTreeSet::new(), bounds: BTreeSet::new() };
    if let Some((longer, shorter)) = shape.extends() {
        refuse(cx, span, &longer, &shorter);
    }
}

fn refuse(cx: &mut Context<'_>, span: Span, longer: &str, shorter: &str) {
    let name = |region: &str| match region.strip_prefix(PARAMETER) {
        _ if region == RECEIVER => "the lifetime of `&self`".to_owned(),
        _ if region.starts_with('_') => "an elided lifetime".to_owned(),
        Some(parameter) => format!("`{parameter}`"),
        None => format!("`'{region}`"),
    };
    let message = format!(
        "this signature relies on {} outliving {} without saying so, which a compiler bug can turn into a dangling reference",
        name(longer),
        name(shorter)
    );
    let hint = "Use one lifetime for both, take the data by value, or write the bound: `where 'b: 'a`.";
    cx.refuse(CODE, span, message, hint);
}

struct Shape {
    parts: Vec<Part>,
    output: Part,
    /// Stated bounds: `(longer, shorter)`.
    outlives: BTreeSet<(String, String)>,
    /// Lifetimes in bounds of types: through a closure of such a type a value can leave.
    bounds: BTreeSet<String>,
}

impl Shape {
    /// `(longer, shorter)` when data of the lifetime `longer` can leave as `shorter` by an implied bound alone.
    fn extends(&self) -> Option<(String, String)> {
        for (index, part) in self.parts.iter().enumerate() {
            for (outer, inner) in &part.implied {
                if outer == inner || inner == STATIC || inner.starts_with('_') || self.outlives.contains(&(inner.clone(), outer.clone())) {
                    continue;
                }
                let is_type = inner.starts_with(PARAMETER);
                let data = self
                    .parts
                    .iter()
                    .enumerate()
                    .any(|(other, p)| other != index && p.mentions.contains(inner) && !p.mentions.contains(outer));
                let leaves = if is_type {
                    self.output.objects.contains(outer)
                } else {
                    self.output.mentions.contains(outer)
                        || self.bounds.contains(outer)
                        || self.parts.iter().any(|p| p.behind_mut.contains(outer))
                };
                if (outer == STATIC && (!is_type || data)) || (data && leaves) {
                    return Some((inner.clone(), outer.clone()));
                }
            }
        }
        None
    }
}
