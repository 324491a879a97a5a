//! Ticks: how code that does not end is ended.
//!
//! The host keeps one word per worker in its own thread-local storage: the lowest stack address that a call may reach,
//! or `usize::MAX` for "stop now". A tick compares the stack pointer with it, so one compare covers the stack, the time
//! and the memory of a call. When it is spent the tick unwinds with a [`Stop`], which the library's own guard catches.

use kandra_abi::fault_kind;
use std::fmt;

/// What a spent budget unwinds with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The time of this poll is spent.
    Time,
    /// The stack is nearly spent.
    Stack,
    /// The library's memory allowance is spent.
    Memory,
}

impl Stop {
    pub(crate) fn kind(self) -> u32 {
        match self {
            Self::Time => fault_kind::TIME,
            Self::Stack => fault_kind::STACK,
            Self::Memory => fault_kind::MEMORY,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "the time that one call may run without waiting is spent: look for a loop that does not end",
            Self::Stack => "the stack is nearly spent: look for a function that calls itself without end",
            Self::Memory => "the feature's memory is spent: keep large data in kv, and bound what a call collects",
        })
    }
}

/// Checks the budget of the call that runs on this thread. Outside a library there is none.
///
/// # Panics
/// With a [`Stop`] when the budget is spent, unless the thread is unwinding already.
#[inline(always)]
#[track_caller]
pub fn tick() {
    #[cfg(kandra_library)]
    if word::spent() {
        stop();
    }
}

/// The same, as a function that can be pointed to.
pub fn tick_fn() {
    tick();
}

#[cfg(kandra_library)]
std::arch::global_asm!(".hidden __kandra_tick");

/// The tick of crates that a feature is linked with and that do not know Kandra: they name it by its symbol.
#[cfg(kandra_library)]
#[unsafe(no_mangle)]
extern "C-unwind" fn __kandra_tick() {
    tick();
}

#[cfg(kandra_library)]
#[cold]
#[inline(never)]
#[track_caller]
fn stop() {
    // A second panic while unwinding would abort the process; the destructors that run now are trusted to end, and the
    // host's watchdog has the last word.
    if std::thread::panicking() {
        return;
    }
    std::panic::panic_any(if crate::arena::take_spent() {
        Stop::Memory
    } else if word::limit() == usize::MAX {
        Stop::Time
    } else {
        Stop::Stack
    });
}

/// Remembers where the host's limit word is, relative to the thread pointer.
pub(crate) fn install(offset: usize) {
    #[cfg(kandra_library)]
    word::OFFSET.store(offset, std::sync::atomic::Ordering::Relaxed);
    #[cfg(not(kandra_library))]
    let _ = offset;
}

#[cfg(kandra_library)]
pub(crate) mod word {
    use std::arch::asm;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    pub(super) static OFFSET: AtomicUsize = AtomicUsize::new(0);

    #[inline(always)]
    fn stack_pointer() -> usize {
        let address: usize;
        // SAFETY: copies a register; touches neither memory nor flags. Within one frame the answer stays the same, so a loop
        // may ask once.
        unsafe { asm!("mov {}, rsp", out(reg) address, options(pure, nomem, nostack, preserves_flags)) };
        address
    }

    /// The host's word for this thread.
    #[inline(always)]
    pub(super) fn limit() -> usize {
        let value: usize;
        // SAFETY: `OFFSET` is what `host::install` was given before any code of the feature ran: the distance from the
        // thread pointer (`fs`) to a live, aligned word of the host's static thread-local storage, the same on every
        // thread (sdk/abi, `HostModule::limit_word_offset`). Reads one word; other threads write it atomically. No Rust of
        // this library has a reference to that word, hence `nomem`: what it has in registers stays there. Not `pure`: the
        // word is read each time.
        unsafe { asm!("mov {}, fs:[{}]", out(reg) value, in(reg) OFFSET.load(Relaxed), options(nomem, nostack, preserves_flags)) };
        value
    }

    #[inline(always)]
    pub(super) fn spent() -> bool {
        stack_pointer() < limit()
    }

    /// Makes the next tick of this thread stop the call; the host sets the word anew before every poll.
    pub(crate) fn spend() {
        let offset = OFFSET.load(Relaxed);
        if offset == 0 {
            return; // before `install`: nothing of the feature runs yet
        }
        // SAFETY: as in `limit`; the word belongs to this thread's call, and "stop now" is a value that the host itself
        // stores there.
        unsafe { asm!("mov qword ptr fs:[{}], {}", in(reg) offset, in(reg) usize::MAX, options(nostack, preserves_flags)) };
    }
}
