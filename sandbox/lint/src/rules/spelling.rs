//! K022: names whose spelling the compiler normalises. It reads `é` and `e` with an accent as one name, and a Kelvin sign as
//! the letter K, and the lifetime `'r#a` as `'a`; every rule here compares names as they are written, so there is one way to write each.

use crate::walk::{Context, Rule};
use proc_macro2::{Spacing, TokenTree};
use unicode_normalization::is_nfc;

pub(crate) struct Spelling;

impl Rule for Spelling {
    fn token(&mut self, token: &TokenTree, previous: Option<&TokenTree>, cx: &mut Context<'_>) {
        if let TokenTree::Ident(ident) = token {
            let name = ident.to_string();
            let quoted = matches!(previous, Some(TokenTree::Punct(quote)) if quote.as_char() == '\'' && quote.spacing() == Spacing::Joint);
            if quoted && name.starts_with("r#") {
                let shown: String = name.chars().take(60).collect();
                cx.refuse(
                    "K022",
                    ident.span(),
                    format!("the compiler reads the lifetime `'{shown}` as another spelling of itself"),
                    "Write it without `r#`.",
                );
            }
            if name.chars().any(|c| matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}')) {
                let hint = "Delete it: two names that look the same are two names.";
                cx.refuse("K022", ident.span(), "a name holds an invisible character", hint);
            }
            if !name.is_ascii() && !is_nfc(&name) {
                let shown: String = name.chars().take(60).collect();
                let hint = "Write it in composed characters (Unicode's form NFC), or in ASCII.";
                cx.refuse("K022", ident.span(), format!("the compiler reads the name `{shown}` as another spelling of itself"), hint);
            }
        }
    }
}
