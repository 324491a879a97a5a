//! K021: what an allowed crate has and a feature may not use: its ways to files, the system's clock or randomness
//! (`door` in `policy/dependencies.toml`). Methods are refused by name, whatever they are called on, in features that name
//! the crate; beneath this rule the library's own libc entry points refuse.

use crate::{
    Finding,
    names::{Leaf, Names},
    parse::Parsed,
    policy::{Door, POLICY},
    walk::{Context, PathPlace, Rule},
};
use proc_macro2::Span;
use syn::{Expr, ext::IdentExt, spanned::Spanned};

const CODE: &str = "K021";

#[derive(Default)]
pub(crate) struct CrateDoors {
    doors: Vec<&'static Door>,
}

impl Rule for CrateDoors {
    fn prepare(&mut self, _files: &[Parsed<'_>], names: &Names, _findings: &mut Vec<Finding>) {
        let named = POLICY.crates.iter().filter(|c| names.is_crate(&c.module));
        self.doors = named.flat_map(|c| &c.doors).collect();
    }

    fn path(&mut self, path: &syn::Path, _place: PathPlace, cx: &mut Context<'_>) {
        let words: Vec<String> = path.segments.iter().map(|s| s.ident.unraw().to_string()).collect();
        self.judge(&words, path.span(), cx);
    }

    fn import(&mut self, _leading: bool, leaf: &Leaf<'_>, cx: &mut Context<'_>) {
        self.judge(&leaf.path, leaf.ident.map(proc_macro2::Ident::span).or(leaf.star).unwrap_or_else(Span::call_site), cx);
    }

    fn expression(&mut self, expression: &Expr, cx: &mut Context<'_>) {
        match expression {
            Expr::MethodCall(call) => self.method(&call.method, cx),
            // `<Type>::name`
            Expr::Path(path) if path.qself.is_some() => {
                if let Some(last) = path.path.segments.last() {
                    self.method(&last.ident, cx);
                }
            }
            _ => {}
        }
    }
}

impl CrateDoors {
    fn judge(&self, path: &[String], span: Span, cx: &mut Context<'_>) {
        let meanings = cx.names.meanings(path);
        let shut = |door: &&&Door| {
            let beneath = |shut: &String| {
                let shut: Vec<&str> = shut.split("::").collect();
                meanings.iter().any(|meaning| meaning.len() >= shut.len() && shut.iter().zip(meaning).all(|(a, b)| a == b))
            };
            door.paths.iter().any(beneath) || path.len() > 1 && path.last().is_some_and(|last| door.methods.contains(last))
        };
        if let Some(door) = self.doors.iter().find(shut) {
            refuse(&path.join("::"), span, door, cx);
        }
    }

    fn method(&self, name: &proc_macro2::Ident, cx: &mut Context<'_>) {
        let word = name.unraw().to_string();
        if let Some(door) = self.doors.iter().find(|door| door.methods.contains(&word)) {
            refuse(&word, name.span(), door, cx);
        }
    }
}

fn refuse(name: &str, span: Span, door: &Door, cx: &mut Context<'_>) {
    let shown: String = name.chars().take(80).collect();
    cx.refuse(CODE, span, format!("`{shown}` is not for features"), door.hint.clone());
}
