//! K004: attributes by allow-list (`policy/attributes.toml`). serde's attributes hold Rust in strings: those strings are
//! judged like code.

use super::{Refusal, judge_path};
use crate::{
    policy::POLICY,
    walk::{Context, Rule},
};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    AttrStyle, Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaList, Path, Token, ext::IdentExt, parse::Parser, punctuated::Punctuated,
    spanned::Spanned,
};

const CODE: &str = "K004";
/// Characters of Rust in one of serde's strings, at most.
const MAX_SERDE_CODE: usize = 200;

pub(crate) struct Attributes;

impl Rule for Attributes {
    fn attribute(&mut self, attribute: &Attribute, cx: &mut Context<'_>) {
        let name = words(attribute.path()).join("::");
        let inner = matches!(attribute.style, AttrStyle::Inner(_));
        match (name.as_str(), &attribute.meta) {
            ("no_std", Meta::Path(_)) if inner && cx.file == "src/lib.rs" => {}
            ("forbid", Meta::List(_)) => quiet(attribute, cx),
            ("derive", Meta::List(list)) => derives(list, cx),
            ("cfg", Meta::List(list)) => {
                let condition: String = list.tokens.to_string().chars().filter(|c| !c.is_whitespace()).collect();
                if !POLICY.cfg.contains(&condition) {
                    let message = format!("the condition `cfg({})` is not accepted", clip(&condition));
                    cx.refuse(
                        CODE,
                        attribute.span(),
                        message,
                        "Only `#[cfg(test)]` and `#[cfg(debug_assertions)]`, and their `not`, are known here.",
                    );
                }
            }
            ("repr", Meta::List(list)) => {
                let named = Punctuated::<Path, Token![,]>::parse_terminated.parse2(list.tokens.clone());
                if !named.is_ok_and(|paths| paths.iter().all(|p| POLICY.repr.contains(&words(p).join("::")))) {
                    cx.refuse(
                        CODE,
                        attribute.span(),
                        "this representation is not accepted",
                        "Accepted are `C`, `transparent` and the integer types.",
                    );
                }
            }
            ("serde", Meta::List(list)) => match Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone()) {
                Ok(metas) => metas.iter().for_each(|meta| serde(meta, cx)),
                Err(_) => cx.refuse(CODE, attribute.span(), "this serde attribute cannot be read", "Write `#[serde(name = \"value\")]`."),
            },
            _ if POLICY.attributes.contains(&name) || name.starts_with("clippy::") => quiet(attribute, cx),
            _ => {
                let hint = POLICY.attribute_hints.get(&name).cloned().unwrap_or_else(|| {
                    "Accepted are `derive`, `serde`, `cfg(test)`, `test`, `doc`, `allow`, `inline`, `must_use` and a few more.".into()
                });
                cx.refuse(CODE, attribute.span(), format!("the attribute `{}` is not accepted in a feature", clip(&name)), hint);
            }
        }
    }
}

/// The words of a harmless attribute hold no macro call.
fn quiet(attribute: &Attribute, cx: &mut Context<'_>) {
    if let Meta::List(list) = &attribute.meta
        && let Some(span) = bang(list.tokens.clone())
    {
        cx.refuse(CODE, span, "an attribute's words hold no macro call", "Write the text as a literal.");
    }
}

fn derives(list: &MetaList, cx: &mut Context<'_>) {
    let Ok(paths) = Punctuated::<Path, Token![,]>::parse_terminated.parse2(list.tokens.clone()) else {
        return cx.refuse(CODE, list.span(), "this derive list cannot be read", "Write `#[derive(Debug, Clone)]`.");
    };
    for path in &paths {
        let words = words(path);
        let known = words.last().is_some_and(|last| POLICY.derives.contains(last));
        let from = words.len() == 1 || cx.names.is_crate(&words[0]);
        if !known || !from {
            let message = format!("deriving `{}` is not accepted", clip(&words.join("::")));
            let hint =
                format!("Derivable are {}; write other impls by hand.", POLICY.derives.iter().cloned().collect::<Vec<_>>().join(", "));
            cx.refuse(CODE, path.span(), message, hint);
        } else if let Some(refusal) = judge_whole(&words, path.leading_colon.is_some(), cx) {
            cx.refuse(refusal.code, path.span(), refusal.message, refusal.hint);
        }
    }
}

fn serde(meta: &Meta, cx: &mut Context<'_>) {
    let key = words(meta.path()).join("::");
    match meta {
        Meta::Path(_) if POLICY.serde_words.contains(&key) => {}
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if POLICY.serde_text.contains(&key) && text.suffix().is_empty() => {}
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if POLICY.serde_code.contains(&key) => serde_code(text, cx),
            other => cx.refuse(
                CODE,
                other.span(),
                format!("`#[serde({} = …)]` is not accepted like this", clip(&key)),
                "Its value is a string literal.",
            ),
        },
        // `rename(serialize = "…")`, `bound(deserialize = "…")`
        Meta::List(list) if POLICY.serde_text.contains(&key) || POLICY.serde_code.contains(&key) => {
            let pairs = Punctuated::<syn::MetaNameValue, Token![,]>::parse_terminated.parse2(list.tokens.clone()).unwrap_or_default();
            let literal = |value: &Expr| if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value { Some(text.clone()) } else { None };
            match pairs.iter().map(|p| literal(&p.value)).collect::<Option<Vec<_>>>() {
                Some(literals) if !literals.is_empty() => {
                    if POLICY.serde_code.contains(&key) {
                        literals.iter().for_each(|text| serde_code(text, cx));
                    }
                }
                _ => {
                    cx.refuse(CODE, list.span(), format!("`#[serde({}(…))]` cannot be read", clip(&key)), "Its values are string literals.")
                }
            }
        }
        _ => {
            let hint = "Accepted are rename, rename_all, default, skip, flatten, tag, content, untagged, with, skip_serializing_if and their relatives.";
            cx.refuse(CODE, meta.span(), format!("`#[serde({})]` is not accepted", clip(&key)), hint);
        }
    }
}

/// A string that serde's derive turns into code.
fn serde_code(text: &LitStr, cx: &mut Context<'_>) {
    let value = text.value();
    let refusal = if value.chars().count() > MAX_SERDE_CODE {
        Some(Refusal {
            code: CODE,
            message: format!("code in a serde attribute has at most {MAX_SERDE_CODE} characters"),
            hint: "Name a function.".into(),
        })
    } else {
        match value.parse::<TokenStream>() {
            Ok(tokens) => judge_tokens(tokens, cx),
            Err(_) => Some(Refusal {
                code: CODE,
                message: "the code in this serde attribute cannot be read".into(),
                hint: "Name a function or a type.".into(),
            }),
        }
    };
    if let Some(refusal) = refusal {
        cx.refuse(refusal.code, text.span(), refusal.message, refusal.hint);
    }
}

/// Judges loose tokens: their paths, and words and brackets that name nothing but doors.
fn judge_tokens(tokens: TokenStream, cx: &Context<'_>) -> Option<Refusal> {
    let mut open = vec![tokens];
    while let Some(stream) = open.pop() {
        let mut path: Vec<String> = Vec::new();
        let mut leading = false;
        let mut colons = 0;
        for token in stream.into_iter().map(Some).chain([None]) {
            match token {
                Some(TokenTree::Punct(punct)) if punct.as_char() == ':' => colons += 1,
                Some(TokenTree::Ident(ident)) => {
                    let word = ident.unraw().to_string();
                    // A type behind a `dyn`, or a function's, would be one that no rule for types sees.
                    if ["unsafe", "extern", "dyn", "impl", "fn"].iter().any(|refused| ident == *refused) {
                        return Some(Refusal {
                            code: CODE,
                            message: format!("`{word}` in a serde attribute is not accepted"),
                            hint: "Name a function or a type.".into(),
                        });
                    }
                    if colons < 2 || (path.is_empty() && !leading && colons > 2) {
                        if let Some(refusal) = judge_whole(&path, leading, cx) {
                            return Some(refusal);
                        }
                        path.clear();
                        leading = false;
                    } else if path.is_empty() {
                        leading = true;
                    }
                    path.push(word);
                    colons = 0;
                }
                other => {
                    if let Some(refusal) = judge_whole(&path, leading, cx) {
                        return Some(refusal);
                    }
                    path.clear();
                    (leading, colons) = (false, 0);
                    match other {
                        Some(TokenTree::Punct(punct)) if punct.as_char() == '!' => {
                            return Some(Refusal {
                                code: CODE,
                                message: "a macro call in a serde attribute is not accepted".into(),
                                hint: "Name a function.".into(),
                            });
                        }
                        Some(TokenTree::Group(group)) if group.delimiter() == proc_macro2::Delimiter::Brace => {
                            return Some(Refusal {
                                code: CODE,
                                message: "a block in a serde attribute is not accepted".into(),
                                hint: "Name a function.".into(),
                            });
                        }
                        Some(TokenTree::Group(group)) => open.push(group.stream()),
                        _ => {}
                    }
                }
            }
        }
    }
    None
}

fn judge_whole(path: &[String], leading: bool, cx: &Context<'_>) -> Option<Refusal> {
    if path.len() > 1 || (leading && !path.is_empty()) { judge_path(path, leading, cx.names) } else { None }
}

fn bang(tokens: TokenStream) -> Option<Span> {
    let mut open = vec![tokens];
    while let Some(stream) = open.pop() {
        for token in stream {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '!' => return Some(punct.span()),
                TokenTree::Group(group) => open.push(group.stream()),
                _ => {}
            }
        }
    }
    None
}

fn words(path: &Path) -> Vec<String> {
    path.segments.iter().map(|s| s.ident.unraw().to_string()).collect()
}

fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}
