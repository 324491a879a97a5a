//! K002: the word `extern`, but for the one line that names the façade. Through any other, a feature could name the real
//! `std`, or a C function.

use crate::walk::{Context, Rule};
use proc_macro2::{LineColumn, TokenTree};
use syn::{File, Item, ItemExternCrate, Visibility};

/// The line as it must stand.
pub(crate) const LINE: &str = "extern crate kandra_std as std;";

#[derive(Default)]
pub(crate) struct Externs {
    /// Where the one accepted word stands in this file.
    accepted: Option<LineColumn>,
}

/// Whether this is the one accepted item.
pub(crate) fn is_the_line(item: &ItemExternCrate, text: &str) -> bool {
    let at = item.extern_token.span.byte_range();
    item.attrs.is_empty()
        && matches!(item.vis, Visibility::Inherited)
        && item.ident == "kandra_std"
        && item.rename.as_ref().is_some_and(|(_, name)| name == "std")
        && text.get(at.start..).is_some_and(|rest| rest.starts_with(LINE))
}

impl Rule for Externs {
    fn file(&mut self, file: &File, cx: &mut Context<'_>) {
        self.accepted = None;
        if cx.file == "src/lib.rs" {
            self.accepted = file.items.iter().find_map(|item| match item {
                Item::ExternCrate(item) if is_the_line(item, cx.text) => Some(item.extern_token.span.start()),
                _ => None,
            });
        }
    }

    fn token(&mut self, token: &TokenTree, _previous: Option<&TokenTree>, cx: &mut Context<'_>) {
        if let TokenTree::Ident(ident) = token
            && ident == "extern"
            && self.accepted != Some(ident.span().start())
        {
            let hint = format!("The only accepted line is `{LINE}`, once, at the root of `src/lib.rs`; allowed crates need no `extern`.");
            cx.refuse("K002", ident.span(), "`extern` is not accepted here: it reaches code that no gate has seen", hint);
        }
    }
}
