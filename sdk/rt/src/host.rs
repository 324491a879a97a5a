//! The host's functions, as given to `init`.

use kandra_abi::{ABI_VERSION, HostModule_Ref};
use std::sync::OnceLock;

static HOST: OnceLock<HostModule_Ref> = OnceLock::new();

/// Keeps the host's functions and learns where its limit word is. Runs once, before any code of the feature; a second
/// call changes nothing.
///
/// # Errors
/// A sentence, when the host speaks another version.
pub fn install(host: HostModule_Ref) -> Result<(), String> {
    if host.abi_version() != ABI_VERSION {
        return Err(format!("this library speaks ABI {ABI_VERSION}, the host {}: build it again", host.abi_version()));
    }
    if HOST.set(host).is_ok() {
        crate::stop::install(host.limit_word_offset());
        crate::fault::install_hook();
    }
    Ok(())
}

/// The host's functions.
///
/// # Panics
/// Outside a library and outside the test rig, where there is no host.
#[inline]
pub fn host() -> HostModule_Ref {
    match HOST.get() {
        Some(host) => *host,
        None => absent(),
    }
}

#[cold]
fn absent() -> ! {
    panic!("there is no host here: in a test, mount the feature with `kandra::testing::Rig::mount(mount)` and call its routes")
}
