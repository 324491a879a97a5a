//! The only `std` that a feature can name.
//!
//! A feature is `#![no_std]` and says `extern crate kandra_std as std;`, so every path that begins with `std` is looked
//! up here. Files, sockets, processes, threads, the environment and the clock do not exist, however the path is
//! spelled: the compiler itself refuses them. What is here is listed name by name and never by a glob over a module of
//! the real `std` that could grow a door.
//!
//! ```
//! extern crate kandra_std as std;
//! use std::collections::BTreeMap;
//!
//! let mut words: BTreeMap<&str, u32> = BTreeMap::new();
//! *words.entry("tea").or_default() += 1;
//! assert_eq!(words["tea"], 1);
//! ```
//!
//! ```compile_fail
//! extern crate kandra_std as std;
//! let text = std::fs::read_to_string("/etc/hostname"); // there is no `fs`
//! ```
//!
//! Two things differ from the real `std`: locks ([`sync`]) never block for ever and never stay poisoned, and macros that
//! print or read files exist only to say what to use instead.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod decoy;
mod macros;
mod names;
pub mod sync;

pub use names::*;

// Macros without a module of the same name: the bare re-export brings only the macro along.
pub use ::std::{
    assert, assert_eq, assert_ne, cfg, column, compile_error, concat, debug_assert, debug_assert_eq, debug_assert_ne, format, format_args,
    line, matches, module_path, stringify, todo, unimplemented, unreachable, write, writeln,
};

#[doc(hidden)]
pub mod __private {
    //! What the macros of this crate expand to.
    pub use ::std::{boxed::Box, vec::Vec};

    pub fn from_elem<T: Clone>(element: T, count: usize) -> Vec<T> {
        ::std::vec![element; count]
    }

    pub fn from_array<T, const N: usize>(array: Box<[T; N]>) -> Vec<T> {
        (array as Box<[T]>).into_vec()
    }
}
