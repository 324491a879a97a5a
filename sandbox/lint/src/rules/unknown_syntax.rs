//! K012: syntax that the parser passes on unread. Most of it is unstable Rust.

use crate::walk::{Context, Rule};
use proc_macro2::{Span, TokenStream};

const CODE: &str = "K012";

pub(crate) struct UnknownSyntax;

impl Rule for UnknownSyntax {
    fn unknown(&mut self, tokens: &TokenStream, span: Span, cx: &mut Context<'_>) {
        let shown: String = tokens.to_string().chars().take(60).collect();
        cx.refuse(CODE, span, format!("`{shown}` is syntax that cannot be checked"), "Write it in ordinary, stable Rust.");
    }

    fn expression(&mut self, expression: &syn::Expr, cx: &mut Context<'_>) {
        use syn::spanned::Spanned;
        let what = match expression {
            syn::Expr::Yield(_) => "`yield`",
            syn::Expr::TryBlock(_) => "a `try` block",
            syn::Expr::RawAddr(_) => "`&raw`",
            syn::Expr::Closure(closure) if closure.lifetimes.is_some() => "a closure with `for<…>`",
            syn::Expr::Closure(closure) if closure.constness.is_some() => "a `const` closure",
            _ => return,
        };
        cx.refuse(CODE, expression.span(), format!("{what} is not accepted"), "Write it in ordinary, stable Rust.");
    }

    fn item(&mut self, item: &syn::Item, cx: &mut Context<'_>) {
        use syn::spanned::Spanned;
        let what = match item {
            syn::Item::TraitAlias(_) => "a trait alias",
            syn::Item::Union(_) => "a union",
            _ => return,
        };
        cx.refuse(CODE, item.span(), format!("{what} is not accepted"), "Use a trait with a supertrait, or an enum.");
    }
}
