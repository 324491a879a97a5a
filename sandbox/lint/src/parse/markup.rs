//! The grammar of `maud`'s `html!`: what is Rust in it is parsed as Rust, so that rules and ticks see it; names of elements
//! and attributes, and literals, run nothing.
//!
//! It accepts more than the macro does, and never less of what holds code: parentheses and brackets are expressions, braces
//! hold markup again, `@` begins a control word whose head is Rust.

use super::Arguments;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Expr, Lit, Pat, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

/// Reads markup into its expressions, patterns and loops.
pub(super) fn read(tokens: TokenStream, found: &mut Arguments) -> syn::Result<()> {
    (|input: ParseStream| markup(input, found)).parse2(tokens)
}

fn markup(input: ParseStream, found: &mut Arguments) -> syn::Result<()> {
    while !input.is_empty() {
        piece(input, found)?;
    }
    Ok(())
}

/// Whether an element's name or its attributes go on after this piece.
enum Goes {
    /// A value follows: after `.`, `#` and `=` braces are no body.
    OnToValue,
    On,
    /// Braces, a splice, a literal or `;`.
    NoFurther,
}

fn piece(input: ParseStream, found: &mut Arguments) -> syn::Result<Goes> {
    if input.peek(Token![@]) {
        input.parse::<Token![@]>()?;
        control(input, found)?;
        while input.peek(Token![@]) && input.peek2(Token![else]) {
            input.parse::<Token![@]>()?;
            control(input, found)?;
        }
    } else if input.peek(syn::token::Brace) {
        braces(input, found)?;
    } else if input.peek(syn::token::Paren) {
        let inner;
        syn::parenthesized!(inner in input);
        found.expressions.push(whole(&inner)?);
    } else if input.peek(syn::token::Bracket) {
        let inner;
        syn::bracketed!(inner in input);
        found.expressions.push(whole(&inner)?);
    } else {
        return inert(input);
    }
    Ok(Goes::NoFurther)
}

/// What a match arm shows: one element, block, splice, literal or control word. Where it ends early, what is left is no
/// pattern, and `=>` is never markup.
fn arm(input: ParseStream, found: &mut Arguments) -> syn::Result<()> {
    let element = !(input.peek(Token![@]) || input.peek(syn::token::Brace) || input.peek(syn::token::Paren) || input.peek(Lit));
    let mut goes = piece(input, found)?;
    while element && !input.is_empty() {
        let body = !matches!(goes, Goes::OnToValue) && input.peek(syn::token::Brace);
        let end = input.peek(Token![;]);
        goes = piece(input, found)?;
        if body || end {
            break;
        }
    }
    Ok(())
}

/// A name, a literal, or punctuation between them.
fn inert(input: ParseStream) -> syn::Result<Goes> {
    match input.parse::<TokenTree>()? {
        TokenTree::Punct(punct) if !".#=-:;?,".contains(punct.as_char()) => Err(syn::Error::new(punct.span(), "not markup")),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => Err(syn::Error::new(group.span(), "not markup")),
        TokenTree::Punct(punct) if ".#=".contains(punct.as_char()) => Ok(Goes::OnToValue),
        _ => Ok(Goes::On),
    }
}

fn whole(input: ParseStream) -> syn::Result<Expr> {
    let expression = input.parse()?;
    if input.is_empty() { Ok(expression) } else { Err(input.error("one expression")) }
}

fn braces(input: ParseStream, found: &mut Arguments) -> syn::Result<()> {
    let inner;
    syn::braced!(inner in input);
    markup(&inner, found)
}

fn loop_body(input: ParseStream, found: &mut Arguments) -> syn::Result<()> {
    let inner;
    let brace = syn::braced!(inner in input);
    found.loops.push(brace.span.open());
    markup(&inner, found)
}

fn head(input: ParseStream, found: &mut Arguments) -> syn::Result<()> {
    found.expressions.push(input.call(Expr::parse_without_eager_brace)?);
    Ok(())
}

fn control(input: ParseStream, found: &mut Arguments) -> syn::Result<()> {
    let word = input.call(proc_macro2::Ident::parse_any)?;
    match word.to_string().as_str() {
        "if" => {
            head(input, found)?;
            braces(input, found)
        }
        "else" if input.peek(Token![if]) => {
            input.parse::<Token![if]>()?;
            head(input, found)?;
            braces(input, found)
        }
        "else" => braces(input, found),
        "while" => {
            head(input, found)?;
            loop_body(input, found)
        }
        "for" => {
            found.patterns.push(Pat::parse_multi_with_leading_vert(input)?);
            input.parse::<Token![in]>()?;
            head(input, found)?;
            loop_body(input, found)
        }
        "let" => {
            found.patterns.push(Pat::parse_single(input)?);
            if input.peek(Token![:]) {
                input.parse::<Token![:]>()?;
                let ty: Type = input.parse()?;
                // A cast of nothing carries the type to the rules.
                found.expressions.push(syn::parse_quote!(() as #ty));
            }
            input.parse::<Token![=]>()?;
            found.expressions.push(input.parse()?);
            if input.peek(Token![else]) {
                input.parse::<Token![else]>()?;
                let otherwise: syn::ExprBlock = input.parse()?;
                found.expressions.push(Expr::Block(otherwise));
            }
            input.parse::<Token![;]>().map(drop)
        }
        "match" => {
            head(input, found)?;
            arms(input, found)
        }
        _ => Err(syn::Error::new(word.span(), "not a word of markup")),
    }
}

fn arms(input: ParseStream, found: &mut Arguments) -> syn::Result<()> {
    let inner;
    syn::braced!(inner in input);
    while !inner.is_empty() {
        found.patterns.push(Pat::parse_multi_with_leading_vert(&inner)?);
        if inner.peek(Token![if]) {
            inner.parse::<Token![if]>()?;
            found.expressions.push(inner.parse()?);
        }
        inner.parse::<Token![=>]>()?;
        arm(&inner, found)?;
        if inner.peek(Token![,]) {
            inner.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tokens: &str) -> Option<(usize, usize, usize)> {
        let mut found = Arguments::default();
        read(tokens.parse().unwrap(), &mut found).ok()?;
        Some((found.expressions.len(), found.patterns.len(), found.loops.len()))
    }

    #[test]
    fn everything_that_holds_code_is_found() {
        for (tokens, expected) in [
            ("", (0, 0, 0)),
            ("p.note #main data-id=(id) title=[none] checked[on] { \"text\" (a) (b + c()) }", (5, 0, 0)),
            ("input type=\"text\" class={ \"a-\" (n) } required; br;", (1, 0, 0)),
            ("@if a == b { p { (c) } } @else if let Some(d) = e { (d) } @else { \"no\" }", (4, 0, 0)),
            ("@for (i, x) in list.iter().enumerate() { li { (i) (x) } }", (3, 1, 1)),
            ("@while more() { hr; }", (1, 0, 1)),
            ("@let n: usize = list.len(); (n)", (3, 1, 0)),
            ("@match kind { Kind::A | Kind::B => b { (x) }, Kind::C(y) if y > 1 => { (y) } _ => (z), }", (5, 3, 0)),
            ("@match x { 0 => \"a\" 1 => p.b #{ (c) } { (d) } 2 => br; 3 => @if e { (f) } @else { (g) } _ => { } }", (6, 5, 0)),
            ("@let Some(a) = b else { return c };", (2, 1, 0)),
            ("{ { @for x in y { @for z in x { (z) } } } }", (3, 2, 2)),
            ("(PreEscaped(\"<br>\")) custom-element:name { }", (1, 0, 0)),
        ] {
            assert_eq!(found(tokens), Some(expected), "{tokens}");
        }
    }

    #[test]
    fn what_is_no_markup_is_refused() {
        for tokens in ["@loop { }", "p { ! }", "(a b)", "@for x { }", "p & q", "@let x;", "@unsafe { }", "p { (a; b) }", "a => b"] {
            assert_eq!(found(tokens), None, "{tokens}");
        }
    }
}
