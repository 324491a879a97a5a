//! Memory that outlives a revision: saved by the old one, restored by the new.

use crate::{Error, Result};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::any::Any;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The feature's state in memory: see [`Ctx::state`](crate::Ctx::state).
pub struct State<T> {
    cell: Arc<StateCell>,
    of: PhantomData<fn() -> T>,
}

/// The state of a feature, whatever its type.
pub(crate) struct StateCell {
    version: u32,
    value: Mutex<Box<dyn Kept>>,
    /// The thread that uses it, by the address of something that is the thread's own; 0 for nobody.
    user: AtomicUsize,
    migrate: Migrate,
}

type Migrate = Box<dyn Fn(u32, Value) -> Result<Box<dyn Kept>> + Send + Sync>;

trait Kept: Any + Send {
    fn save(&self) -> Result<Vec<u8>>;
    fn any(&mut self) -> &mut dyn Any;
}

impl<T: Serialize + Send + 'static> Kept for T {
    fn save(&self) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }
    fn any(&mut self) -> &mut dyn Any {
        self
    }
}

thread_local! {
    static MARK: u8 = const { 0 };
}

impl StateCell {
    pub(crate) fn new<T, M>(version: u32, migrate: M) -> Arc<Self>
    where
        T: Default + Serialize + DeserializeOwned + Send + 'static,
        M: Fn(u32, Value) -> Result<T> + Send + Sync + 'static,
    {
        Arc::new(Self {
            version,
            value: Mutex::new(Box::new(T::default())),
            user: AtomicUsize::new(0),
            migrate: Box::new(move |from, value| {
                let restored: T = if from == version { serde_json::from_value(value)? } else { migrate(from, value)? };
                Ok(Box::new(restored))
            }),
        })
    }

    /// For the host.
    #[cfg_attr(not(kandra_library), expect(dead_code))]
    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    /// For the host.
    #[cfg_attr(not(kandra_library), expect(dead_code))]
    pub(crate) fn save(&self) -> Result<Vec<u8>> {
        self.used(|value| value.save())
    }

    /// What another revision saved, in place of what is there.
    pub(crate) fn restore(&self, version: u32, bytes: &[u8]) -> Result<()> {
        let restored = (self.migrate)(version, serde_json::from_slice(bytes)?)?;
        self.used(|value| *value = restored);
        Ok(())
    }

    fn used<R>(&self, work: impl FnOnce(&mut Box<dyn Kept>) -> R) -> R {
        struct Used<'c>(&'c StateCell);
        impl Drop for Used<'_> {
            fn drop(&mut self) {
                self.0.user.store(0, Ordering::Relaxed);
            }
        }
        let me = MARK.with(|mark| std::ptr::from_ref(mark).addr());
        // Only this thread writes its own address, so no ordering is needed to find it.
        assert!(self.user.load(Ordering::Relaxed) != me, "the state is used within its own `with`; do it in one");
        // Others use it for microseconds; one that does not let go is stopped by its budget.
        let mut value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        self.user.store(me, Ordering::Relaxed);
        let used = Used(self);
        let out = work(&mut value);
        drop(used);
        out
    }
}

impl<T: 'static> State<T> {
    pub(crate) fn of(cell: Option<&Arc<StateCell>>) -> Result<Self> {
        let wrong = |detail: &str| Error::internal("This feature could not answer.").with_detail(detail);
        let cell = cell.ok_or_else(|| wrong("`ctx.state` needs `routes.state` in `mount`"))?;
        if !cell.used(|value| (**value).any().is::<T>()) {
            return Err(wrong("`ctx.state::<T>` has another type than `routes.state::<T>`"));
        }
        Ok(Self { cell: cell.clone(), of: PhantomData })
    }

    /// Reads or changes the state. Nobody else does meanwhile, so keep it short; it cannot wait.
    ///
    /// A panic in it leaves what was changed before.
    ///
    /// # Panics
    /// When it is used within itself.
    pub fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        self.cell.used(|value| work((**value).any().downcast_mut::<T>().expect("looked at when it was made")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cell(version: u32) -> Arc<StateCell> {
        StateCell::new::<Vec<u32>, _>(version, |from, value| match from {
            1 => Ok(vec![serde_json::from_value(value)?]),
            _ => Err(Error::internal("no such version")),
        })
    }

    #[test]
    fn state_is_restored_migrated_or_refused() {
        let cell = cell(2);
        let state = State::<Vec<u32>>::of(Some(&cell)).unwrap();
        cell.restore(2, b"[1,2]").unwrap();
        assert_eq!(state.with(|list| list.clone()), [1, 2]);
        cell.restore(1, b"7").unwrap();
        state.with(|list| list.push(8));
        assert_eq!(serde_json::from_slice::<Value>(&cell.used(|value| value.save()).unwrap()).unwrap(), json!([7, 8]));
        for (version, bytes) in [(2, &b"{"[..]), (2, b"7"), (1, b"[]"), (0, b"7")] {
            assert!(cell.restore(version, bytes).is_err(), "{version}");
        }
        assert_eq!(state.with(|list| list.len()), 2, "what was there stays");
        assert!(State::<String>::of(Some(&cell)).is_err() && State::<Vec<u32>>::of(None).is_err());
    }

    #[test]
    fn a_panic_or_a_use_within_does_not_lock_it_for_ever() {
        let cell = cell(1);
        let state = State::<Vec<u32>>::of(Some(&cell)).unwrap();
        for work in [&(|| state.with(|_| state.with(|_| ()))) as &dyn Fn(), &|| state.with(|_| panic!("as asked"))] {
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err());
        }
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let cell = cell.clone();
                std::thread::spawn(move || {
                    let state = State::<Vec<u32>>::of(Some(&cell)).unwrap();
                    (0..100).for_each(|at| state.with(|list| list.push(at)));
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(state.with(|list| list.len()), 400);
    }
}
