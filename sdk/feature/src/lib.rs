//! What an author of a Kandra feature uses.
//!
//! A feature is a small library of handlers. The host loads it into the running server, calls it for the paths under
//! `/{slug}/`, and replaces it while visitors use it. A feature reaches the world through [`Ctx`] only.
//!
//! ```
//! use kandra::prelude::*;
//!
//! kandra::feature!(mount);
//!
//! fn mount(routes: &mut Routes) {
//!     routes.post("/hit", hit);
//!     routes.widget(widget);
//! }
//!
//! async fn hit(_req: Request, ctx: Ctx) -> Result<Response> {
//!     let count = ctx.kv().increment("count", 1).await?;
//!     Response::json(&json!({ "count": count }))
//! }
//!
//! async fn widget(_req: Request, ctx: Ctx) -> Result<Response> {
//!     let count = ctx.kv().get("count").await?.unwrap_or_else(|| "0".to_string());
//!     Response::html(format!("<p>Clicked {} times</p>", escape(&count)))
//! }
//! ```
//!
//! `REFERENCE.md` beside this crate is the whole of it on one page. Handlers run inline on the server's workers: they
//! wait with `.await` and never block, and a call that runs too long without waiting is ended.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod combine;
mod ctx;
mod error;
#[doc(hidden)]
pub mod export;
mod form;
mod kv;
mod log;
pub mod prelude;
mod random;
mod request;
mod response;
mod routes;
#[cfg(not(kandra_library))]
pub mod testing;
mod text;

pub use combine::{Either, join, join_all, select};
pub use ctx::Ctx;
pub use error::{Error, Result};
pub use kv::{KV_LIST_MAX, Kv};
pub use log::Log;
pub use random::Random;
pub use request::Request;
pub use response::Response;
pub use routes::Routes;
pub use serde;
pub use serde_json::{self, Value, json};
pub use text::escape;

/// The examples of the reference compile and run.
#[cfg(doctest)]
#[doc = include_str!("../REFERENCE.md")]
struct Reference;

/// What an author, or a model, needs to know, on one page.
#[cfg(not(kandra_library))]
pub const REFERENCE: &str = include_str!("../REFERENCE.md");

/// The styles of the tokens and the base sheet, which every widget is shown with.
#[cfg(not(kandra_library))]
pub const TOKENS_CSS: &str = include_str!("../assets/tokens.css");

/// Checks the budget of the running call; the build puts one at the head of every loop, closure and function.
#[doc(hidden)]
#[inline(always)]
#[track_caller]
pub fn __tick() {
    kandra_rt::tick();
}

/// Makes a crate a feature: `kandra::feature!(mount);` where `mount` is a `fn(&mut Routes)`.
///
/// It defines the one symbol that a feature's library exports.
///
/// ```
/// use kandra::prelude::*;
/// kandra::feature!(mount);
/// fn mount(routes: &mut Routes) {
///     routes.get("/", hello);
/// }
/// async fn hello(_req: Request, _ctx: Ctx) -> Result<Response> {
///     Response::text("hello")
/// }
/// ```
#[macro_export]
macro_rules! feature {
    ($mount:path) => {
        const _: () = {
            use $crate::export::abi::{self, abi_stable};

            extern "C" fn init(host: abi::HostModule_Ref) -> abi_stable::std_types::RResult<abi::Mounted, abi::Fault> {
                $crate::export::init(host, $mount)
            }

            static MODULE: abi_stable::prefix_type::WithMetadata<abi::FeatureModule> =
                abi_stable::prefix_type::WithMetadata::new($crate::export::module(init));

            fn module() -> abi::FeatureModule_Ref {
                abi::FeatureModule_Ref(MODULE.static_as_prefix())
            }

            extern "C" fn load() -> abi_stable::library::RootModuleResult {
                abi_stable::library::__call_root_module_loader(module)
            }

            $crate::__export_header!(load);
        };
    };
}

/// The exported symbol. SAFETY of what it expands to: `load` answers the root module of the type that the header names.
/// The name is the one that abi_stable fixes (`kandra_abi::ROOT_SYMBOL`), and a library has one `feature!`.
#[cfg(kandra_library)]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_header {
    ($load:ident) => {
        #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
        pub static HEADER: abi_stable::library::LibHeader = unsafe {
            abi_stable::library::LibHeader::from_constructor::<abi::FeatureModule_Ref>($load, abi_stable::library::CheckTypeLayout::Yes)
        };
    };
}

/// Outside a library nothing is exported, so that several features can be linked into one program.
#[cfg(not(kandra_library))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_header {
    ($load:ident) => {
        const _: extern "C" fn() -> abi_stable::library::RootModuleResult = $load;
    };
}
