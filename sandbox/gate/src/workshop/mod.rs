//! What features are built with: the toolchain, and the SDK with its dependencies, built once and then read-only.

pub(crate) mod adding;
mod advisories;
mod embedded;
mod metadata;
mod outside;
pub(crate) mod prebuilt;
mod registry;
mod review;
mod shelf;
mod stock;
mod ticker;
mod tidy;
mod toolchain;
mod warm;

pub use adding::{Considered, Wish};
pub use advisories::{Advisories, Advisory};
pub(crate) use embedded::EXTERNS;
pub use embedded::template;
pub use review::{CrateReport, Part};
pub use shelf::{AddedCrate, AllowedCrate, Shelf};
pub(crate) use stock::{Recipe, Stock};
pub use toolchain::Toolchain;
pub use warm::WarmProgress;

use crate::{Cancel, GateError, MissingLayers, Source, StageFailure};
use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};
use warm::Warming;

/// A toolchain and a place for the warm builds. Clones share everything.
#[derive(Clone, Debug)]
pub struct Workshop {
    shop: Arc<Shop>,
}

#[derive(Debug)]
struct Shop {
    toolchain: Toolchain,
    root: PathBuf,
    base: Arc<Stock>,
    shelf: RwLock<Arc<Stock>>,
}

impl Workshop {
    /// Finds the toolchain and computes the keys; builds nothing. Takes about 30 ms.
    ///
    /// # Errors
    /// [`GateError::Toolchain`] when something must be installed first.
    pub fn open(cache_root: &Path) -> Result<Self, GateError> {
        let toolchain = Toolchain::find()?;
        let base = Arc::new(Stock::new(cache_root, Recipe::Base, &toolchain));
        let shelf = RwLock::new(Arc::new(Stock::new(cache_root, Recipe::Shelf(Shelf::default()), &toolchain)));
        Ok(Self { shop: Arc::new(Shop { toolchain, root: cache_root.to_owned(), base, shelf }) })
    }

    /// What stands on the shelf besides the reviewed crates.
    pub fn shelf(&self) -> Shelf {
        match &self.shelf_stock().recipe {
            Recipe::Shelf(shelf) => shelf.clone(),
            Recipe::Base => Shelf::default(),
        }
    }

    /// Puts other crates on the shelf: features that name one of the shelf are built against it from now on.
    pub fn set_shelf(&self, shelf: Shelf) {
        let stock = Arc::new(Stock::new(&self.shop.root, Recipe::Shelf(shelf), &self.shop.toolchain));
        *self.shop.shelf.write().unwrap_or_else(PoisonError::into_inner) = stock;
    }

    /// Hash of SDK, shelf, lock, rustc and flags: the name of the shelf's warm build.
    pub fn shelf_key(&self) -> String {
        self.shelf_stock().key().to_owned()
    }

    pub(crate) fn shelf_stock(&self) -> Arc<Stock> {
        Arc::clone(&self.shop.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The warm build that a crate needs.
    pub(crate) fn stock_for(&self, source: &Source) -> Arc<Stock> {
        if source.needs_shelf() { self.shelf_stock() } else { Arc::clone(&self.shop.base) }
    }

    /// `$XDG_CACHE_HOME/kandra`, or `~/.cache/kandra`.
    pub fn default_cache_root() -> Option<PathBuf> {
        let set = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?;
        Some(base.join("kandra"))
    }

    /// What it builds with.
    pub fn toolchain(&self) -> &Toolchain {
        &self.shop.toolchain
    }

    /// Hash of SDK, lock, rustc and flags: the name of the warm build.
    pub fn key(&self) -> &str {
        self.shop.base.key()
    }

    /// Where all warm builds are.
    pub fn cache_root(&self) -> &Path {
        &self.shop.root
    }

    /// Where this one is, or will be.
    pub fn directory(&self) -> PathBuf {
        self.shop.base.directory()
    }

    /// Writes the SDK's sources beneath the cache, for crates that are edited on a machine without the checkout.
    /// Answers the directory that holds `abi`, `std`, `rt`, `feature` and, for tests, `sql`.
    pub fn unpack_sdk(&self) -> Result<PathBuf, GateError> {
        let place = self.shop.root.join(format!("sources-{}", &self.key()[..16]));
        for (path, bytes) in embedded::authors_workspace() {
            let path = place.join(path);
            let write = || fs::create_dir_all(path.parent().expect("a file has a directory")).and_then(|()| fs::write(&path, &bytes));
            if fs::read(&path).ok().as_ref() != Some(&bytes) {
                write().map_err(GateError::io(format!("could not write {}", path.display())))?;
            }
        }
        Ok(place.join("sdk"))
    }

    /// Whether the SDK is built.
    pub fn is_warm(&self) -> bool {
        self.shop.base.prebuilt().is_some()
    }

    /// Fetches (once, outside the jail, only what the lock names) and builds the SDK and its dependencies, if that is
    /// not done. Two processes do not collide; one that died half-way is made good. Takes about a minute.
    pub fn warm(&self, exe: &Path, missing: MissingLayers, cancel: &Cancel, progress: &dyn Fn(WarmProgress)) -> Result<(), StageFailure> {
        self.warm_stock(&self.shop.base, exe, missing, cancel, progress)
    }

    /// Does the warm build of a shelf that is not this workshop's yet.
    pub(crate) fn warm_other(
        &self,
        shelf: &Shelf,
        exe: &Path,
        missing: MissingLayers,
        cancel: &Cancel,
        progress: &dyn Fn(WarmProgress),
    ) -> Result<(), StageFailure> {
        let stock = Stock::new(&self.shop.root, Recipe::Shelf(shelf.clone()), &self.shop.toolchain);
        self.warm_stock(&stock, exe, missing, cancel, progress)
    }

    /// The same for any warm build of this workshop.
    pub(crate) fn warm_stock(
        &self,
        stock: &Stock,
        exe: &Path,
        missing: MissingLayers,
        cancel: &Cancel,
        progress: &dyn Fn(WarmProgress),
    ) -> Result<(), StageFailure> {
        if stock.prebuilt().is_some() {
            return Ok(());
        }
        let mut smaller = Vec::new();
        if let Recipe::Shelf(shelf) = &stock.recipe {
            if *shelf != Shelf::default() {
                smaller.push(Stock::new(&self.shop.root, Recipe::Shelf(Shelf::default()), &self.shop.toolchain).directory());
            }
            smaller.push(self.directory());
        }
        Warming { toolchain: &self.shop.toolchain, stock, smaller, exe, missing, cancel, progress }.run()
    }
}

/// rustc's flags for the SDK and its dependencies; `remaps` keeps this machine's paths out of what they contain.
pub(crate) fn sdk_flags(remaps: &[(&Path, &str)]) -> Vec<String> {
    let mut flags = vec!["--cfg".to_owned(), "kandra_library".to_owned(), "--check-cfg".to_owned(), "cfg(kandra_library)".to_owned()];
    flags.extend(remaps.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())));
    flags
}
