//! Panics end here: the host has its own standard library and cannot catch this library's.

use crate::stop::Stop;
use kandra_abi::{Fault, fault_kind};
use std::any::Any;
use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// So many payloads that panic in their destructors are dropped for one panic.
const MOST_PAYLOADS: usize = 8;

thread_local! {
    /// Where the last panic of this thread was. `ManuallyDrop`: a destructor here would be one more to run at unload.
    static PLACE: Cell<ManuallyDrop<Option<String>>> = const { Cell::new(ManuallyDrop::new(None)) };
}

fn swap_place(place: Option<String>) -> Option<String> {
    ManuallyDrop::into_inner(PLACE.with(|cell| cell.replace(ManuallyDrop::new(place))))
}

/// In a library, records where panics happen and prints nothing. Elsewhere the default hook stays, so that `cargo test`
/// shows what it always shows.
pub(crate) fn install_hook() {
    if cfg!(kandra_library) {
        std::panic::set_hook(Box::new(|panic| {
            swap_place(panic.location().map(ToString::to_string));
        }));
    }
}

/// Frees the hook; the next panic of this library would print.
pub(crate) fn remove_hook() {
    if cfg!(kandra_library) {
        drop(std::panic::take_hook());
    }
}

/// Runs `work`; a panic in it comes back as a value. The caller discards whatever the panic may have left half done.
#[inline]
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).map_err(describe)
}

#[cold]
fn describe(payload: Box<dyn Any + Send>) -> Fault {
    let (kind, message) = if let Some(stop) = payload.downcast_ref::<Stop>() {
        (stop.kind(), stop.to_string())
    } else if let Some(words) = payload.downcast_ref::<&str>() {
        (fault_kind::PANIC, (*words).to_owned())
    } else if let Some(words) = payload.downcast_ref::<String>() {
        (fault_kind::PANIC, words.clone())
    } else {
        (fault_kind::PANIC, "a panic without words".to_owned())
    };
    let location = swap_place(None).unwrap_or_default();
    discard(payload);
    Fault { kind, message: message.into(), location: location.into() }
}

/// Drops what a panic threw, whose destructor may panic too, with something whose destructor panics, and so on.
fn discard(mut payload: Box<dyn Any + Send>) {
    for _ in 0..MOST_PAYLOADS {
        match catch_unwind(AssertUnwindSafe(move || drop(payload))) {
            Ok(()) => return,
            Err(next) => payload = next,
        }
    }
    // It is freed with everything else when the library goes.
    std::mem::forget(payload);
}

/// A fault of ours, not of the feature's code.
pub fn refusal(message: String) -> Fault {
    Fault { kind: fault_kind::PANIC, message: message.into(), location: "".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its destructor panics with another one, so many times.
    struct Bomb(usize);
    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.0 > 0 {
                std::panic::panic_any(Bomb(self.0 - 1));
            }
        }
    }

    #[test]
    fn every_payload_becomes_a_fault() {
        let fault = guarded(|| panic!("plain")).err().unwrap();
        assert_eq!((fault.kind, fault.message.as_str()), (fault_kind::PANIC, "plain"));
        let fault = guarded(|| panic!("with {}", 1)).err().unwrap();
        assert_eq!(fault.message.as_str(), "with 1");
        let fault = guarded(|| std::panic::panic_any(Stop::Stack)).err().unwrap();
        assert_eq!(fault.kind, fault_kind::STACK);
        for fuse in [1, 3, usize::MAX] {
            let fault = guarded(|| std::panic::panic_any(Bomb(fuse))).err().unwrap();
            assert_eq!(fault.message.as_str(), "a panic without words");
        }
    }
}
