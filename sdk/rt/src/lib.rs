//! What runs inside a feature's library, beneath the SDK.
//!
//! The host loads a library, calls into it, and later unloads it so that nothing is left. Three things make that
//! possible, and each is a module here:
//!
//! - [`call`] and [`waker`]: a handler's future and the wakers it is polled with. No waker crosses the boundary: the
//!   library asks the host, and hands a wake-up on to the child future that it is meant for.
//! - [`stop`]: the tick that every loop and function of a feature begins with, and what a spent budget unwinds with;
//!   [`fault`]: every panic is caught here, inside the library.
//! - `arena`, `hooks`, `deny`, `sys`: the allocator, the libc entry points by which the standard library would leave pointers
//!   into the library behind, and those that would open files, sockets and processes. They are compiled only with
//!   `--cfg kandra_library`, which the gate sets; without it this is an ordinary crate, and features are tested by
//!   `cargo test`.
//!
//! Authors never name this crate; `kandra` wraps it.
#![deny(missing_docs)]

#[cfg(kandra_library)]
mod arena;
pub mod call;
#[cfg(kandra_library)]
mod deny;
pub mod fault;
#[cfg(kandra_library)]
mod hooks;
pub mod host;
pub mod module;
#[cfg(kandra_library)]
pub mod mount;
pub mod op;
pub mod stop;
#[cfg(kandra_library)]
mod sys;
#[cfg(kandra_library)]
mod thread;
pub mod waker;

pub use kandra_abi as abi;
pub use stop::tick;
