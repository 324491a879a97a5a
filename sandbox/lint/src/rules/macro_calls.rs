//! K005: macro calls by allow-list (`policy/macros.toml`). The arguments of an allowed macro are parsed by its grammar and
//! judged by every rule; what does not parse is refused, so nothing stays unread.

use crate::{
    names::Leaf,
    policy::POLICY,
    walk::{Context, Rule},
};
use syn::{Macro, ext::IdentExt, spanned::Spanned};

const CODE: &str = "K005";

pub(crate) struct MacroCalls;

impl Rule for MacroCalls {
    fn macro_call(&mut self, call: &Macro, cx: &mut Context<'_>) {
        let words: Vec<String> = call.path.segments.iter().map(|s| s.ident.unraw().to_string()).collect();
        let (Some(first), Some(name)) = (words.first(), words.last()) else { return };
        if name == "macro_rules" {
            return; // the next rule's
        }
        let shown: String = words.join("::").chars().take(60).collect();
        let Some(allowed) = POLICY.macros.get(name) else {
            let hint = POLICY.macro_hints.get(name).cloned().unwrap_or_else(|| {
                "Write a function instead; accepted are format!, vec!, json!, write!, assert!, matches!, panic! and their relatives.".into()
            });
            return cx.refuse(CODE, call.path.span(), format!("the macro `{shown}!` is not accepted in a feature"), hint);
        };
        if words.len() > 1 && !allowed.crates.contains(first) {
            let hint = format!("Call it as `{name}!`.");
            return cx.refuse(CODE, call.path.span(), format!("the macro `{shown}!` is not one of the allowed crates' own"), hint);
        }
        if name == "cfg" {
            let condition: String = call.tokens.to_string().chars().filter(|c| !c.is_whitespace()).collect();
            if !POLICY.cfg.contains(&condition) {
                let message = format!("the condition `cfg!({})` is not accepted", condition.chars().take(60).collect::<String>());
                let hint = "Only `cfg!(test)` and `cfg!(debug_assertions)`, and their `not`, are known here.";
                cx.refuse(CODE, call.path.span(), message, hint);
            }
        }
        if cx.expansions.of(call).is_none() {
            let message = format!("the arguments of `{shown}!` cannot be read as code");
            cx.refuse(CODE, call.path.span(), message, "Write plain expressions with commas between; compute longer ones before the call.");
        }
    }

    fn import(&mut self, _leading: bool, leaf: &Leaf<'_>, cx: &mut Context<'_>) {
        if let (true, Some(name), Some(ident)) = (leaf.renamed, &leaf.name, leaf.ident)
            && POLICY.macros.contains_key(name)
            && leaf.path.last() != Some(name)
        {
            let message = format!("an import is renamed to `{name}`, the name of an allowed macro");
            cx.refuse(CODE, ident.span(), message, "Choose another name.");
        }
    }
}
