//! K002: the word `extern`, but for the one line that names the façade. Through any other, a feature could name the real
//! `std`, or a C function.

use crate::{
    fix::{Edit, Kind},
    names::Names,
    walk::{Context, Rule},
};
use proc_macro2::{LineColumn, TokenTree};
use std::{collections::BTreeMap, ops::Range};
use syn::{File, Item, ItemExternCrate, Visibility, spanned::Spanned};

/// The line as it must stand.
pub(crate) const LINE: &str = "extern crate kandra_std as std;";

#[derive(Default)]
pub(crate) struct Externs {
    /// Where the one accepted word stands in this file.
    accepted: Option<LineColumn>,
    /// What no feature needs (`extern crate serde;`): where the word stands, and the item's bytes.
    needless: BTreeMap<LineColumn, Range<usize>>,
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

/// A crate that paths can name without it: an allowed one, or one whose names the façade has.
fn is_needless(item: &ItemExternCrate, names: &Names) -> bool {
    let name = item.ident.to_string();
    item.attrs.is_empty()
        && matches!(item.vis, Visibility::Inherited)
        && item.rename.is_none()
        && (matches!(name.as_str(), "std" | "core" | "alloc") || names.is_crate(&name))
}

impl Rule for Externs {
    fn file(&mut self, file: &File, cx: &mut Context<'_>) {
        self.accepted = None;
        let needless = |item: &Item| match item {
            Item::ExternCrate(item) if is_needless(item, cx.names) => Some((item.extern_token.span.start(), item.span().byte_range())),
            _ => None,
        };
        self.needless = file.items.iter().filter_map(needless).collect();
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
            let fix = self.needless.get(&ident.span().start()).map(|bytes| Edit { at: bytes.start, end: bytes.end, kind: Kind::NoExtern });
            let message = "`extern` is not accepted here: it reaches code that no gate has seen";
            cx.refuse_with_fix("K002", ident.span(), message, hint, fix);
        }
    }
}
