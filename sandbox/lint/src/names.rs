//! The names that a crate defines or imports, so that a path's beginning can be judged without the compiler.
//!
//! Over the whole crate and without scopes: a name that is defined anywhere counts everywhere. That accepts too much, never
//! too little; a name that is not in scope where it is used fails in the compiler, because the crates of
//! `policy/paths.toml` that could be meant instead are refused whatever the feature defines.

use crate::{
    parse::{Expansions, Parsed},
    policy::POLICY,
};
use std::collections::{BTreeMap, BTreeSet};
use syn::{
    Ident, Item, Macro, UseTree,
    ext::IdentExt,
    visit::{self, Visit},
};

/// What an import names in full, segment by segment.
pub(crate) type FullPath = Vec<String>;

/// The names of a crate.
#[derive(Default)]
pub(crate) struct Names {
    /// What paths may begin with, besides `std`.
    crates: BTreeSet<String>,
    defined: BTreeSet<String>,
    imports: BTreeMap<String, BTreeSet<FullPath>>,
}

/// Imports that are followed through one another, at most.
const MAX_HOPS: usize = 4;
const MAX_MEANINGS: usize = 16;

impl Names {
    /// `named`: the modules of the crates that the manifest names.
    pub(crate) fn of<'m>(files: &[Parsed<'_>], named: impl Iterator<Item = &'m str>) -> Self {
        let base = POLICY.crates.iter().filter(|c| POLICY.is_base(&c.module)).map(|c| c.module.clone());
        let named = named.filter(|module| *module != "kandra_std").map(str::to_owned);
        let mut names = Self { crates: base.chain(named).collect(), ..Self::default() };
        for file in files {
            let module = file.path.trim_end_matches(".rs").rsplit('/').next().unwrap_or_default();
            if module != "lib" && module != "mod" {
                names.defined.insert(module.to_owned());
            }
            Collect { names: &mut names, expansions: &file.expansions }.visit_file(&file.tree);
        }
        names
    }

    /// Whether a path may begin with this word because a crate has that name. Outside of tests the compiler does not know
    /// those that only tests may name.
    pub(crate) fn is_crate(&self, module: &str) -> bool {
        module == "std" || self.crates.contains(module) || POLICY.dev.iter().any(|dev| dev.name.replace('-', "_") == module)
    }

    /// The crates that paths may begin with, `std` left out.
    pub(crate) fn crates(&self) -> &BTreeSet<String> {
        &self.crates
    }

    /// Whether the crate defines or imports this name.
    pub(crate) fn is_local(&self, name: &str) -> bool {
        self.defined.contains(name) || self.imports.contains_key(name)
    }

    /// Whether the crate defines an item, module or generic of this name.
    pub(crate) fn is_defined(&self, name: &str) -> bool {
        self.defined.contains(name)
    }

    /// Every path that an import gives this name, however many imports hand it on under other names.
    pub(crate) fn targets(&self, name: &str) -> BTreeSet<FullPath> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::from([name.to_owned()]);
        let mut open = vec![name.to_owned()];
        while let Some(name) = open.pop() {
            for target in self.imports.get(&name).into_iter().flatten() {
                found.insert(strip(target));
                open.extend(target.last().filter(|last| seen.insert((*last).clone())).cloned());
            }
        }
        found
    }

    /// A name, and the names that things have which imports bring under it.
    pub(crate) fn known_as(&self, name: &str) -> BTreeSet<String> {
        self.targets(name).into_iter().filter_map(|mut target| target.pop()).chain([name.to_owned()]).collect()
    }

    /// All that a path may mean: itself, and with its first segment replaced by what imports of that name name.
    pub(crate) fn meanings(&self, path: &[String]) -> Vec<FullPath> {
        let mut meanings = vec![strip(path)];
        let mut from = 0;
        for _ in 0..MAX_HOPS {
            let until = meanings.len();
            for index in from..until {
                let Some(targets) = meanings[index].first().and_then(|first| self.imports.get(first)) else { continue };
                for target in targets {
                    let full: FullPath = strip(target).into_iter().chain(meanings[index][1..].iter().cloned()).collect();
                    if meanings.len() < MAX_MEANINGS && !meanings.contains(&full) {
                        meanings.push(full);
                    }
                }
            }
            from = until;
        }
        meanings
    }
}

/// `crate::std::fs` is `std::fs`: the crate root holds the façade under that name.
pub(crate) fn strip(path: &[String]) -> FullPath {
    let keep = path.iter().position(|s| !matches!(s.as_str(), "crate" | "self" | "super")).unwrap_or(0);
    if path.get(keep).is_some_and(|s| s == "std") { path[keep..].to_vec() } else { path.to_vec() }
}

struct Collect<'n, 'e> {
    names: &'n mut Names,
    expansions: &'e Expansions,
}

impl Collect<'_, '_> {
    fn define(&mut self, ident: &Ident) {
        self.names.defined.insert(ident.unraw().to_string());
    }
}

impl<'a> Visit<'a> for Collect<'_, 'a> {
    fn visit_item(&mut self, item: &'a Item) {
        match item {
            Item::Const(i) => self.define(&i.ident),
            Item::Enum(i) => {
                self.define(&i.ident);
                i.variants.iter().for_each(|v| self.define(&v.ident));
            }
            Item::Fn(i) => self.define(&i.sig.ident),
            Item::Mod(i) => self.define(&i.ident),
            Item::Static(i) => self.define(&i.ident),
            Item::Struct(i) => self.define(&i.ident),
            Item::Trait(i) => self.define(&i.ident),
            Item::Type(i) => self.define(&i.ident),
            Item::Union(i) => self.define(&i.ident),
            Item::Use(i) => {
                for leaf in leaves(&i.tree) {
                    if let Some(name) = leaf.name {
                        self.names.imports.entry(name).or_default().insert(leaf.path);
                    }
                }
            }
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_type_param(&mut self, param: &'a syn::TypeParam) {
        self.define(&param.ident);
        visit::visit_type_param(self, param);
    }

    fn visit_macro(&mut self, call: &'a Macro) {
        let expansions = self.expansions;
        expansions.enter(call, self);
    }
}

/// One name of a `use`.
pub(crate) struct Leaf<'a> {
    /// All segments, raw prefixes removed.
    pub(crate) path: FullPath,
    /// What the name is in scope as; `None` for a glob and for `_`.
    pub(crate) name: Option<String>,
    /// Whether it is `*`.
    pub(crate) glob: bool,
    /// Where to point.
    pub(crate) ident: Option<&'a Ident>,
    /// Whether the name was changed by `as`.
    pub(crate) renamed: bool,
    /// The `*`, for its place.
    pub(crate) star: Option<proc_macro2::Span>,
}

/// Every name of a `use`.
pub(crate) fn leaves(tree: &UseTree) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    let mut open: Vec<(Vec<String>, &UseTree)> = vec![(Vec::new(), tree)];
    while let Some((mut prefix, tree)) = open.pop() {
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.unraw().to_string());
                open.push((prefix, &path.tree));
            }
            UseTree::Group(group) => open.extend(group.items.iter().rev().map(|item| (prefix.clone(), item))),
            UseTree::Glob(glob) => {
                found.push(Leaf { path: prefix, name: None, glob: true, ident: None, renamed: false, star: Some(glob.star_token.span) })
            }
            UseTree::Name(name) => {
                let ident = name.ident.unraw().to_string();
                // `use a::b::{self}` brings `b`.
                let shown = if ident == "self" { prefix.last().cloned() } else { Some(ident.clone()) };
                if ident != "self" || prefix.is_empty() {
                    prefix.push(ident);
                }
                found.push(Leaf { path: prefix, name: shown, glob: false, ident: Some(&name.ident), renamed: false, star: None });
            }
            UseTree::Rename(rename) => {
                let ident = rename.ident.unraw().to_string();
                if ident != "self" || prefix.is_empty() {
                    prefix.push(ident);
                }
                let shown = (rename.rename != "_").then(|| rename.rename.unraw().to_string());
                found.push(Leaf { path: prefix, name: shown, glob: false, ident: Some(&rename.ident), renamed: true, star: None });
            }
        }
    }
    found
}
