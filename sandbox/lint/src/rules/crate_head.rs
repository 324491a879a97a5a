//! K003: how `src/lib.rs` begins: `#![no_std]`, `#![forbid(unsafe_code)]`, and the façade under the name `std`. With these
//! the compiler itself refuses every path that the façade does not have.

use super::externs::{LINE, is_the_line};
use crate::walk::{Context, Rule};
use proc_macro2::Span;
use syn::{AttrStyle, File, Item, Meta};

pub(crate) struct CrateHead;

impl Rule for CrateHead {
    fn file(&mut self, file: &File, cx: &mut Context<'_>) {
        if cx.file != "src/lib.rs" {
            return;
        }
        let inner = |wanted: &str| {
            file.attrs.iter().any(|a| {
                matches!(a.style, AttrStyle::Inner(_))
                    && match &a.meta {
                        Meta::Path(path) => wanted == "no_std" && path.is_ident("no_std"),
                        Meta::List(list) => wanted == "forbid" && list.path.is_ident("forbid") && forbids_unsafe(&list.tokens.to_string()),
                        Meta::NameValue(_) => false,
                    }
            })
        };
        let line = file.items.iter().any(|item| matches!(item, Item::ExternCrate(item) if is_the_line(item, cx.text)));
        let missing: Vec<&str> = [("#![no_std]", inner("no_std")), ("#![forbid(unsafe_code)]", inner("forbid")), (LINE, line)]
            .into_iter()
            .filter_map(|(text, present)| (!present).then_some(text))
            .collect();
        if !missing.is_empty() {
            let message = format!("`src/lib.rs` lacks {}", missing.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(" and "));
            let hint = format!("Begin it with these lines: `#![no_std]`, `#![forbid(unsafe_code)]`, `{LINE}`.");
            let place = file.items.first().map_or_else(Span::call_site, syn::spanned::Spanned::span);
            cx.refuse("K003", place, message, hint);
        }
    }
}

/// Whether `unsafe_code` is among the lints of a list.
fn forbids_unsafe(lints: &str) -> bool {
    lints.split(',').any(|lint| lint.trim() == "unsafe_code")
}
