//! Ticks: ` ::kandra::__tick();` at the head of every function, closure and loop body, and the façade's prelude at the head of
//! every module, on the same lines. Crates that a feature is linked with do not know `kandra`: their ticks name the runtime's
//! own symbol, and they have no prelude.
//!
//! Only what stands between the author's characters is decided here, as [`Insertion`]s; the author's own text is never
//! rewritten. In constants no tick can stand: they run in the compiler, and the lint refuses a `const fn` with a loop that
//! runs anywhere else. A closure inside a constant runs while serving, so it has its tick.

use crate::parse::{Expansions, Parsed};
use proc_macro2::Span;
use std::collections::BTreeSet;
use syn::{
    AttrStyle, Attribute, Block, Expr, Item, Macro, Signature, Type,
    spanned::Spanned,
    visit::{self, Visit},
};

/// What can be inserted. The text of each is fixed, so that an insertion is a place and a kind, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// After an opening brace.
    Tick,
    /// Before a closure's body that is no block.
    Open,
    /// The same where the body would be read as a statement.
    OpenParenthesis,
    /// After such a body.
    Close,
    /// After such a body in parentheses.
    CloseParenthesis,
    /// At the head of a loop's body in `maud`'s markup.
    Markup,
    /// At the head of a module.
    Prelude,
}

/// Whose source it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// A feature's.
    Feature,
    /// A crate's that features are linked with.
    Crate,
}

impl Flavour {
    pub(crate) const fn text(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::Feature, _) => kind.text(),
            // Declared at each place, so that it works in every edition and module; kandra-rt defines it.
            (Self::Crate, Kind::Tick) => " { unsafe extern \"C-unwind\" { safe fn __kandra_tick(); } __kandra_tick(); }",
            (Self::Crate, Kind::Open) => " { { unsafe extern \"C-unwind\" { safe fn __kandra_tick(); } __kandra_tick(); } ",
            (Self::Crate, Kind::OpenParenthesis) => " { { unsafe extern \"C-unwind\" { safe fn __kandra_tick(); } __kandra_tick(); } (",
            (Self::Crate, Kind::Close | Kind::CloseParenthesis) => kind.text(),
            (Self::Crate, Kind::Markup | Kind::Prelude) => "",
        }
    }
}

impl Kind {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Tick => " ::kandra::__tick();",
            Self::Open => " { ::kandra::__tick(); ",
            Self::OpenParenthesis => " { ::kandra::__tick(); (",
            Self::Close => " }",
            Self::CloseParenthesis => ") }",
            Self::Markup => " @let _ = ::kandra::__tick();",
            Self::Prelude => " #[allow(unused_imports)] use ::kandra_std::prelude::v1::*;",
        }
    }
}

/// Something inserted before the byte at `at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Insertion {
    pub(crate) at: usize,
    pub(crate) kind: Kind,
}

/// Names that the façade's prelude brings; a module that has another of that name through a glob keeps its own.
const PRELUDE: [&str; 5] = ["Box", "String", "ToOwned", "ToString", "Vec"];

/// What is to be inserted into a file, in order of place.
pub(crate) fn insertions(file: &Parsed<'_>, defined: impl Fn(&str) -> bool) -> Vec<Insertion> {
    let own_prelude_names = PRELUDE.into_iter().filter(|name| defined(name)).map(str::to_owned).collect();
    let flavour = Flavour::Feature;
    let mut ticks = Ticks { flavour, text: file.text, expansions: &file.expansions, own_prelude_names, constant: false, found: Vec::new() };
    ticks.module(&file.tree.attrs, &file.tree.items, 0);
    ticks.visit_file(&file.tree);
    ticks.in_order()
}

/// The same for a file of a crate that features are linked with. What stands in macro calls has no ticks.
pub(crate) fn insertions_of_crate(text: &str, tree: &syn::File) -> Vec<Insertion> {
    let expansions = Expansions::default();
    let (flavour, own_prelude_names) = (Flavour::Crate, BTreeSet::new());
    let mut ticks = Ticks { flavour, text, expansions: &expansions, own_prelude_names, constant: false, found: Vec::new() };
    ticks.visit_file(tree);
    ticks.in_order()
}

/// The text with its insertions.
pub(crate) fn apply(text: &str, insertions: &[Insertion], flavour: Flavour) -> String {
    let mut ticked = String::with_capacity(text.len() + insertions.len() * 24);
    let mut from = 0;
    for insertion in insertions {
        ticked.push_str(&text[from..insertion.at]);
        ticked.push_str(flavour.text(insertion.kind));
        from = insertion.at;
    }
    ticked.push_str(&text[from..]);
    ticked
}

struct Ticks<'e> {
    flavour: Flavour,
    text: &'e str,
    expansions: &'e Expansions,
    /// Those of [`PRELUDE`] that the crate defines itself.
    own_prelude_names: BTreeSet<String>,
    /// Whether this runs in the compiler.
    constant: bool,
    found: Vec<Insertion>,
}

impl<'e> Ticks<'e> {
    fn in_order(self) -> Vec<Insertion> {
        // Where a closure ends inside another, the inner one closes first: the walk goes from outside in, so reverse the ends.
        let mut found: Vec<(usize, usize, Kind)> = self.found.into_iter().enumerate().map(|(order, i)| (i.at, order, i.kind)).collect();
        found.sort_by_key(|(at, order, kind)| {
            let closes = matches!(kind, Kind::Close | Kind::CloseParenthesis);
            (*at, !closes, if closes { usize::MAX - order } else { *order })
        });
        found.into_iter().map(|(at, _, kind)| Insertion { at, kind }).collect()
    }

    fn within(&mut self, constant: bool, go: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.constant, constant);
        go(self);
        self.constant = before;
    }

    fn insert(&mut self, at: usize, kind: Kind) {
        self.found.push(Insertion { at, kind });
    }

    /// Inserts at the head of what a brace opens, behind inner attributes.
    fn head(&mut self, brace: Span, attributes: &[Attribute], kind: Kind) {
        let at = after_inner(self.text, brace.byte_range().end, attributes);
        self.insert(at, kind);
    }

    fn block(&mut self, block: &Block, attributes: &[Attribute]) {
        if !self.constant {
            self.head(block.brace_token.span.open(), attributes, Kind::Tick);
        }
    }

    fn function(&mut self, signature: &'e Signature, block: &'e Block, attributes: &[Attribute]) {
        visit::visit_signature(self, signature);
        // Nothing may unwind out of a function with another calling convention.
        if signature.abi.is_some() {
            return self.within(true, |s| visit::visit_block(s, block));
        }
        self.within(signature.constness.is_some(), |s| {
            s.block(block, attributes);
            visit::visit_block(s, block);
        });
    }

    fn module(&mut self, attributes: &[Attribute], items: &[Item], start: usize) {
        if self.flavour == Flavour::Crate {
            return;
        }
        // A module's glob of its own names and the prelude's glob would be ambiguous for a name that both have.
        let own_globs = !self.own_prelude_names.is_empty() && globs(items).any(|path| path.iter().all(|segment| segment != "prelude"));
        // Twice would make the author's own line an unused one.
        let brought = globs(items).any(|path| path == ["kandra", "prelude"]);
        if items.is_empty() || own_globs || brought {
            return;
        }
        let at = after_inner(self.text, start, attributes);
        self.insert(at, Kind::Prelude);
    }
}

/// The paths before `::*` of a module's imports.
fn globs(items: &[Item]) -> impl Iterator<Item = Vec<String>> {
    let leaves = items.iter().filter_map(|item| match item {
        Item::Use(used) => Some(crate::names::leaves(&used.tree)),
        _ => None,
    });
    leaves.flatten().filter(|leaf| leaf.glob).map(|leaf| leaf.path.iter().map(ToString::to_string).collect())
}

/// Where an insertion may stand: behind the inner attributes, and never inside the line of a `//!`.
fn after_inner(text: &str, start: usize, attributes: &[Attribute]) -> usize {
    let inner = attributes.iter().filter(|a| matches!(a.style, AttrStyle::Inner(_)));
    let Some(last) = inner.map(|a| a.span().byte_range()).max_by_key(|r| r.end) else { return start };
    if last.end <= start {
        return start;
    }
    if text[last.start..].starts_with("//") {
        return text[last.end..].find('\n').map_or(text.len(), |newline| last.end + newline + 1);
    }
    last.end
}

/// Whether an expression at the head of a block would end a statement there, so that what follows it is torn off.
fn begins_with_block(expression: &Expr) -> bool {
    let mut leftmost = expression;
    loop {
        leftmost = match leftmost {
            Expr::Assign(e) => &e.left,
            Expr::Await(e) => &e.base,
            Expr::Binary(e) => &e.left,
            Expr::Call(e) => &e.func,
            Expr::Cast(e) => &e.expr,
            Expr::Field(e) => &e.base,
            Expr::Index(e) => &e.expr,
            Expr::MethodCall(e) => &e.receiver,
            Expr::Range(e) => match &e.start {
                Some(start) => start,
                None => return false,
            },
            Expr::Try(e) => &e.expr,
            // Not valid here; the compiler says so at the place where it stands.
            Expr::Let(_) => return true,
            Expr::Block(_)
            | Expr::If(_)
            | Expr::Match(_)
            | Expr::While(_)
            | Expr::ForLoop(_)
            | Expr::Loop(_)
            | Expr::Async(_)
            | Expr::Const(_)
            | Expr::Macro(_) => {
                return !std::ptr::eq(leftmost, expression);
            }
            _ => return false,
        };
    }
}

impl<'e> Visit<'e> for Ticks<'e> {
    fn visit_item_fn(&mut self, item: &'e syn::ItemFn) {
        self.function(&item.sig, &item.block, &item.attrs);
    }
    fn visit_impl_item_fn(&mut self, item: &'e syn::ImplItemFn) {
        self.function(&item.sig, &item.block, &item.attrs);
    }
    fn visit_trait_item_fn(&mut self, item: &'e syn::TraitItemFn) {
        match &item.default {
            Some(block) => self.function(&item.sig, block, &item.attrs),
            None => visit::visit_signature(self, &item.sig),
        }
    }
    fn visit_item_mod(&mut self, item: &'e syn::ItemMod) {
        if let Some((brace, items)) = &item.content {
            self.module(&item.attrs, items, brace.span.open().byte_range().end);
        }
        self.within(false, |s| visit::visit_item_mod(s, item));
    }
    fn visit_item_const(&mut self, item: &'e syn::ItemConst) {
        self.within(true, |s| visit::visit_item_const(s, item));
    }
    fn visit_impl_item_const(&mut self, item: &'e syn::ImplItemConst) {
        self.within(true, |s| visit::visit_impl_item_const(s, item));
    }
    fn visit_trait_item_const(&mut self, item: &'e syn::TraitItemConst) {
        self.within(true, |s| visit::visit_trait_item_const(s, item));
    }
    fn visit_item_static(&mut self, item: &'e syn::ItemStatic) {
        self.within(true, |s| visit::visit_item_static(s, item));
    }
    fn visit_variant(&mut self, variant: &'e syn::Variant) {
        self.within(true, |s| visit::visit_variant(s, variant));
    }
    fn visit_type(&mut self, ty: &'e Type) {
        self.within(true, |s| visit::visit_type(s, ty));
    }
    fn visit_angle_bracketed_generic_arguments(&mut self, arguments: &'e syn::AngleBracketedGenericArguments) {
        self.within(true, |s| visit::visit_angle_bracketed_generic_arguments(s, arguments));
    }
    fn visit_generics(&mut self, generics: &'e syn::Generics) {
        self.within(true, |s| visit::visit_generics(s, generics));
    }
    fn visit_expr_const(&mut self, expression: &'e syn::ExprConst) {
        self.within(true, |s| visit::visit_expr_const(s, expression));
    }
    fn visit_expr_repeat(&mut self, expression: &'e syn::ExprRepeat) {
        self.visit_expr(&expression.expr);
        self.within(true, |s| s.visit_expr(&expression.len));
    }
    fn visit_expr_async(&mut self, expression: &'e syn::ExprAsync) {
        self.within(false, |s| {
            s.block(&expression.block, &expression.attrs);
            visit::visit_expr_async(s, expression);
        });
    }
    fn visit_expr_loop(&mut self, expression: &'e syn::ExprLoop) {
        self.block(&expression.body, &expression.attrs);
        visit::visit_expr_loop(self, expression);
    }
    fn visit_expr_while(&mut self, expression: &'e syn::ExprWhile) {
        self.block(&expression.body, &expression.attrs);
        visit::visit_expr_while(self, expression);
    }
    fn visit_expr_for_loop(&mut self, expression: &'e syn::ExprForLoop) {
        self.block(&expression.body, &expression.attrs);
        visit::visit_expr_for_loop(self, expression);
    }
    fn visit_expr_closure(&mut self, closure: &'e syn::ExprClosure) {
        self.within(false, |s| match &*closure.body {
            Expr::Block(body) if body.label.is_none() && body.attrs.iter().all(|a| matches!(a.style, AttrStyle::Inner(_))) => {
                s.block(&body.block, &body.attrs);
                visit::visit_expr_closure(s, closure);
            }
            body => {
                let (open, close) =
                    if begins_with_block(body) { (Kind::OpenParenthesis, Kind::CloseParenthesis) } else { (Kind::Open, Kind::Close) };
                s.insert(closure.inputs_end.span.byte_range().end, open);
                s.insert(body.span().byte_range().end, close);
                visit::visit_expr_closure(s, closure);
            }
        });
    }
    fn visit_macro(&mut self, call: &'e Macro) {
        let expansions = self.expansions;
        if let Some(arguments) = expansions.of(call)
            && !self.constant
        {
            arguments.loops.iter().for_each(|brace| self.insert(brace.byte_range().end, Kind::Markup));
        }
        expansions.enter(call, self);
    }
}
