//! What a feature's library and the process that loads it say to each other.
//!
//! Plain `extern "C"` functions in two root modules: [`FeatureModule`], which the library exports, and [`HostModule`],
//! which the loader hands to it. Both are prefix types, so fields are only ever appended. Layouts are checked by the
//! loader before the first call. No waker crosses this boundary: see [`HostModule::op_poll`].
//!
//! Rules that the types cannot say:
//! - The library may keep pointers to the host; the host keeps none into the library beyond a lease.
//! - Every function of [`FeatureModule`] catches panics inside the library; none unwinds into the host.
//! - A [`Call`] is polled by one thread at a time, dropped exactly once, and before its library is torn down.
#![allow(non_local_definitions, non_camel_case_types)] // abi_stable's derive
#![forbid(unsafe_code)]

pub use abi_stable;
use abi_stable::{
    StableAbi,
    library::RootModule,
    package_version_strings,
    sabi_types::VersionStrings,
    std_types::{RCowStr, ROption, RResult, RSlice, RSliceMut, RStr, RString, RVec},
};

/// Rises whenever a library built before can no longer be loaded.
pub const ABI_VERSION: u32 = 4;

/// The symbol that a library exports; the name is fixed by abi_stable 0.11.
pub const ROOT_SYMBOL: &str = "_1as_0lib_1header_0root_bmodule_bloader";

/// One request header; the value may be any bytes.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct Header<'a> {
    /// Lower case.
    pub name: RStr<'a>,
    /// As received.
    pub value: RSlice<'a, u8>,
}

/// One path parameter, percent-decoded.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct Param<'a> {
    /// As in the route pattern.
    pub name: RStr<'a>,
    /// As in the path.
    pub value: RStr<'a>,
}

/// A request, borrowed from the host for the length of [`FeatureModule::start`]; the library copies what it keeps.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct RequestView<'a> {
    /// Index into the routes that `init` returned.
    pub route: u32,
    /// Upper case.
    pub method: RStr<'a>,
    /// Relative to `/{slug}`, begins with `/`.
    pub path: RStr<'a>,
    /// Without the question mark, undecoded.
    pub query: RStr<'a>,
    /// Path parameters.
    pub params: RSlice<'a, Param<'a>>,
    /// Headers that the host lets through.
    pub headers: RSlice<'a, Header<'a>>,
    /// The whole body.
    pub body: RSlice<'a, u8>,
    /// The visitor's pseudonymous id for this feature, or empty.
    pub visitor: RStr<'a>,
}

/// A response header. Borrowed text lies in the library: it is gone after the unload, so the host copies it.
#[repr(C)]
#[derive(StableAbi, Clone)]
pub struct OwnedHeader {
    /// Any case.
    pub name: RCowStr<'static>,
    /// Visible ASCII.
    pub value: RCowStr<'static>,
}

/// A whole response, in the library's memory.
#[repr(C)]
#[derive(StableAbi)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers; the host drops those that a feature may not set.
    pub headers: RVec<OwnedHeader>,
    /// The body.
    pub body: RVec<u8>,
}

/// What kind of route: [`RouteDesc::kind`].
pub mod route_kind {
    /// An ordinary handler.
    pub const HANDLER: u32 = 0;
    /// `GET /widget`: the host wraps the fragment in a document.
    pub const WIDGET: u32 = 1;
    /// Not for visitors: the host calls it every [`RouteDesc::period_ms`](super::RouteDesc::period_ms). Its method is
    /// `TASK`, its path `/` and its name.
    pub const TASK: u32 = 2;
    /// A `GET` that the host answers itself, with the events of [`RouteDesc::topic`](super::RouteDesc::topic).
    pub const EVENTS: u32 = 3;
    /// A `GET` that opens a WebSocket, which the host keeps. The handler is called for each of its events, with the method
    /// `SOCKET`, the header `kandra-socket` (its id) and `kandra-event` (`open`, `message` or `close`); the body is the message.
    pub const SOCKET: u32 = 4;
}

/// One route that `mount` registered.
#[repr(C)]
#[derive(StableAbi, Clone)]
pub struct RouteDesc {
    /// Upper case.
    pub method: RString,
    /// Relative to `/{slug}`; parameters as `{name}`, a last `{*rest}` takes the remainder.
    pub path: RString,
    /// One of [`route_kind`].
    pub kind: u32,
    /// Milliseconds between two calls of a task; 0 for other kinds.
    pub period_ms: u64,
    /// The topic of an event stream, in which `{name}` stands for a parameter of the path; empty for other kinds.
    pub topic: RString,
}

/// What [`FeatureModule::init`] answers.
#[repr(C)]
#[derive(StableAbi)]
pub struct Mounted {
    /// All routes; their index is [`RequestView::route`].
    pub routes: RVec<RouteDesc>,
    /// Steps of the database's shape, the oldest first: SQL, each run once.
    pub migrations: RVec<RString>,
    /// The version of the shape of the state in memory; `RNone` when there is none to save and restore.
    pub state_version: ROption<u32>,
}

/// Why a call ended without a response: [`Fault::kind`].
pub mod fault_kind {
    /// The feature panicked.
    pub const PANIC: u32 = 0;
    /// The time of one poll is spent.
    pub const TIME: u32 = 1;
    /// The stack is nearly spent.
    pub const STACK: u32 = 2;
    /// The memory allowance is spent.
    pub const MEMORY: u32 = 3;
}

/// A caught failure inside the library.
#[repr(C)]
#[derive(StableAbi)]
pub struct Fault {
    /// One of [`fault_kind`].
    pub kind: u32,
    /// The panic's message.
    pub message: RString,
    /// `file:line:column` of the panic.
    pub location: RString,
}

/// A call in progress: a pointer into the library that only the library reads.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq)]
pub struct Call(pub *mut u8);

/// A host operation: a pointer that only the host reads.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq)]
pub struct Op(pub *const u8);

/// The host task that was being polled: a pointer that only the host reads.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq)]
pub struct Task(pub *const u8);

/// What one poll of a call came to.
#[repr(u8)]
#[derive(StableAbi)]
pub enum Polled {
    /// Waits for a host operation.
    Pending,
    /// Asked to be polled again at once.
    PendingWoken,
    /// Done.
    Ready(Response),
    /// Failed; the future is already dropped.
    Faulted(Fault),
}

/// How a host function ended.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status(pub u32);

impl Status {
    /// Done.
    pub const OK: Self = Self(0);
    /// There is no such key.
    pub const NOT_FOUND: Self = Self(1);
    /// The stored value was another than expected, or not a number.
    pub const CONFLICT: Self = Self(2);
    /// A key, value, topic or message is larger than allowed.
    pub const TOO_LARGE: Self = Self(3);
    /// The feature's quota is spent.
    pub const QUOTA: Self = Self(4);
    /// The manifest does not declare this capability, or the owner has not granted it.
    pub const NOT_GRANTED: Self = Self(5);
    /// The host could not do it now.
    pub const UNAVAILABLE: Self = Self(6);
    /// What was asked is malformed; the operation's data says why, as text.
    pub const INVALID: Self = Self(7);
}

/// One key and its value.
#[repr(C)]
#[derive(StableAbi)]
pub struct KvEntry {
    /// The key.
    pub key: RString,
    /// The value.
    pub value: RVec<u8>,
}

/// What a finished host operation leaves.
#[repr(C)]
#[derive(StableAbi)]
pub struct OpOutput {
    /// How it ended.
    pub status: Status,
    /// A number, by kind of operation.
    pub number: i64,
    /// Bytes, by kind of operation.
    pub data: RVec<u8>,
}

/// Kinds of host operation: the first argument of [`HostModule::op_start`].
pub mod op_kind {
    /// Waits `number` milliseconds.
    pub const SLEEP: u32 = 1;
    /// Runs statements on the feature's database: JSON in, JSON out.
    pub const SQL: u32 = 2;
    /// Calls another server: JSON in, JSON out. With `UNAVAILABLE` the number is the HTTP status for the visitor, or 0.
    pub const HTTP: u32 = 3;
    /// Sends to the feature's WebSockets or sorts them into rooms: JSON in; answers how many it concerned.
    pub const SOCKET: u32 = 4;
    /// Calls a route of another feature: JSON in, JSON out. The number as with [`HTTP`].
    pub const CALL: u32 = 5;
}

/// What the host offers. Functions act for the feature whose code is being run on this thread; called at any other
/// time they answer [`Status::UNAVAILABLE`].
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = HostModule_Ref, prefix_fields = HostModule_Prefix)))]
#[sabi(missing_field(panic))]
pub struct HostModule {
    /// [`ABI_VERSION`] of the host.
    pub abi_version: u32,
    /// Offset from the thread pointer of the host's per-thread limit word: the lowest stack address a call may reach,
    /// or `usize::MAX` for "stop now".
    pub limit_word_offset: usize,
    /// Reads a key.
    pub kv_get: for<'a> extern "C" fn(RStr<'a>, &'a mut RVec<u8>) -> Status,
    /// Writes a key; it expires after so many milliseconds, 0 for never.
    pub kv_set: for<'a> extern "C" fn(RStr<'a>, RSlice<'a, u8>, u64) -> Status,
    /// Deletes a key; `NOT_FOUND` when there was none.
    pub kv_delete: for<'a> extern "C" fn(RStr<'a>) -> Status,
    /// Lists entries in key order: prefix, after (exclusive, may be empty), at most so many.
    pub kv_list: for<'a> extern "C" fn(RStr<'a>, RStr<'a>, u32, &'a mut RVec<KvEntry>) -> Status,
    /// Adds to a decimal number (absent counts as 0) and answers the sum.
    pub kv_increment: for<'a> extern "C" fn(RStr<'a>, i64, &'a mut i64) -> Status,
    /// Writes a key only if it holds the expected value (`RNone`: only if absent); `CONFLICT` otherwise.
    pub kv_compare_and_set: for<'a> extern "C" fn(RStr<'a>, ROption<RSlice<'a, u8>>, RSlice<'a, u8>) -> Status,
    /// Publishes to the feature's topic: topic, JSON text.
    pub publish: for<'a> extern "C" fn(RStr<'a>, RStr<'a>) -> Status,
    /// Writes a log line: level 0 debug, 1 info, 2 warn, 3 error; message.
    pub log: for<'a> extern "C" fn(u32, RStr<'a>) -> Status,
    /// Milliseconds since the epoch, UTC, by the host's clock.
    pub now: extern "C" fn() -> i64,
    /// Fills with random bytes.
    pub random: for<'a> extern "C" fn(RSliceMut<'a, u8>) -> Status,
    /// Starts an operation: one of [`op_kind`], a number, bytes. The handle is dropped with `op_drop`.
    pub op_start: for<'a> extern "C" fn(u32, u64, RSlice<'a, u8>) -> Op,
    /// Polls an operation for the call being polled on this thread, whose waker the host keeps to itself.
    pub op_poll: for<'a> extern "C" fn(Op, &'a mut OpOutput) -> bool,
    /// Whether the operation asked to be polled since its last poll.
    pub op_ready: extern "C" fn(Op) -> bool,
    /// A second handle to the same operation.
    pub op_clone: extern "C" fn(Op) -> Op,
    /// Gives a handle back; the last one cancels the operation.
    pub op_drop: extern "C" fn(Op),
    /// A handle to the task being polled on this thread.
    pub task_current: extern "C" fn() -> Task,
    /// Has that task polled again.
    pub task_wake: extern "C" fn(Task),
    /// Gives a task handle back.
    #[sabi(last_prefix_field)]
    pub task_drop: extern "C" fn(Task),
}

/// What was left when a library was torn down.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug)]
pub struct TeardownReport {
    /// Thread-local destructors that had not been run.
    pub thread_destructors: usize,
    /// pthread keys that were given back.
    pub thread_keys: usize,
    /// Memory chunks that were returned to the system.
    pub chunks: usize,
    /// Calls that had not been dropped: a fault of the host.
    pub live_calls: usize,
}

/// What a library exports.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = FeatureModule_Ref, prefix_fields = FeatureModule_Prefix)))]
#[sabi(missing_field(panic))]
pub struct FeatureModule {
    /// Runs `mount`. Called once, before anything else.
    pub init: extern "C" fn(HostModule_Ref) -> RResult<Mounted, Fault>,
    /// Makes a handler's future; nothing of it runs before the first poll.
    pub start: for<'a> extern "C" fn(&'a RequestView<'a>) -> RResult<Call, Fault>,
    /// Polls a call once.
    pub poll: extern "C" fn(Call) -> Polled,
    /// Drops a call, finished or not.
    pub drop_call: extern "C" fn(Call),
    /// The state in memory, as bytes that [`Self::restore`] of a later revision understands.
    pub save: extern "C" fn() -> RResult<RVec<u8>, Fault>,
    /// Takes over what another revision saved: the version it was saved with, the bytes. Before any call.
    pub restore: for<'a> extern "C" fn(u32, RSlice<'a, u8>) -> RResult<(), Fault>,
    /// Runs this thread's recorded thread-local destructors; answers how many.
    pub run_thread_destructors: extern "C" fn() -> usize,
    /// Gives everything back. Nothing of the library may be called afterwards. `true`: make freed memory inaccessible
    /// instead of unmapping it, to find uses of it.
    pub teardown: extern "C" fn(bool) -> TeardownReport,
    /// Sets how many bytes of memory the library may have mapped: beyond the first the running call ends, beyond the
    /// second there is none. Any thread, any time; runs no code of the feature.
    #[sabi(last_prefix_field)]
    pub set_memory: extern "C" fn(usize, usize),
}

impl RootModule for FeatureModule_Ref {
    abi_stable::declare_root_module_statics! {FeatureModule_Ref}
    const BASE_NAME: &'static str = "kandra_feature";
    const NAME: &'static str = "kandra_feature";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}
