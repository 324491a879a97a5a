//! K014: functions whose signature only implies that one lifetime outlives another, takes data of the one, and gives it out
//! as the other (rust-lang/rust 25860, 118876). Through a function pointer the implied bound is forgotten, and a reference
//! outlives what it points to. Writing the bound down makes the same function sound.

use super::{
    statics::Types,
    types::{Implied, PARAMETER, Part, RECEIVER, Reading, Region, STATIC, stated},
};
use crate::{
    Finding,
    names::Names,
    parse::Parsed,
    walk::{Context, Rule},
};
use proc_macro2::Span;
use std::collections::BTreeSet;
use syn::{
    BoundLifetimes, FnArg, GenericParam, ItemImpl, NamedArg, PathArguments, ReceiverKind, ReturnType, Signature, TraitBound, Type,
    spanned::Spanned, visit::Visit,
};

const CODE: &str = "K014";

#[derive(Default)]
pub(crate) struct LifetimeExtension {
    /// Types of the feature that hold trait objects, however deep.
    object_types: BTreeSet<String>,
}

impl Rule for LifetimeExtension {
    fn prepare(&mut self, files: &[Parsed<'_>], names: &Names, _findings: &mut Vec<Finding>) {
        let mut types = Types::default();
        files.iter().for_each(|file| types.visit_file(&file.tree));
        self.object_types = types.reaching(names, |word| matches!(word, "dyn" | "impl"));
    }

    fn signature(&mut self, signature: &Signature, owner: Option<&ItemImpl>, cx: &mut Context<'_>) {
        let mut reading = Reading::default();
        reading.object_types.clone_from(&self.object_types);
        let (mut outlives, mut bounds) = stated(&signature.generics);
        reading.parameters = signature.generics.type_params().map(|p| p.ident.to_string()).collect();
        if let Some(owner) = owner {
            let (more, mentioned) = stated(&owner.generics);
            outlives.extend(more);
            bounds.extend(mentioned);
            reading.parameters.extend(owner.generics.type_params().map(|p| p.ident.to_string()));
            reading.own = reading.part(&owner.self_ty);
        }
        let mut inputs = Part::default();
        for input in &signature.inputs {
            match input {
                FnArg::Typed(input) => inputs.add(reading.part(&input.ty)),
                FnArg::Receiver(receiver) => match &receiver.kind {
                    ReceiverKind::Value => inputs.add(reading.own.clone()),
                    ReceiverKind::Reference(_, lifetime, mutability) => {
                        let region = receiver_region(lifetime.as_ref());
                        let own = reading.own.clone();
                        let part = if mutability.is_some() { reading.behind_mut(region, own) } else { reading.behind(region, own) };
                        inputs.add(part);
                    }
                    ReceiverKind::Typed(_, ty) => inputs.add(reading.part(ty)),
                    _ => {}
                },
            }
        }
        // Elided lifetimes of the arguments are their own; those of the result are the receiver's.
        reading.elided = signature.receiver().and_then(|r| match &r.kind {
            ReceiverKind::Reference(_, lifetime, _) => Some(receiver_region(lifetime.as_ref())),
            _ => None,
        });
        let output = reading.output(&signature.output);
        // Lifetimes of the `impl` are fixed before the function becomes a pointer: for them the compiler does check.
        let late = signature.generics.lifetimes().map(|l| l.lifetime.ident.to_string()).collect();
        let shape = Shape { inputs, output, outlives, bounds, late: Some(late) };
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
        if let syn::Item::Type(item) = item {
            return alias(item, cx);
        }
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

/// An alias could hide in one word what a signature is judged by.
fn alias(item: &syn::ItemType, cx: &mut Context<'_>) {
    let mut reading = Reading::default();
    let inputs = reading.part(&item.ty);
    let output = inputs.clone();
    let shape = Shape { inputs, output, outlives: BTreeSet::new(), bounds: BTreeSet::new(), late: None };
    if let Some((longer, shorter)) = shape.extends() {
        refuse(cx, item.ident.span(), &longer, &shorter);
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
    let mut parts = Part::default();
    inputs.for_each(|input| parts.add(reading.part(&input.ty)));
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
    let shape = Shape { inputs: parts, output, outlives: BTreeSet::new(), bounds: BTreeSet::new(), late: None };
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

fn receiver_region(lifetime: Option<&syn::Lifetime>) -> Region {
    lifetime.filter(|l| l.ident != "_").map_or(RECEIVER.to_owned(), |l| l.ident.to_string())
}

struct Shape {
    inputs: Part,
    output: Part,
    /// Stated bounds: `(longer, shorter)`.
    outlives: BTreeSet<(Region, Region)>,
    /// Lifetimes in bounds of types: through a closure of such a type a value can leave.
    bounds: BTreeSet<Region>,
    /// The lifetimes that stay open until the call; `None`: all.
    late: Option<BTreeSet<Region>>,
}

impl Shape {
    /// `(longer, shorter)` when data of the lifetime `longer` can leave as `shorter` by an implied bound alone.
    fn extends(&self) -> Option<(Region, Region)> {
        self.inputs.implied.iter().find_map(|bound| {
            let Implied { inner, outer, node } = bound;
            let is_type = inner.starts_with(PARAMETER);
            let open = is_type || self.late.as_ref().is_none_or(|late| late.contains(inner));
            if outer == inner
                || inner == STATIC
                || inner.starts_with('_')
                || !open
                || self.outlives.contains(&(inner.clone(), outer.clone()))
            {
                return None;
            }
            // Data of that lifetime that the witness of the bound does not hold itself.
            let data = self.inputs.named.iter().any(|n| n.region == *inner && !n.inside.contains(node) && !n.behind.contains(outer));
            let leaves = if is_type {
                // A value of the type leaves as that lifetime only where its type is forgotten.
                [&self.output, &self.inputs].into_iter().any(|part| part.objects.contains(outer) || part.holders.contains(outer))
            } else {
                self.output.mentions(outer)
                    || self.bounds.contains(outer)
                    || self.inputs.behind_mut.contains(outer)
                    || self.inputs.sinks.contains(outer)
            };
            // What takes the one in leaves as something that takes the other: `fn(&'a T)` as `fn(&'b T)`.
            let turned = !is_type && self.output.sinks.contains(inner) && self.inputs.takes(outer, *node);
            ((outer == STATIC && (!is_type || data)) || (data && leaves) || turned).then(|| (inner.clone(), outer.clone()))
        })
    }
}
