//! K006: definitions of macros. What a macro of the feature's own expands to, no gate has read.

use crate::walk::{Context, Rule};
use syn::{Macro, ext::IdentExt, spanned::Spanned};

pub(crate) struct MacroDefinitions;

impl Rule for MacroDefinitions {
    fn macro_call(&mut self, call: &Macro, cx: &mut Context<'_>) {
        if call.path.segments.last().is_some_and(|s| s.ident.unraw() == "macro_rules") {
            let hint = "Write a function, a generic or a trait instead.";
            cx.refuse("K006", call.path.span(), "features define no macros: what one expands to cannot be checked", hint);
        }
    }
}
