//! K003: how `src/lib.rs` begins: `#![no_std]`, `#![forbid(unsafe_code)]`, and the façade under the name `std`. With these
//! the compiler itself refuses every path that the façade does not have.

use super::externs::{LINE, is_the_line};
use crate::{
    fix::{Edit, Kind},
    walk::{Context, Rule},
};
use proc_macro2::Span;
use syn::{AttrStyle, File, Item, Meta, spanned::Spanned};

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
            let place = file.items.first().map_or_else(Span::call_site, Spanned::span);
            let kinds = [("#![no_std]", Kind::NoStd), ("#![forbid(unsafe_code)]", Kind::Forbid), (LINE, Kind::Facade)];
            let kinds: Vec<Kind> = kinds.into_iter().filter(|(text, _)| missing.contains(text)).map(|(_, kind)| kind).collect();
            let fix = fix(file, cx.text, &kinds).unwrap_or_default();
            cx.refuse_with_fix("K003", place, message, hint, fix);
        }
    }
}

/// The missing lines: attributes behind the words that document the crate, the façade behind all attributes. Nothing where
/// another spelling of the façade stands, and where the place is not the beginning of a line.
fn fix(file: &File, text: &str, missing: &[Kind]) -> Option<Vec<Edit>> {
    if file.items.iter().any(|item| matches!(item, Item::ExternCrate(item) if item.ident == "kandra_std")) {
        return None;
    }
    let documented: usize = text.split_inclusive('\n').take_while(|line| line.starts_with("//!")).map(str::len).sum();
    let attributes = match file.attrs.last() {
        None => 0,
        Some(last) => {
            let end = last.span().byte_range().end;
            let line = text.get(end..)?.split_inclusive('\n').next().unwrap_or_default();
            line.trim().is_empty().then_some(end + line.len())?
        }
    };
    let at = |kind: &Kind| if *kind == Kind::Facade { attributes.max(documented) } else { documented };
    // A file that ends without a line feed there has nowhere to put a line.
    let begins_a_line = |at: usize| at == 0 || text[..at].ends_with('\n');
    let edits: Vec<Edit> = missing.iter().map(|kind| Edit { at: at(kind), end: at(kind), kind: *kind }).collect();
    edits.iter().all(|edit| begins_a_line(edit.at)).then_some(edits)
}

/// Whether `unsafe_code` is among the lints of a list.
fn forbids_unsafe(lints: &str) -> bool {
    lints.split(',').any(|lint| lint.trim() == "unsafe_code")
}
