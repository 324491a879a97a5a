//! From a file's text to its syntax tree, macro calls included.
//!
//! What stands between a macro's delimiters is opaque to `syn`. Every allowed macro has a grammar, so its arguments are
//! parsed here once, and rules and ticks see them like any other code. What does not parse is left out of the map and
//! refused by the macro rule.

use crate::{
    Finding,
    finding::Place,
    policy::{Grammar, POLICY},
    scan,
};
use proc_macro2::{LineColumn, Span, TokenStream};
use std::collections::HashMap;
use syn::{
    Expr, Macro, Pat, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
    punctuated::Punctuated,
    visit::{self, Visit},
};

mod markup;

/// Code of a file that does not parse.
pub(crate) const CODE: &str = "K019";

/// What stands between a macro's delimiters.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) expressions: Vec<Expr>,
    pub(crate) patterns: Vec<Pat>,
    /// The opening braces of loops that are not Rust's own.
    pub(crate) loops: Vec<Span>,
}

/// The arguments of a file's macro calls.
#[derive(Default)]
pub(crate) struct Expansions(HashMap<(usize, usize), Arguments>);

impl Expansions {
    /// The arguments of this call; `None` when they do not parse, or when the macro is not allowed.
    pub(crate) fn of(&self, call: &Macro) -> Option<&Arguments> {
        self.0.get(&key(call.bang_token.span.start()))
    }

    /// Shows a visitor the arguments of this call.
    pub(crate) fn enter<'a>(&'a self, call: &Macro, visitor: &mut impl Visit<'a>) {
        if let Some(arguments) = self.of(call) {
            for pattern in &arguments.patterns {
                visitor.visit_pat(pattern);
            }
            for expression in &arguments.expressions {
                visitor.visit_expr(expression);
            }
        }
    }
}

fn key(at: LineColumn) -> (usize, usize) {
    (at.line, at.column)
}

/// One Rust file.
pub(crate) struct Parsed<'s> {
    pub(crate) path: &'s str,
    pub(crate) text: &'s str,
    pub(crate) tokens: TokenStream,
    pub(crate) tree: syn::File,
    pub(crate) expansions: Expansions,
}

impl<'s> Parsed<'s> {
    /// Scans, then parses.
    ///
    /// # Errors
    /// One finding.
    pub(crate) fn parse(path: &'s str, text: &'s str) -> Result<Self, Box<Finding>> {
        if text.starts_with("#!") && !text[2..].trim_start().starts_with('[') {
            let finding = Finding::error(CODE, "the file begins with a `#!` line for a shell").hint("Delete it.").file(path);
            return Err(Box::new(finding.place(Place((1, 1, 1, 3)))));
        }
        let failed = |message: String, span: proc_macro2::Span| {
            let finding = Finding::error(CODE, format!("this is not Rust: {message}"));
            Box::new(finding.hint("Correct the syntax here; `cargo check` says more.").file(path).place(Place::of(span)))
        };
        let tokens: TokenStream =
            text.parse().map_err(|error: proc_macro2::LexError| failed("an unclosed bracket, string or comment".into(), error.span()))?;
        scan::check(path, tokens.clone())?;
        let tree: syn::File = syn::parse2(tokens.clone()).map_err(|error| failed(short(&error), error.span()))?;
        let expansions = expand(&tree);
        Ok(Self { path, text, tokens, tree, expansions })
    }
}

fn short(error: &syn::Error) -> String {
    error.to_string().chars().take(200).collect()
}

/// Macro calls, each with the key of its arguments.
#[derive(Default)]
struct Calls(Vec<((usize, usize), Grammar, TokenStream)>);

impl<'a> Visit<'a> for Calls {
    fn visit_macro(&mut self, call: &'a Macro) {
        let name = call.path.segments.last().map(|s| s.ident.unraw().to_string()).unwrap_or_default();
        if let Some(allowed) = POLICY.macros.get(&name) {
            self.0.push((key(call.bang_token.span.start()), allowed.grammar, call.tokens.clone()));
        }
        visit::visit_macro(self, call);
    }
}

/// Parses arguments, then the calls inside arguments, and so on: each round is one level deeper, and the scan bounds the
/// levels.
fn expand(tree: &syn::File) -> Expansions {
    let mut calls = Calls::default();
    calls.visit_file(tree);
    let mut expansions = Expansions::default();
    while !calls.0.is_empty() {
        let mut inner = Calls::default();
        for (key, grammar, tokens) in calls.0 {
            let Ok(arguments) = arguments(grammar, tokens) else { continue };
            arguments.patterns.iter().for_each(|p| inner.visit_pat(p));
            arguments.expressions.iter().for_each(|e| inner.visit_expr(e));
            expansions.0.insert(key, arguments);
        }
        calls = inner;
    }
    expansions
}

fn arguments(grammar: Grammar, tokens: TokenStream) -> syn::Result<Arguments> {
    let mut arguments = Arguments::default();
    match grammar {
        Grammar::Expressions => {
            arguments.expressions = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens)?.into_iter().collect()
        }
        Grammar::Repeat => arguments.expressions = repeat.parse2(tokens)?,
        Grammar::Pattern => pattern.parse2(tokens).map(|(pattern, expressions)| {
            arguments.patterns.push(pattern);
            arguments.expressions = expressions;
        })?,
        Grammar::Json => json_value_or_nothing(&mut arguments.expressions).parse2(tokens)?,
        Grammar::Markup => markup::read(tokens, &mut arguments)?,
        Grammar::Words => {}
    }
    Ok(arguments)
}

fn repeat(input: ParseStream) -> syn::Result<Vec<Expr>> {
    let mut expressions = Vec::new();
    while !input.is_empty() {
        expressions.push(input.parse()?);
        if input.is_empty() {
            break;
        }
        if expressions.len() == 1 && input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            expressions.push(input.parse()?);
            break;
        }
        input.parse::<Token![,]>()?;
    }
    if input.is_empty() { Ok(expressions) } else { Err(input.error("expected `]`")) }
}

fn pattern(input: ParseStream) -> syn::Result<(Pat, Vec<Expr>)> {
    let mut expressions = vec![input.parse()?];
    input.parse::<Token![,]>()?;
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    if input.peek(Token![if]) {
        input.parse::<Token![if]>()?;
        expressions.push(input.parse()?);
    }
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?;
    }
    if input.is_empty() { Ok((pattern, expressions)) } else { Err(input.error("unexpected token")) }
}

fn json_value_or_nothing(expressions: &mut Vec<Expr>) -> impl FnMut(ParseStream) -> syn::Result<()> {
    move |input: ParseStream| if input.is_empty() { Ok(()) } else { json_value(input, expressions) }
}

fn json_value(input: ParseStream, expressions: &mut Vec<Expr>) -> syn::Result<()> {
    if input.peek(syn::token::Brace) {
        let content;
        syn::braced!(content in input);
        while !content.is_empty() {
            expressions.push(Expr::parse(&content)?);
            content.parse::<Token![:]>()?;
            json_value(&content, expressions)?;
            comma(&content)?;
        }
        return Ok(());
    }
    if input.peek(syn::token::Bracket) {
        let content;
        syn::bracketed!(content in input);
        while !content.is_empty() {
            json_value(&content, expressions)?;
            comma(&content)?;
        }
        return Ok(());
    }
    expressions.push(input.parse()?);
    Ok(())
}

fn comma(input: ParseStream) -> syn::Result<()> {
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(grammar: Grammar, tokens: &str) -> Option<usize> {
        arguments(grammar, tokens.parse().unwrap()).ok().map(|a| a.expressions.len() + a.patterns.len())
    }

    #[test]
    fn grammars() {
        assert_eq!(count(Grammar::Expressions, "\"{} {x}\", a + 1, x = b(),"), Some(3));
        assert_eq!(count(Grammar::Expressions, "a b"), None);
        assert_eq!(count(Grammar::Repeat, "0; n * 2"), Some(2));
        assert_eq!(count(Grammar::Repeat, "a, b; c"), None);
        assert_eq!(count(Grammar::Repeat, ""), Some(0));
        assert_eq!(count(Grammar::Pattern, "x, Some(1) | None if { loop {} }"), Some(3));
        assert_eq!(count(Grammar::Pattern, "x, 'a'..='z' | '_'"), Some(2));
        assert_eq!(count(Grammar::Json, "{\"a\": [1, {\"b\": f(x)}], key: null, (k): -1,}"), Some(8));
        assert_eq!(count(Grammar::Json, "{\"a\" 1}"), None);
        assert_eq!(count(Grammar::Json, "null"), Some(1));
    }
}
