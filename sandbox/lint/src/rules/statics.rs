//! K011: statics that can change: `static mut`, and statics whose type holds a lock, a cell or an atomic, openly or inside a
//! type of the feature's own. What they hold is lost with every swap, and differs between revisions that run side by side.

use crate::{
    names::Names,
    parse::Parsed,
    walk::{Context, Rule},
};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::{
    Item, StaticMutability, Type,
    ext::IdentExt,
    spanned::Spanned,
    visit::{self, Visit},
};

const CODE: &str = "K011";
const HINT: &str = "Keep what must last with `ctx.kv()`; a `static` of plain data, or a `const`, is fine.";
/// Words in a type that make it one that can change, or that hide whether it can.
const CHANGING: [&str; 12] =
    ["Mutex", "RwLock", "OnceLock", "LazyLock", "OnceCell", "LazyCell", "Cell", "RefCell", "UnsafeCell", "SyncUnsafeCell", "dyn", "impl"];

#[derive(Default)]
pub(crate) struct Statics {
    /// Types of the crate that hold something that changes.
    changing: BTreeSet<String>,
}

impl Rule for Statics {
    fn prepare(&mut self, files: &[Parsed<'_>], names: &Names, _findings: &mut Vec<crate::Finding>) {
        let mut types = Types::default();
        files.iter().for_each(|f| types.visit_file(&f.tree));
        // Imports under another name, too: `use std::sync::Mutex as M`.
        self.changing = types.reaching(names, |word| CHANGING.contains(&word) || word.starts_with("Atomic"));
    }

    fn item(&mut self, item: &Item, cx: &mut Context<'_>) {
        let Item::Static(item) = item else { return };
        if let StaticMutability::Mut(word) = &item.mutability {
            return cx.refuse(CODE, word.span, "`static mut` is not accepted", HINT);
        }
        let mut shape = Shape::default();
        shape.visit_type(&item.ty);
        if let Some(what) = shape.refused {
            let message = format!("the type of a static cannot be checked here: it holds {what}");
            return cx.refuse(CODE, item.ty.span(), message, HINT);
        }
        let mut mentioned = BTreeSet::new();
        words(quote::ToTokens::to_token_stream(&item.ty), &mut mentioned);
        if let Some(name) = mentioned.iter().find(|m| self.changes(m, cx.names)) {
            let message =
                format!("a static that can change (`{name}`) is not accepted: its value is lost whenever a new revision goes live");
            cx.refuse(CODE, item.ty.span(), message, HINT);
        }
    }
}

impl Statics {
    fn changes(&self, name: &str, names: &Names) -> bool {
        let known = |name: &str| CHANGING.contains(&name) || name.starts_with("Atomic") || self.changing.contains(name);
        names.known_as(name).iter().any(|name| known(name))
    }
}

/// What each type of the crate mentions.
#[derive(Default)]
pub(super) struct Types(BTreeMap<String, BTreeSet<String>>);

impl Types {
    /// The types that mention such a word, themselves or through others.
    pub(super) fn reaching(&self, names: &Names, word: impl Fn(&str) -> bool) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = BTreeSet::new();
        loop {
            let before = found.len();
            for (name, mentioned) in &self.0 {
                if mentioned.iter().any(|m| names.known_as(m).iter().any(|m| word(m) || found.contains(m))) {
                    found.insert(name.clone());
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    fn add(&mut self, name: &syn::Ident, tokens: TokenStream) {
        words(tokens, self.0.entry(name.unraw().to_string()).or_default());
    }
}

impl<'a> Visit<'a> for Types {
    fn visit_item(&mut self, item: &'a Item) {
        use quote::ToTokens;
        match item {
            Item::Struct(i) => {
                self.add(&i.ident, i.fields.to_token_stream());
                self.add(&i.ident, i.generics.to_token_stream());
            }
            Item::Enum(i) => self.add(&i.ident, i.variants.to_token_stream()),
            Item::Type(i) => self.add(&i.ident, i.ty.to_token_stream()),
            _ => {}
        }
        visit::visit_item(self, item);
    }
    fn visit_impl_item_type(&mut self, item: &'a syn::ImplItemType) {
        self.add(&item.ident, quote::ToTokens::to_token_stream(&item.ty));
    }
}

/// Parts of a type that hide what it holds.
#[derive(Default)]
struct Shape {
    refused: Option<&'static str>,
}

impl<'a> Visit<'a> for Shape {
    fn visit_type(&mut self, ty: &'a Type) {
        match ty {
            Type::TraitObject(_) => self.refused = Some("a `dyn` type"),
            Type::ImplTrait(_) => self.refused = Some("an `impl` type"),
            Type::Macro(_) => self.refused = Some("a macro call"),
            Type::Path(path) if path.qself.is_some() => self.refused = Some("a projection"),
            Type::FnPtr(_) => return,
            _ => {}
        }
        visit::visit_type(self, ty);
    }
}

fn words(tokens: TokenStream, into: &mut BTreeSet<String>) {
    let mut open = vec![tokens];
    while let Some(stream) = open.pop() {
        for token in stream {
            match token {
                TokenTree::Ident(ident) => {
                    into.insert(ident.unraw().to_string());
                }
                TokenTree::Group(group) => open.push(group.stream()),
                _ => {}
            }
        }
    }
}
