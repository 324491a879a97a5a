//! One walk over a file for all rules: every item, type, expression, path and token, macro arguments included.

use crate::{
    Finding,
    finding::Place,
    fix::Edit,
    names::{Leaf, Names, leaves},
    parse::{Expansions, Parsed},
    source::MAX_FINDINGS,
};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    visit::{self, Visit},
    *,
};

/// Where a path stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathPlace {
    /// In an expression, a pattern, a type, a bound.
    Code,
    /// Before a macro's `!`.
    Macro,
}

/// What a rule may look at and write to.
pub(crate) struct Context<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
    pub(crate) names: &'a Names,
    pub(crate) expansions: &'a Expansions,
    pub(crate) findings: &'a mut Vec<Finding>,
}

impl Context<'_> {
    /// Refuses what stands at `span`.
    pub(crate) fn refuse(&mut self, code: &str, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.push(Finding::error(code, message).hint(hint), span);
    }

    /// The same, with the one right answer.
    pub(crate) fn refuse_with_fix(
        &mut self,
        code: &str,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<String>,
        fix: impl IntoIterator<Item = Edit>,
    ) {
        self.push(Finding::error(code, message).hint(hint).fix(fix), span);
    }

    /// Warns of what stands at `span`.
    pub(crate) fn warn(&mut self, code: &str, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.push(Finding::error(code, message).hint(hint).warning(), span);
    }

    fn push(&mut self, finding: Finding, span: Span) {
        if self.findings.len() < 2 * MAX_FINDINGS {
            self.findings.push(finding.file(self.file).place(Place::of(span)));
        }
    }
}

/// A rule. Each method sees one kind of thing, wherever it stands.
#[expect(unused_variables, reason = "a rule overrides what it needs")]
pub(crate) trait Rule {
    /// Before the walk, with all files: what a rule must know about the whole crate.
    fn prepare(&mut self, files: &[Parsed<'_>], names: &Names, findings: &mut Vec<Finding>) {}
    fn file(&mut self, file: &File, cx: &mut Context<'_>) {}
    fn item(&mut self, item: &Item, cx: &mut Context<'_>) {}
    fn attribute(&mut self, attribute: &Attribute, cx: &mut Context<'_>) {}
    fn macro_call(&mut self, call: &Macro, cx: &mut Context<'_>) {}
    fn import(&mut self, leading: bool, leaf: &Leaf<'_>, cx: &mut Context<'_>) {}
    /// Never called for a path of one segment without a leading `::`, unless it stands before a macro's `!`.
    fn path(&mut self, path: &Path, place: PathPlace, cx: &mut Context<'_>) {}
    fn expression(&mut self, expression: &Expr, cx: &mut Context<'_>) {}
    fn ty(&mut self, ty: &Type, cx: &mut Context<'_>) {}
    fn bound(&mut self, bound: &TraitBound, cx: &mut Context<'_>) {}
    /// A function with its signature; `owner` is the `impl` around it.
    fn signature(&mut self, signature: &Signature, owner: Option<&ItemImpl>, cx: &mut Context<'_>) {}
    fn text(&mut self, literal: &LitStr, cx: &mut Context<'_>) {}
    /// Tokens that `syn` or a grammar did not understand.
    fn unknown(&mut self, tokens: &TokenStream, span: Span, cx: &mut Context<'_>) {}
    /// Every token of the file, `previous` being the one before it inside the same brackets.
    fn token(&mut self, token: &TokenTree, previous: Option<&TokenTree>, cx: &mut Context<'_>) {}
}

/// Shows a file to the rules.
pub(crate) fn walk<'a>(file: &'a Parsed<'a>, names: &'a Names, rules: &mut [Box<dyn Rule>], findings: &mut Vec<Finding>) {
    let mut cx = Context { file: file.path, text: file.text, names, expansions: &file.expansions, findings };
    rules.iter_mut().for_each(|r| r.file(&file.tree, &mut cx));
    walk_tokens(&file.tokens, rules, &mut cx);
    let mut walker = Walker { rules, cx, owners: Vec::new() };
    walker.visit_file(&file.tree);
}

fn walk_tokens(tokens: &TokenStream, rules: &mut [Box<dyn Rule>], cx: &mut Context<'_>) {
    let mut open = vec![(tokens.clone().into_iter(), None::<TokenTree>)];
    while let Some((rest, previous)) = open.last_mut() {
        let Some(token) = rest.next() else {
            open.pop();
            continue;
        };
        rules.iter_mut().for_each(|r| r.token(&token, previous.as_ref(), cx));
        let inner = if let TokenTree::Group(group) = &token { Some(group.stream()) } else { None };
        *previous = Some(token);
        if let Some(stream) = inner {
            open.push((stream.into_iter(), None));
        }
    }
}

struct Walker<'r, 'a> {
    rules: &'r mut [Box<dyn Rule>],
    cx: Context<'a>,
    owners: Vec<Option<&'a ItemImpl>>,
}

impl<'a> Walker<'_, 'a> {
    fn each(&mut self, mut show: impl FnMut(&mut dyn Rule, &mut Context<'a>)) {
        for rule in self.rules.iter_mut() {
            show(rule.as_mut(), &mut self.cx);
        }
    }

    fn unknown(&mut self, tokens: &TokenStream) {
        let span = spanned::Spanned::span(tokens);
        self.each(|r, cx| r.unknown(tokens, span, cx));
    }

    fn path(&mut self, path: &Path, place: PathPlace) {
        if path.segments.len() > 1 || path.leading_colon.is_some() || place == PathPlace::Macro {
            self.each(|r, cx| r.path(path, place, cx));
        }
    }
}

impl<'a> Visit<'a> for Walker<'_, 'a> {
    fn visit_item(&mut self, item: &'a Item) {
        self.each(|r, cx| r.item(item, cx));
        match item {
            Item::Verbatim(tokens) => self.unknown(tokens),
            Item::Use(import) => {
                for leaf in leaves(&import.tree) {
                    self.each(|r, cx| r.import(import.leading_colon.is_some(), &leaf, cx));
                }
            }
            _ => {}
        }
        // A function inside a method has its own signature and no `self`.
        self.owners.push(if let Item::Impl(owner) = item { Some(owner) } else { None });
        visit::visit_item(self, item);
        self.owners.pop();
    }

    fn visit_impl_item(&mut self, item: &'a ImplItem) {
        if let ImplItem::Verbatim(tokens) = item {
            self.unknown(tokens);
        }
        visit::visit_impl_item(self, item);
    }

    fn visit_trait_item(&mut self, item: &'a TraitItem) {
        if let TraitItem::Verbatim(tokens) = item {
            self.unknown(tokens);
        }
        visit::visit_trait_item(self, item);
    }

    fn visit_foreign_item(&mut self, item: &'a ForeignItem) {
        if let ForeignItem::Verbatim(tokens) = item {
            self.unknown(tokens);
        }
        visit::visit_foreign_item(self, item);
    }

    fn visit_signature(&mut self, signature: &'a Signature) {
        let owner = self.owners.last().copied().flatten();
        self.each(|r, cx| r.signature(signature, owner, cx));
        visit::visit_signature(self, signature);
    }

    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        self.each(|r, cx| r.attribute(attribute, cx));
        // The value of `name = value` is an expression and may hold a macro; the words of a list are the rule's.
        if let Meta::NameValue(meta) = &attribute.meta {
            self.visit_expr(&meta.value);
        }
    }

    fn visit_macro(&mut self, call: &'a Macro) {
        self.each(|r, cx| r.macro_call(call, cx));
        self.path(&call.path, PathPlace::Macro);
        let expansions = self.cx.expansions;
        expansions.enter(call, self);
    }

    fn visit_path(&mut self, path: &'a Path) {
        self.path(path, PathPlace::Code);
        visit::visit_path(self, path);
    }

    fn visit_expr_path(&mut self, expression: &'a ExprPath) {
        self.qualified(expression.qself.as_ref(), &expression.path);
        expression.attrs.iter().for_each(|a| self.visit_attribute(a));
    }

    fn visit_type_path(&mut self, ty: &'a TypePath) {
        self.qualified(ty.qself.as_ref(), &ty.path);
    }

    fn visit_pat(&mut self, pattern: &'a Pat) {
        if let Pat::Verbatim(tokens) = pattern {
            self.unknown(tokens);
        }
        visit::visit_pat(self, pattern);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            // A lone `;` is an empty one of these.
            Expr::Verbatim(tokens) if !tokens.is_empty() => self.unknown(tokens),
            _ => self.each(|r, cx| r.expression(expression, cx)),
        }
        visit::visit_expr(self, expression);
    }

    fn visit_type(&mut self, ty: &'a Type) {
        if let Type::Verbatim(tokens) = ty {
            self.unknown(tokens);
        }
        self.each(|r, cx| r.ty(ty, cx));
        visit::visit_type(self, ty);
    }

    fn visit_type_param_bound(&mut self, bound: &'a TypeParamBound) {
        match bound {
            TypeParamBound::Verbatim(tokens) => self.unknown(tokens),
            TypeParamBound::Trait(bound) => self.each(|r, cx| r.bound(bound, cx)),
            _ => {}
        }
        visit::visit_type_param_bound(self, bound);
    }

    fn visit_lit(&mut self, literal: &'a Lit) {
        match literal {
            Lit::Verbatim(literal) => self.unknown(&TokenTree::from(literal.clone()).into()),
            Lit::Str(text) => self.each(|r, cx| r.text(text, cx)),
            _ => {}
        }
        visit::visit_lit(self, literal);
    }
}

impl<'a> Walker<'_, 'a> {
    /// `<T as a::b::Trait>::name`: `a::b::Trait` is a path of its own, `name` is not.
    fn qualified(&mut self, qself: Option<&'a QSelf>, path: &'a Path) {
        let Some(qself) = qself else { return self.visit_path(path) };
        self.visit_qself(qself);
        if qself.position > 0 {
            let named = Path { leading_colon: path.leading_colon, segments: path.segments.iter().take(qself.position).cloned().collect() };
            self.path(&named, PathPlace::Code);
        }
        path.segments.iter().for_each(|s| self.visit_path_segment(s));
    }
}
