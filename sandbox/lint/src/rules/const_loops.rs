//! K017: loops in a `const fn` that runs while serving. No tick can stand in a `const fn`, so nothing could stop it. One that
//! only fills constants is fine: it runs in the compiler.

use crate::{
    Finding,
    finding::Place,
    names::Names,
    parse::{Expansions, Parsed},
    walk::Rule,
};
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};
use syn::{
    Attribute, Block, Expr, Item, Macro, Meta, Signature, Type,
    ext::IdentExt,
    visit::{self, Visit},
};

const CODE: &str = "K017";

pub(crate) struct ConstLoops;

impl Rule for ConstLoops {
    fn prepare(&mut self, files: &[Parsed<'_>], names: &Names, findings: &mut Vec<Finding>) {
        let mut calls = Mentions::default();
        let tests = only_for_tests(files);
        for file in files.iter().filter(|file| !tests.contains(file.path)) {
            let mut finder = Finder { found: &mut calls, expansions: &file.expansions, file: file.path, place: Where::Running };
            finder.visit_file(&file.tree);
        }
        let last = |name: &String| names.known_as(name);
        let running: BTreeSet<String> = calls.running.iter().flat_map(last).collect();
        let graph: BTreeMap<&String, BTreeSet<String>> =
            calls.functions.iter().map(|(name, f)| (name, f.mentions.iter().flat_map(last).collect())).collect();
        for (name, function) in &calls.functions {
            if running.contains(name) && endless(name, &graph, &calls.functions) {
                let mut finding = Finding::error(
                    CODE,
                    format!("`const fn {name}` loops or calls itself and is used outside constants: nothing could stop it while serving"),
                )
                .hint("Drop `const`, or use it only in `const` and `static` items.");
                if let Some((file, span)) = &function.place {
                    finding = finding.file(file.clone()).place(Place::of(*span));
                }
                findings.push(finding);
            }
        }
    }
}

/// Files that `src/lib.rs` names in `#[cfg(test)] mod …;` and nowhere else: no library holds them.
fn only_for_tests(files: &[Parsed<'_>]) -> BTreeSet<String> {
    let root = files.iter().find(|file| file.path == "src/lib.rs");
    let declared = root.iter().flat_map(|file| &file.tree.items).filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() => Some((module.ident.unraw().to_string(), is_for_tests(&module.attrs))),
        _ => None,
    });
    let (mut tests, mut others) = (BTreeSet::new(), BTreeSet::new());
    for (name, test) in declared {
        if test { &mut tests } else { &mut others }.insert(name);
    }
    tests.difference(&others).map(|name| format!("src/{name}.rs")).collect()
}

/// `#[cfg(test)]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| a.path().is_ident("cfg") && matches!(&a.meta, Meta::List(list) if list.tokens.to_string() == "test"))
}

/// Whether a loop or a cycle can be reached from this `const fn`.
fn endless(name: &String, graph: &BTreeMap<&String, BTreeSet<String>>, functions: &BTreeMap<String, Function>) -> bool {
    let reached = |from: &String| {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut open = vec![from.clone()];
        while let Some(next) = open.pop() {
            for callee in graph.get(&next).into_iter().flatten().filter(|c| functions.contains_key(*c)) {
                if seen.insert(callee.clone()) {
                    open.push(callee.clone());
                }
            }
        }
        seen
    };
    let from_here = reached(name);
    std::iter::once(name).chain(&from_here).any(|f| functions.get(f).is_some_and(|f| f.loops) || reached(f).contains(f))
}

#[derive(Default)]
struct Function {
    loops: bool,
    mentions: BTreeSet<String>,
    place: Option<(String, Span)>,
}

#[derive(Default)]
struct Mentions {
    /// Names used in code that runs while serving.
    running: BTreeSet<String>,
    functions: BTreeMap<String, Function>,
}

#[derive(Clone)]
enum Where {
    Running,
    Constant,
    /// In the body of this `const fn`.
    ConstFn(String),
}

struct Finder<'m, 'e> {
    found: &'m mut Mentions,
    expansions: &'e Expansions,
    file: &'e str,
    place: Where,
}

impl<'e> Finder<'_, 'e> {
    fn within(&mut self, place: Where, go: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.place, place);
        go(self);
        self.place = before;
    }

    fn mention(&mut self, name: String) {
        match &self.place {
            Where::Running => {
                self.found.running.insert(name);
            }
            Where::Constant => {}
            Where::ConstFn(function) => {
                self.found.functions.entry(function.clone()).or_default().mentions.insert(name);
            }
        }
    }

    fn function(&mut self, signature: &'e Signature, block: &'e Block) {
        visit::visit_signature(self, signature);
        let place = if signature.constness.is_some() {
            let name = signature.ident.unraw().to_string();
            let function = self.found.functions.entry(name.clone()).or_default();
            function.place.get_or_insert((self.file.to_owned(), signature.ident.span()));
            Where::ConstFn(name)
        } else {
            Where::Running
        };
        self.within(place, |s| visit::visit_block(s, block));
    }
}

impl<'e> Visit<'e> for Finder<'_, 'e> {
    fn visit_item_mod(&mut self, item: &'e syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }
    fn visit_item_fn(&mut self, item: &'e syn::ItemFn) {
        if is_for_tests(&item.attrs) {
            return;
        }
        item.attrs.iter().for_each(|a| self.visit_attribute(a));
        self.function(&item.sig, &item.block);
    }
    fn visit_impl_item_fn(&mut self, item: &'e syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
    }
    fn visit_item_const(&mut self, item: &'e syn::ItemConst) {
        self.within(Where::Constant, |s| visit::visit_item_const(s, item));
    }
    fn visit_impl_item_const(&mut self, item: &'e syn::ImplItemConst) {
        self.within(Where::Constant, |s| visit::visit_impl_item_const(s, item));
    }
    fn visit_item_static(&mut self, item: &'e syn::ItemStatic) {
        self.within(Where::Constant, |s| visit::visit_item_static(s, item));
    }
    fn visit_expr_const(&mut self, item: &'e syn::ExprConst) {
        self.within(Where::Constant, |s| visit::visit_expr_const(s, item));
    }
    fn visit_type(&mut self, ty: &'e Type) {
        // Lengths and arguments in types are constants.
        self.within(Where::Constant, |s| visit::visit_type(s, ty));
    }
    fn visit_expr_closure(&mut self, closure: &'e syn::ExprClosure) {
        self.within(Where::Running, |s| visit::visit_expr_closure(s, closure));
    }
    fn visit_expr(&mut self, expression: &'e Expr) {
        match expression {
            Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) => {
                if let Where::ConstFn(name) = &self.place {
                    self.found.functions.entry(name.clone()).or_default().loops = true;
                }
            }
            Expr::MethodCall(call) => self.mention(call.method.unraw().to_string()),
            Expr::Call(call) => {
                if let Expr::Path(path) = &*call.func {
                    if let Some(segment) = path.path.segments.last() {
                        self.mention(segment.ident.unraw().to_string());
                    }
                    visit::visit_expr_path(self, path);
                    return call.args.iter().for_each(|a| self.visit_expr(a));
                }
            }
            Expr::Repeat(repeat) => {
                self.visit_expr(&repeat.expr);
                return self.within(Where::Constant, |s| s.visit_expr(&repeat.len));
            }
            // A name that is not called is a value: a function pointer in a constant can be called while serving.
            Expr::Path(path) => {
                if let Some(segment) = path.path.segments.last() {
                    self.found.running.insert(segment.ident.unraw().to_string());
                }
            }
            _ => {}
        }
        visit::visit_expr(self, expression);
    }
    fn visit_macro(&mut self, call: &'e Macro) {
        let expansions = self.expansions;
        expansions.enter(call, self);
    }
    fn visit_attribute(&mut self, attribute: &'e Attribute) {
        // serde's attributes name functions in strings, and its `with` a module; what the derive makes of them runs while
        // serving, wherever the type stands.
        if attribute.path().is_ident("serde") {
            let text = quote::ToTokens::to_token_stream(&attribute.meta).to_string();
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
            let words = words.chain(["serialize", "deserialize"]).map(str::to_owned);
            self.found.running.extend(words);
        }
    }
}
