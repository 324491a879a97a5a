//! Which thread this is.

use std::arch::asm;

/// The thread pointer: the address of this thread's control block, unique among living threads.
#[inline(always)]
pub(crate) fn id() -> usize {
    let pointer: usize;
    // SAFETY: on x86-64 Linux the first word at `fs` is the thread pointer itself (System V ABI, thread-local storage,
    // variant II); it is set before any code of a thread runs and never changes.
    unsafe { asm!("mov {}, fs:[0]", out(reg) pointer, options(pure, readonly, nostack, preserves_flags)) };
    pointer
}
