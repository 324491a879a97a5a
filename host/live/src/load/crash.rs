//! The last thing a crashing thread does: it names the library that it is in, for control to read.

use kandra_jail::SharedMap;
use std::{
    cell::Cell,
    ffi::c_int,
    io,
    sync::{
        Arc, OnceLock,
        atomic::Ordering::{Acquire, Relaxed},
    },
};

/// What ends a process that misbehaves. Not SIGKILL and SIGTERM, which come from outside.
const FATAL: [c_int; 5] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT];

static BLAMED: OnceLock<(Arc<SharedMap>, usize)> = OnceLock::new();

thread_local! {
    /// The library that this thread is in; 0 for none. Without a destructor and filled at compile time, so that a signal
    /// handler can read it.
    static INSIDE: Cell<u64> = const { Cell::new(0) };
}

/// Notes the library that this thread is in from now on.
#[inline]
pub(crate) fn is_in(library: u64) {
    INSIDE.set(library);
}

/// Writes the number of the library that crashed into this word of the map, then lets the signal do what it does.
pub(crate) fn blame_crashes(map: Arc<SharedMap>, word: usize) -> io::Result<()> {
    assert!(word < map.len());
    if BLAMED.set((map, word)).is_err() {
        return Ok(());
    }
    for signal in FATAL {
        // SAFETY: `sigaction` is plain data for which zeros are valid; `named` has the demanded signature and is
        // async-signal-safe. Threads of the standard library have an alternate stack, which SA_ONSTACK uses, so that a
        // stack that has overflowed is no obstacle.
        let installed = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = named as extern "C" fn(c_int) as usize;
            action.sa_flags = libc::SA_ONSTACK;
            libc::sigemptyset(&mut action.sa_mask);
            libc::sigaction(signal, &action, std::ptr::null_mut())
        };
        if installed != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Async-signal-safe: reads a thread-local word and a static that was set before the handler, writes one word of shared
/// memory, and makes system calls that POSIX lists as safe.
extern "C" fn named(signal: c_int) {
    let library = INSIDE.get();
    if library != 0
        && let Some((map, word)) = BLAMED.get()
    {
        // The first one counts: what follows may follow from it.
        let _ = map.word(*word).compare_exchange(0, library, Relaxed, Acquire);
    }
    // SAFETY: plain numbers. The signal is blocked until this returns; then it is delivered once more and ends the process.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}
