//! The libc entry points through which the standard library would leave pointers into this library behind, defined
//! anew and hidden, so that this library binds to its own.
//!
//! glibc keeps a library mapped while it knows a thread-local destructor of it, and calls a pthread key's destructor when
//! a thread ends, long after the unload. So both are kept here: the destructors in a list that the host has run on each
//! worker before it unloads, the keys in a table of our own. Threads are refused. `abort` and `exit` end the process by
//! an illegal instruction: the supervisor sees a crash, and no exit handler of the host runs.

use crate::thread;
use std::ffi::{c_int, c_uint, c_void};
use std::sync::{Mutex, MutexGuard, PoisonError};

// Without `.hidden` the linker would export these names, and the dynamic linker would prefer libc's.
std::arch::global_asm!(
    ".hidden __cxa_thread_atexit_impl",
    ".hidden pthread_key_create",
    ".hidden pthread_key_delete",
    ".hidden pthread_getspecific",
    ".hidden pthread_setspecific",
    ".hidden pthread_create",
    ".hidden abort",
    ".hidden exit",
    ".hidden _exit",
    ".hidden mmap64",
);

type Destructor = unsafe extern "C" fn(*mut c_void);

/// A thread-local value that has a destructor.
struct Registered {
    thread: usize,
    object: usize,
    destructor: Destructor,
}

struct Key {
    id: c_uint,
    destructor: Option<Destructor>,
}

struct Slot {
    thread: usize,
    key: c_uint,
    value: usize,
}

struct Keys {
    last: c_uint,
    keys: Vec<Key>,
    slots: Vec<Slot>,
}

static REGISTERED: Mutex<Vec<Registered>> = Mutex::new(Vec::new());
static KEYS: Mutex<Keys> = Mutex::new(Keys { last: 0, keys: Vec::new(), slots: Vec::new() });

/// Nothing panics under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[unsafe(no_mangle)]
extern "C" fn __cxa_thread_atexit_impl(destructor: Destructor, object: *mut c_void, _library: *mut c_void) -> c_int {
    lock(&REGISTERED).push(Registered { thread: thread::id(), object: object.expose_provenance(), destructor });
    0
}

/// # Safety
/// As POSIX says: `key` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_key_create(key: *mut c_uint, destructor: Option<Destructor>) -> c_int {
    let mut keys = lock(&KEYS);
    keys.last += 1;
    let id = keys.last;
    keys.keys.push(Key { id, destructor });
    // SAFETY: the caller's promise.
    unsafe { key.write(id) };
    0
}

#[unsafe(no_mangle)]
extern "C" fn pthread_key_delete(key: c_uint) -> c_int {
    let mut keys = lock(&KEYS);
    keys.slots.retain(|slot| slot.key != key);
    keys.keys.retain(|known| known.id != key);
    0
}

#[unsafe(no_mangle)]
extern "C" fn pthread_getspecific(key: c_uint) -> *mut c_void {
    let me = thread::id();
    let keys = lock(&KEYS);
    let value = keys.slots.iter().find(|slot| slot.key == key && slot.thread == me).map_or(0, |slot| slot.value);
    std::ptr::with_exposed_provenance_mut(value)
}

#[unsafe(no_mangle)]
extern "C" fn pthread_setspecific(key: c_uint, value: *const c_void) -> c_int {
    let me = thread::id();
    let mut keys = lock(&KEYS);
    keys.slots.retain(|slot| slot.key != key || slot.thread != me);
    if !value.is_null() {
        keys.slots.push(Slot { thread: me, key, value: value.expose_provenance() });
    }
    0
}

/// A feature owns no threads.
#[unsafe(no_mangle)]
extern "C" fn pthread_create(_thread: *mut usize, _attributes: *const c_void, _start: *const c_void, _argument: *mut c_void) -> c_int {
    libc::EAGAIN
}

#[unsafe(no_mangle)]
extern "C" fn abort() -> ! {
    die()
}

#[unsafe(no_mangle)]
extern "C" fn exit(_code: c_int) -> ! {
    die()
}

#[unsafe(no_mangle)]
extern "C" fn _exit(_code: c_int) -> ! {
    die()
}

fn die() -> ! {
    // SAFETY: raises SIGILL and never continues.
    unsafe { std::arch::asm!("ud2", options(noreturn, nomem, nostack)) }
}

/// The standard library maps files only to put names to a backtrace; those mappings would outlive the library.
#[unsafe(no_mangle)]
extern "C" fn mmap64(_address: *mut c_void, _len: usize, _protection: c_int, _flags: c_int, _file: c_int, _offset: i64) -> *mut c_void {
    // SAFETY: glibc's errno is a word of this thread.
    unsafe { *libc::__errno_location() = libc::ENOMEM };
    libc::MAP_FAILED
}

/// So many destructors run at most: one that registers itself anew must not hold the unload.
const RUNS: usize = 100_000;

/// Runs this thread's destructors, the last registered first, until there are none; answers how many.
pub(crate) fn run_current() -> usize {
    let me = thread::id();
    for count in 0..RUNS {
        let next = {
            let mut registered = lock(&REGISTERED);
            registered.iter().rposition(|entry| entry.thread == me).map(|at| registered.remove(at))
        };
        let (destructor, object) = match next {
            Some(entry) => (Some(entry.destructor), entry.object),
            None => match take_slot(me) {
                Some(slot) => slot,
                None => return count,
            },
        };
        if let Some(destructor) = destructor {
            // SAFETY: the pair was registered together, by this thread, which is alive, so its thread-local storage is
            // too; it was taken off the list, so it runs once.
            unsafe { destructor(std::ptr::with_exposed_provenance_mut(object)) };
        }
    }
    RUNS
}

/// Takes one key's value of this thread, and its destructor.
fn take_slot(me: usize) -> Option<(Option<Destructor>, usize)> {
    let mut keys = lock(&KEYS);
    let at = keys.slots.iter().position(|slot| slot.thread == me)?;
    let slot = keys.slots.remove(at);
    let destructor = keys.keys.iter().find(|key| key.id == slot.key).and_then(|key| key.destructor);
    Some((destructor, slot.value))
}

/// Forgets everything; answers how many destructors had not run, and how many keys there were.
pub(crate) fn forget_all() -> (usize, usize) {
    let registered = std::mem::take(&mut *lock(&REGISTERED)).len();
    let keys = std::mem::replace(&mut *lock(&KEYS), Keys { last: 0, keys: Vec::new(), slots: Vec::new() });
    let unrun = keys.slots.iter().filter(|slot| keys.keys.iter().any(|key| key.id == slot.key && key.destructor.is_some())).count();
    (registered + unrun, keys.keys.len())
}
