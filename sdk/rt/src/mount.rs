//! The one thing that the SDK needs of the feature: its `mount`.

use std::any::Any;

// The feature's own crate defines it; it is nobody else's business.
std::arch::global_asm!(".hidden __kandra_mount");

// SAFETY: `kandra::feature!` defines it with this type, once in a library; without it the library does not link.
unsafe extern "Rust" {
    safe fn __kandra_mount() -> &'static (dyn Any + Send + Sync);
}

/// What `kandra::feature!` was given, as the `fn` that only the SDK knows the type of.
pub fn of_feature() -> &'static (dyn Any + Send + Sync) {
    __kandra_mount()
}
