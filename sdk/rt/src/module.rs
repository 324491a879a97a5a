//! The functions of a library that do not depend on the feature.

use crate::{call, fault};
use kandra_abi::TeardownReport;

/// Runs this thread's recorded thread-local destructors; answers how many.
pub extern "C" fn run_thread_destructors() -> usize {
    #[cfg(kandra_library)]
    let count = fault::guarded(crate::hooks::run_current).unwrap_or(0);
    #[cfg(not(kandra_library))]
    let count = 0;
    count
}

/// Sets how many bytes of memory may be mapped, softly and at all.
pub extern "C" fn set_memory(soft: usize, hard: usize) {
    #[cfg(kandra_library)]
    crate::arena::set_limits(soft, hard);
    #[cfg(not(kandra_library))]
    let _ = (soft, hard);
}

/// Gives everything back: the panic hook, thread keys, all memory. Nothing of the library may run afterwards.
pub extern "C" fn teardown(poison: bool) -> TeardownReport {
    fault::remove_hook();
    #[cfg(kandra_library)]
    let (thread_destructors, thread_keys) = crate::hooks::forget_all();
    #[cfg(not(kandra_library))]
    let (thread_destructors, thread_keys) = (0, 0);
    let live_calls = call::live();
    #[cfg(kandra_library)]
    // SAFETY: the ABI's contract: all calls are dropped and nothing of the library runs after `teardown`, so no
    // reference into the arena is used again; this function itself holds none.
    let chunks = unsafe { crate::arena::release_all(poison) };
    #[cfg(not(kandra_library))]
    let chunks = {
        let _ = poison;
        0
    };
    TeardownReport { thread_destructors, thread_keys, chunks, live_calls }
}

/// Defines the symbol by which the host finds a library's functions. SAFETY of what it expands to: `load` answers the root
/// module of the type that the header names. The name is the one that abi_stable fixes (`kandra_abi::ROOT_SYMBOL`).
#[macro_export]
macro_rules! export_module {
    (FeatureModule $functions:tt) => {
        mod exported {
            use super::*;
            use abi_stable::library::{CheckTypeLayout, LibHeader, RootModuleResult};
            use $crate::abi::{FeatureModule, FeatureModule_Ref, abi_stable};

            static MODULE: abi_stable::prefix_type::WithMetadata<FeatureModule> = abi_stable::prefix_type::WithMetadata::new(FeatureModule $functions);

            fn module() -> FeatureModule_Ref {
                FeatureModule_Ref(MODULE.static_as_prefix())
            }

            extern "C" fn load() -> RootModuleResult {
                abi_stable::library::__call_root_module_loader(module)
            }

            #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
            static HEADER: LibHeader = unsafe { LibHeader::from_constructor::<FeatureModule_Ref>(load, CheckTypeLayout::Yes) };
        }
    };
}
