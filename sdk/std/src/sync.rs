//! Locks and shared ownership.
//!
//! [`Mutex`] and [`RwLock`] look like the real ones and differ in two ways. Waiting is a loop that checks the call's
//! budget, so a lock taken twice ends that call with 503 instead of hanging a worker. And a panic while a lock is held
//! does not poison it, since one failed call must not break all later ones: `lock()` always answers `Ok`.
//!
//! A lock that is held across an `await` makes every other call wait until its time is spent: take what you need out of
//! it first.
//!
//! ```
//! use kandra_std::sync::{Arc, Mutex};
//! let seen = Arc::new(Mutex::new(Vec::new()));
//! seen.lock().unwrap().push(7);
//! assert_eq!(*seen.lock().unwrap(), [7]);
//! ```

use ::std::{fmt, sync};

pub use ::std::sync::{
    Arc, LazyLock, LockResult, MutexGuard, OnceLock, PoisonError, RwLockReadGuard, RwLockWriteGuard, TryLockError, TryLockResult, Weak,
};

/// Numbers that calls on several threads may change at once.
pub mod atomic {
    pub use ::std::sync::atomic::{
        AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize,
        Ordering, fence,
    };
}

static TICK: OnceLock<fn()> = OnceLock::new();

/// Names the function that a waiting lock calls between two tries; the SDK does it once, before any code of a feature.
#[doc(hidden)]
pub fn __set_tick(tick: fn()) {
    let _ = TICK.set(tick);
}

/// Tries until it succeeds; the tick unwinds when the call's budget is spent.
fn wait<G>(mut attempt: impl FnMut() -> TryLockResult<G>) -> G {
    let mut tries = 0u32;
    loop {
        match attempt() {
            Ok(guard) => return guard,
            Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {}
        }
        if let Some(tick) = TICK.get() {
            tick();
        }
        tries += 1;
        if tries < 64 { ::std::hint::spin_loop() } else { ::std::thread::yield_now() }
    }
}

/// Poison is not kept: see the module.
fn forgive<G>(result: TryLockResult<G>) -> TryLockResult<G> {
    match result {
        Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        other => other,
    }
}

/// Mutual exclusion between calls.
#[derive(Default)]
pub struct Mutex<T: ?Sized>(sync::Mutex<T>);

impl<T> Mutex<T> {
    /// An unlocked mutex.
    pub const fn new(value: T) -> Self {
        Self(sync::Mutex::new(value))
    }

    /// The value.
    pub fn into_inner(self) -> LockResult<T> {
        Ok(self.0.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the lock; always `Ok`.
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        Ok(wait(|| self.0.try_lock()))
    }

    /// Takes the lock if it is free.
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        forgive(self.0.try_lock())
    }

    /// The value; nobody else can hold it.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        Ok(self.0.get_mut().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Many readers or one writer.
#[derive(Default)]
pub struct RwLock<T: ?Sized>(sync::RwLock<T>);

impl<T> RwLock<T> {
    /// An unlocked lock.
    pub const fn new(value: T) -> Self {
        Self(sync::RwLock::new(value))
    }

    /// The value.
    pub fn into_inner(self) -> LockResult<T> {
        Ok(self.0.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until nobody writes; always `Ok`.
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        Ok(wait(|| self.0.try_read()))
    }

    /// Waits until nobody reads or writes; always `Ok`.
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        Ok(wait(|| self.0.try_write()))
    }

    /// Reads if nobody writes.
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        forgive(self.0.try_read())
    }

    /// Writes if nobody reads or writes.
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        forgive(self.0.try_write())
    }

    /// The value; nobody else can hold it.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        Ok(self.0.get_mut().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn a_panic_does_not_poison() {
        let (mutex, lock) = (Mutex::new(1), RwLock::new(1));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let (mut a, mut b) = (mutex.lock().unwrap(), lock.write().unwrap());
            (*a, *b) = (2, 2);
            panic!("while both are held");
        }));
        assert!(panicked.is_err());
        assert_eq!((*mutex.lock().unwrap(), *lock.read().unwrap()), (2, 2));
        assert_eq!(mutex.into_inner().unwrap() + lock.into_inner().unwrap(), 4);
    }

    #[test]
    fn a_lock_taken_twice_ends_by_the_tick() {
        __set_tick(|| panic!("budget"));
        let mutex = Mutex::new(());
        let held = mutex.lock().unwrap();
        assert!(catch_unwind(AssertUnwindSafe(|| drop(mutex.lock()))).is_err());
        assert!(matches!(mutex.try_lock(), Err(TryLockError::WouldBlock)));
        drop(held);
        assert!(mutex.lock().is_ok());
    }
}
