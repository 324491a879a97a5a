//! K001: the word `unsafe`, wherever it stands: blocks, functions, impls, traits, attributes, macro arguments.

use crate::walk::{Context, Rule};
use proc_macro2::TokenTree;

pub(crate) struct UnsafeCode;

impl Rule for UnsafeCode {
    fn token(&mut self, token: &TokenTree, _previous: Option<&TokenTree>, cx: &mut Context<'_>) {
        // A raw `r#unsafe` is a plain name and prints with its prefix.
        if let TokenTree::Ident(ident) = token
            && ident == "unsafe"
        {
            let hint = "Write it in safe Rust; what the standard library needs `unsafe` for, `std` here already offers safely.";
            cx.refuse("K001", ident.span(), "`unsafe` is not accepted in a feature", hint);
        }
    }
}
