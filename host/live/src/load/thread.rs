//! Per-thread facts that a library or the watchdog needs: the limit word and the end of the stack.
//!
//! The limit word lies in this process's static thread-local storage, so that its offset from the thread pointer is the
//! same on every thread. That holds for code linked into an executable; a program that loads *this* crate as a shared
//! library must not use it.

use std::{
    ptr::NonNull,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// What the limit word holds for "stop now".
pub(crate) const STOP: usize = usize::MAX;

thread_local! {
    static LIMIT: AtomicUsize = const { AtomicUsize::new(0) };
}

/// Offset of the limit word from the thread pointer, as `HostModule::limit_word_offset` wants it.
pub(crate) fn limit_word_offset() -> usize {
    let thread_pointer: usize;
    // SAFETY: on x86-64 Linux the first word of the thread control block is its own address (System V ABI, TLS).
    unsafe { std::arch::asm!("mov {}, fs:[0]", out(reg) thread_pointer, options(nostack, readonly, preserves_flags)) };
    LIMIT.with(|word| std::ptr::from_ref(word) as usize).wrapping_sub(thread_pointer)
}

/// Sets this thread's limit word: the lowest stack address that a call may reach, or [`STOP`].
#[inline]
pub(crate) fn set_own_limit(limit: usize) {
    LIMIT.with(|word| word.store(limit, Ordering::Relaxed));
}

/// The lowest address of this thread's stack plus `reserve` bytes; 0 when the system does not say.
pub(crate) fn stack_floor(reserve: usize) -> usize {
    // SAFETY: the attributes are initialised by pthread_getattr_np before they are read, and destroyed afterwards; all
    // pointers are to locals.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            return 0;
        }
        let (mut low, mut size) = (std::ptr::null_mut(), 0);
        let known = libc::pthread_attr_getstack(&attributes, &mut low, &mut size) == 0;
        libc::pthread_attr_destroy(&mut attributes);
        if known { low as usize + reserve.min(size / 2) } else { 0 }
    }
}

#[derive(Clone, Copy, Debug)]
struct Attached {
    word: NonNull<AtomicUsize>,
    clock: libc::clockid_t,
}

/// Another thread's limit word and processor clock, for the watchdog.
#[derive(Debug, Default)]
pub(crate) struct LimitWord(Mutex<Option<Attached>>);

// SAFETY: the pointer is only followed under the mutex, and only while its thread lives (`detach`).
unsafe impl Send for LimitWord {}
// SAFETY: as above; the word itself is atomic.
unsafe impl Sync for LimitWord {}

impl LimitWord {
    /// Ties this value to the calling thread's word, which must call [`Self::detach`] before it ends.
    pub fn attach(&self) {
        let mut clock = libc::CLOCK_MONOTONIC;
        // SAFETY: `pthread_self` is this living thread, `clock` a local; on failure the wall clock stays.
        unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &mut clock) };
        *self.lock() = Some(Attached { word: LIMIT.with(|word| NonNull::from(word)), clock });
    }

    /// Processor time that the thread has used.
    pub fn processor_time(&self) -> Option<Duration> {
        let clock = (*self.lock())?.clock;
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` is a local; a clock of a thread that has ended is answered with an error.
        let known = unsafe { libc::clock_gettime(clock, &mut time) } == 0;
        known.then(|| Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0)))
    }

    /// Unties it; called on the thread that attached it, at the latest by a thread-local destructor.
    pub fn detach(&self) {
        *self.lock() = None;
    }

    /// Makes the next tick on that thread stop its call.
    pub fn stop(&self) {
        if let Some(Attached { word, .. }) = *self.lock() {
            // SAFETY: the thread that attached the word has not detached it, so it lives; it cannot end before we let
            // go of the mutex, because detaching takes it.
            unsafe { word.as_ref() }.store(STOP, Ordering::Relaxed);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Attached>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_the_same_on_every_thread_and_the_watchdog_reaches_the_word() {
        let here = limit_word_offset();
        let word = std::sync::Arc::new(LimitWord::default());
        let there = std::thread::spawn({
            let word = word.clone();
            move || {
                word.attach();
                set_own_limit(7);
                word.stop();
                let stopped = LIMIT.with(|w| w.load(Ordering::Relaxed));
                word.detach();
                word.stop();
                (limit_word_offset(), stopped, stack_floor(256 << 10))
            }
        });
        let (offset, stopped, floor) = there.join().unwrap();
        assert_eq!(here, offset);
        assert_eq!(stopped, STOP);
        assert!(floor > 0);
    }
}
