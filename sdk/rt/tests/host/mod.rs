//! The smallest host that can load a library, call it, and see that it is gone.

use kandra_abi::abi_stable::StableAbi;
use kandra_abi::abi_stable::abi_stability::abi_checking::{CheckingGlobals, check_layout_compatibility_with_globals};
use kandra_abi::abi_stable::library::AbiHeaderRef;
use kandra_abi::abi_stable::prefix_type::WithMetadata;
use kandra_abi::abi_stable::std_types::{ROption, RResult, RSlice, RSliceMut, RStr, RVec};
use kandra_abi::*;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

// ---- building ----

/// `tests/torture/lib.rs`, as a library.
pub fn torture() -> &'static Path {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(|| build("torture", "rt/tests/torture/lib.rs")).as_deref().expect("the fixture builds")
}

/// The feature that others start from, as a library.
pub fn template() -> &'static Path {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(|| build("template", "../feature-template/src/lib.rs")).as_deref().expect("the template builds")
}

/// Builds one source file as the gate would: the SDK optimised, the feature not.
#[allow(clippy::disallowed_methods)] // a test builds its own fixtures
fn build(name: &str, source: &str) -> Option<PathBuf> {
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("sdk/rt has a parent");
    let room = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let target = room.with_file_name("libraries");
    std::fs::create_dir_all(room.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n[dependencies]\n\
         kandra = {{ path = {:?} }}\nkandra-std = {{ path = {:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
         [profile.dev]\ndebug = false\nstrip = true\n[profile.dev.package.\"*\"]\nopt-level = 3\n[workspace]\n",
        sdk.join("feature"),
        sdk.join("std"),
    );
    put(&room.join("Cargo.toml"), manifest.as_bytes());
    put(&room.join("src/lib.rs"), &std::fs::read(sdk.join(source)).unwrap());
    // The workspace's own versions; cargo then takes out what this crate does not need.
    std::fs::copy(sdk.join("../Cargo.lock"), room.join("Cargo.lock")).unwrap();
    let built = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet"])
        .current_dir(&room)
        .env("RUSTFLAGS", "--cfg kandra_library")
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .unwrap();
    built.success().then(|| target.join(format!("debug/lib{name}.so")))
}

/// Writes only what changed, so that cargo does not build anew.
fn put(path: &Path, bytes: &[u8]) {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return;
    }
    std::fs::write(path, bytes).unwrap();
}

// ---- the limit word ----

thread_local! { static LIMIT: AtomicUsize = const { AtomicUsize::new(0) }; }

fn limit_word_offset() -> usize {
    let pointer: usize;
    // SAFETY: on x86-64 Linux the first word at `fs` is the thread pointer.
    unsafe { std::arch::asm!("mov {}, fs:[0]", out(reg) pointer, options(pure, readonly, nostack)) };
    LIMIT.with(|word| std::ptr::from_ref(word).addr()).wrapping_sub(pointer)
}

/// 256 KiB below the caller: far above the end of the smallest stack that these tests use.
fn set_limit() {
    let here = 0u8;
    LIMIT.with(|word| word.store(std::ptr::from_ref(&here).addr() - (256 << 10), SeqCst));
}

/// Spends the time of whatever runs on this thread after a while, from another one.
pub struct Timer(Arc<AtomicBool>);

impl Timer {
    pub fn start() -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let (watched, word) = (Arc::clone(&done), LIMIT.with(|word| std::ptr::from_ref(word).expose_provenance()));
        std::thread::spawn(move || {
            sleep(Duration::from_millis(100));
            if !watched.load(SeqCst) {
                // SAFETY: the thread that owns the word waits for its call to end; the tests join or outlive it.
                unsafe { &*std::ptr::with_exposed_provenance::<AtomicUsize>(word) }.store(usize::MAX, SeqCst);
            }
        });
        Self(done)
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

// ---- host functions ----

struct Sleep {
    until: Instant,
    ready: AtomicBool,
}

thread_local! {
    static SLEEPS: RefCell<HashMap<usize, Arc<Sleep>>> = RefCell::new(HashMap::new());
    static WOKEN: Cell<bool> = const { Cell::new(false) };
    static NUMBERS: RefCell<HashMap<String, i64>> = RefCell::new(HashMap::new());
}
static OPS: AtomicUsize = AtomicUsize::new(0);
static TASKS: AtomicUsize = AtomicUsize::new(0);
pub static OP_POLLS: AtomicUsize = AtomicUsize::new(0);

/// Operations and tasks that the library has not given back.
pub fn held() -> (usize, usize) {
    (OPS.load(SeqCst), TASKS.load(SeqCst))
}

fn sleep_of(op: Op) -> Arc<Sleep> {
    // SAFETY: the library passes a handle that it holds; each holds one count.
    unsafe {
        Arc::increment_strong_count(op.0.cast::<Sleep>());
        Arc::from_raw(op.0.cast())
    }
}

extern "C" fn op_start(kind: u32, number: u64, _bytes: RSlice<'_, u8>) -> Op {
    assert_eq!(kind, op_kind::SLEEP);
    OPS.fetch_add(1, SeqCst);
    let sleep = Arc::new(Sleep { until: Instant::now() + Duration::from_millis(number), ready: AtomicBool::new(false) });
    let pointer = Arc::into_raw(Arc::clone(&sleep));
    SLEEPS.with_borrow_mut(|sleeps| sleeps.insert(pointer.addr(), sleep));
    Op(pointer.cast())
}

extern "C" fn op_poll(op: Op, _out: &mut OpOutput) -> bool {
    OP_POLLS.fetch_add(1, SeqCst);
    let sleep = sleep_of(op);
    sleep.ready.store(false, SeqCst);
    let done = sleep.until <= Instant::now();
    if done {
        SLEEPS.with_borrow_mut(|sleeps| sleeps.remove(&op.0.addr()));
    }
    done
}

extern "C" fn op_ready(op: Op) -> bool {
    sleep_of(op).ready.load(SeqCst)
}

extern "C" fn op_clone(op: Op) -> Op {
    OPS.fetch_add(1, SeqCst);
    std::mem::forget(sleep_of(op));
    op
}

extern "C" fn op_drop(op: Op) {
    OPS.fetch_sub(1, SeqCst);
    let sleep = sleep_of(op);
    // SAFETY: gives the handle's count back.
    unsafe { Arc::decrement_strong_count(op.0.cast::<Sleep>()) };
    if Arc::strong_count(&sleep) == 2 {
        SLEEPS.with_borrow_mut(|sleeps| sleeps.remove(&op.0.addr()));
    }
}

extern "C" fn task_current() -> Task {
    TASKS.fetch_add(1, SeqCst);
    Task(std::ptr::null())
}

extern "C" fn task_wake(_task: Task) {
    WOKEN.set(true);
}

extern "C" fn task_drop(_task: Task) {
    TASKS.fetch_sub(1, SeqCst);
}

extern "C" fn kv_get(_key: RStr<'_>, _out: &mut RVec<u8>) -> Status {
    Status::NOT_FOUND
}
extern "C" fn kv_set(_key: RStr<'_>, _value: RSlice<'_, u8>, _lifetime: u64) -> Status {
    Status::QUOTA
}
extern "C" fn kv_delete(_key: RStr<'_>) -> Status {
    Status::NOT_FOUND
}
extern "C" fn kv_list(_prefix: RStr<'_>, _after: RStr<'_>, _limit: u32, _out: &mut RVec<KvEntry>) -> Status {
    Status::OK
}
extern "C" fn kv_increment(key: RStr<'_>, by: i64, sum: &mut i64) -> Status {
    NUMBERS.with_borrow_mut(|numbers| {
        let number = numbers.entry(key.to_string()).or_default();
        *number += by;
        *sum = *number;
    });
    Status::OK
}
extern "C" fn kv_compare_and_set(_key: RStr<'_>, _expected: ROption<RSlice<'_, u8>>, _value: RSlice<'_, u8>) -> Status {
    Status::CONFLICT
}
extern "C" fn publish(_topic: RStr<'_>, _data: RStr<'_>) -> Status {
    Status::OK
}
extern "C" fn log(_level: u32, _message: RStr<'_>) -> Status {
    Status::OK
}
extern "C" fn now() -> i64 {
    1_767_225_600_000
}
extern "C" fn random(mut out: RSliceMut<'_, u8>) -> Status {
    out.as_mut_slice().fill(7);
    Status::OK
}

fn host() -> HostModule_Ref {
    static HOST: OnceLock<&'static WithMetadata<HostModule>> = OnceLock::new();
    let module = HOST.get_or_init(|| {
        Box::leak(Box::new(WithMetadata::new(HostModule {
            abi_version: ABI_VERSION,
            limit_word_offset: limit_word_offset(),
            kv_get,
            kv_set,
            kv_delete,
            kv_list,
            kv_increment,
            kv_compare_and_set,
            publish,
            log,
            now,
            random,
            op_start,
            op_poll,
            op_ready,
            op_clone,
            op_drop,
            task_current,
            task_wake,
            task_drop,
        })))
    });
    HostModule_Ref(module.static_as_prefix())
}

// ---- loading and calling ----

pub struct Loaded {
    pub module: FeatureModule_Ref,
    routes: Vec<(String, String)>,
    library: Library,
    path: PathBuf,
}

/// What a call came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered(u16, String),
    Faulted { kind: u32, message: String, location: String },
}

impl Outcome {
    pub fn text(&self) -> &str {
        match self {
            Self::Answered(_, text) => text,
            Self::Faulted { message, .. } => panic!("faulted: {message}"),
        }
    }
}

impl Loaded {
    /// Loads a copy with a name and an inode of its own, since the dynamic linker compares both.
    pub fn load() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let path = torture().with_file_name(format!("copy-{}-{}.so", std::process::id(), COUNT.fetch_add(1, SeqCst)));
        std::fs::copy(torture(), &path).unwrap();
        // SAFETY: the fixture has no constructors of its own.
        let library = unsafe { Library::open(Some(&path), RTLD_NOW | RTLD_LOCAL) }.unwrap();
        // SAFETY: the symbol is abi_stable's header, by its fixed name.
        let header = *unsafe { library.get::<AbiHeaderRef>(ROOT_SYMBOL.as_bytes()) }.unwrap();
        let header = header.upgrade().map_err(|error| error.to_string()).unwrap();
        let layout = <FeatureModule_Ref as StableAbi>::LAYOUT;
        // Process-wide maps would keep addresses inside the library: these are dropped here.
        let globals = CheckingGlobals::new();
        check_layout_compatibility_with_globals(layout, header.layout().unwrap(), &globals).map_err(|error| error.to_string()).unwrap();
        // SAFETY: the layout was checked.
        let module =
            unsafe { header.init_root_module_with_unchecked_layout::<FeatureModule_Ref>() }.map_err(|error| error.to_string()).unwrap();
        set_limit();
        let routes = match (module.init())(host()) {
            RResult::ROk(mounted) => mounted.routes.iter().map(|route| (route.method.to_string(), route.path.to_string())).collect(),
            RResult::RErr(fault) => panic!("mount: {}", fault.message),
        };
        Self { module, routes, library, path }
    }

    fn route(&self, path: &str) -> (u32, &str) {
        let at = self.routes.iter().position(|route| route.1 == path).unwrap_or_else(|| panic!("no route {path}"));
        (at as u32, &self.routes[at].0)
    }

    pub fn start(&self, path: &str, query: &str, body: &str) -> Call {
        self.start_with(path, query, body, &[])
    }

    pub fn start_with(&self, path: &str, query: &str, body: &str, params: &[(&str, &str)]) -> Call {
        let (route, method) = self.route(path);
        let params: Vec<_> = params.iter().map(|(name, value)| Param { name: (*name).into(), value: (*value).into() }).collect();
        let headers = [Header { name: "host".into(), value: RSlice::from_slice(b"localhost") }];
        let view = RequestView {
            route,
            method: method.into(),
            path: path.into(),
            query: query.into(),
            params: RSlice::from_slice(&params),
            headers: RSlice::from_slice(&headers),
            body: RSlice::from_slice(body.as_bytes()),
            visitor: "".into(),
        };
        match (self.module.start())(&view) {
            RResult::ROk(call) => call,
            RResult::RErr(fault) => panic!("start: {}", fault.message),
        }
    }

    /// Polls once; `None` while it waits.
    pub fn poll(&self, call: Call) -> Option<Outcome> {
        set_limit();
        match (self.module.poll())(call) {
            Polled::Pending => None,
            Polled::PendingWoken => {
                WOKEN.set(true);
                None
            }
            Polled::Ready(response) => {
                Some(Outcome::Answered(response.status, String::from_utf8(response.body.as_slice().to_vec()).unwrap()))
            }
            Polled::Faulted(fault) => {
                Some(Outcome::Faulted { kind: fault.kind, message: fault.message.to_string(), location: fault.location.to_string() })
            }
        }
    }

    pub fn drop_call(&self, call: Call) {
        set_limit();
        (self.module.drop_call())(call);
    }

    /// Polls to the end, only when woken; answers how often too.
    pub fn run(&self, call: Call) -> (Outcome, usize) {
        for polls in 1.. {
            if let Some(outcome) = self.poll(call) {
                self.drop_call(call);
                return (outcome, polls);
            }
            while !WOKEN.take() {
                wait();
            }
        }
        unreachable!()
    }

    pub fn get(&self, path: &str, query: &str) -> Outcome {
        self.run(self.start(path, query, "")).0
    }

    /// Tears down, closes, and looks whether it is gone.
    pub fn unload(self) -> TeardownReport {
        (self.module.run_thread_destructors())();
        let report = (self.module.teardown())(false);
        let path = self.path.clone();
        self.library.close().unwrap();
        assert!(!mapped(&path), "{} is still mapped", path.display());
        std::fs::remove_file(&path).unwrap();
        report
    }
}

pub fn mapped(path: &Path) -> bool {
    std::fs::read_to_string("/proc/self/maps").unwrap().contains(path.to_str().unwrap())
}

/// Sleeps until the next operation is due, and marks those that are.
fn wait() {
    let due = SLEEPS.with_borrow(|sleeps| sleeps.values().filter(|sleep| !sleep.ready.load(SeqCst)).map(|sleep| sleep.until).min());
    let due = due.expect("the call waits for something that never happens");
    sleep(due.saturating_duration_since(Instant::now()));
    SLEEPS.with_borrow(|sleeps| {
        for sleep in sleeps.values().filter(|sleep| sleep.until <= Instant::now()) {
            sleep.ready.store(true, SeqCst);
        }
    });
    WOKEN.set(true);
}

/// One test at a time: they look at the process's own maps.
pub fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
