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

mod base64;
mod call;
mod combine;
mod ctx;
mod dispatch;
mod error;
mod form;
mod http;
mod kv;
#[cfg(kandra_library)]
mod library;
mod log;
pub mod prelude;
mod random;
mod request;
mod response;
mod routes;
mod socket;
mod sql;
mod state;
#[cfg(not(kandra_library))]
pub mod testing;
mod text;

pub use call::{FeatureCall, Neighbour};
pub use combine::{Either, join, join_all, select};
pub use ctx::Ctx;
pub use error::{Error, Result};
pub use http::{Http, HttpCall, HttpResponse};
pub use kv::{KV_LIST_MAX, Kv};
pub use log::Log;
pub use random::Random;
pub use request::Request;
pub use response::Response;
pub use routes::Routes;
pub use serde;
pub use serde_json::{self, Value, json};
pub use socket::{Room, Socket, SocketEvent};
pub use sql::{Batch, Blob, Params, Row, Sql};
pub use state::State;
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

/// Values for the parameters of an SQL statement, in order: `params![name, 7, None::<i64>]`.
///
/// Each may be anything that serialises as null, a truth, a number or a text, or a [`Blob`]. See [`Sql`].
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        $crate::Params::of([$($crate::Params::value(&$value)),*])
    };
}

/// Makes a crate a feature: `kandra::feature!(mount);` where `mount` is a `fn(&mut Routes)`.
///
/// A library has exactly one.
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
        $crate::__export_mount!($mount);
    };
}

/// How this crate finds the feature's `mount`, by name. SAFETY of what it expands to: the type is the one that
/// `kandra_rt::mount` declares, and a library has one `feature!`.
#[cfg(kandra_library)]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_mount {
    ($mount:path) => {
        const _: () = {
            const __KANDRA_MOUNT: fn(&mut $crate::Routes) = $mount;
            #[unsafe(export_name = "__kandra_mount")]
            extern "Rust" fn __kandra_mount() -> &'static (dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync) {
                &__KANDRA_MOUNT
            }
        };
    };
}

/// Outside a library nothing is exported, so that several features can be linked into one program.
#[cfg(not(kandra_library))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_mount {
    ($mount:path) => {
        const _: fn(&mut $crate::Routes) = $mount;
    };
}
