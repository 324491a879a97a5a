//! The host's side of the ABI, over plain memory. Each thread has its own current world; the functions act on it.

use super::http::{Answers, CallSent, HttpSent};
use kandra_abi::abi_stable::prefix_type::WithMetadata;
use kandra_abi::abi_stable::std_types::{ROption, RSlice, RSliceMut, RStr, RVec};
use kandra_abi::{ABI_VERSION, HostModule, HostModule_Ref, KvEntry, Op, OpOutput, Status, Task, op_kind};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// 2026-01-01T00:00:00Z.
pub(super) const START: i64 = 1_767_225_600_000;

/// Answers a request of `ctx.sql()`.
pub(super) type Database = dyn Fn(&[u8]) -> Result<Vec<u8>, (Status, String)>;

/// What a rig remembers.
pub(super) struct World {
    pub(super) now: i64,
    pub(super) kv: BTreeMap<String, Stored>,
    pub(super) published: Vec<(String, String)>,
    pub(super) logged: Vec<(u32, String)>,
    /// What other servers answer.
    pub(super) http: Answers,
    /// What other features answer.
    pub(super) calls: Answers,
    /// Answers requests on the database, when there is one.
    pub(super) sql: Option<Box<Database>>,
    /// Whether the call asked to be polled again.
    pub(super) woken: bool,
    /// By id: the rooms of an open socket and what was sent to it.
    pub(super) sockets: BTreeMap<String, OpenSocket>,
    ops: BTreeMap<usize, Sleep>,
    last_op: usize,
    seed: u64,
}

#[derive(Default)]
pub(super) struct OpenSocket {
    pub(super) rooms: Vec<String>,
    pub(super) received: Vec<String>,
    pub(super) closed: bool,
}

/// What a feature asks of its sockets.
#[derive(serde::Deserialize)]
struct SocketCommand {
    #[serde(rename = "do")]
    action: String,
    socket: String,
    room: String,
    text: Option<String>,
}

pub(super) struct Stored {
    pub(super) value: Vec<u8>,
    expires: Option<i64>,
}

struct Sleep {
    until: i64,
    handles: usize,
    /// Whether time reached it since its last poll.
    ready: bool,
    ended: (Status, i64, Vec<u8>),
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            now: START,
            kv: BTreeMap::new(),
            published: Vec::new(),
            logged: Vec::new(),
            http: Answers::default(),
            calls: Answers::default(),
            sql: None,
            woken: false,
            sockets: BTreeMap::new(),
            ops: BTreeMap::new(),
            last_op: 0,
            seed: 0x9E37_79B9_7F4A_7C15,
        }
    }

    /// Lets time pass until the next sleep ends; false when nothing sleeps.
    pub(super) fn pass(&mut self) -> bool {
        let Some(next) = self.ops.values().filter(|sleep| !sleep.ready).map(|sleep| sleep.until).min() else { return false };
        self.now = self.now.max(next);
        for sleep in self.ops.values_mut() {
            sleep.ready |= sleep.until <= self.now;
        }
        true
    }

    /// Operations that are neither finished nor cancelled.
    pub(super) fn waiting(&self) -> usize {
        self.ops.len()
    }

    /// Does what a feature asks of its sockets; answers how many it concerned.
    fn command(&mut self, command: &SocketCommand) -> i64 {
        let mut concerned = 0;
        for (id, socket) in &mut self.sockets {
            let meant = if command.socket.is_empty() { socket.rooms.contains(&command.room) } else { *id == command.socket };
            if !meant || socket.closed {
                continue;
            }
            concerned += 1;
            match command.action.as_str() {
                "send" => socket.received.extend(command.text.clone()),
                "join" if !socket.rooms.contains(&command.room) => socket.rooms.push(command.room.clone()),
                "leave" => socket.rooms.retain(|room| *room != command.room),
                "close" => socket.closed = true,
                _ => {}
            }
        }
        concerned
    }

    fn live(&self, key: &str) -> Option<&Stored> {
        self.kv.get(key).filter(|stored| stored.expires.is_none_or(|at| at > self.now))
    }

    fn put(&mut self, key: &str, value: &[u8], lifetime_ms: u64) {
        let expires = (lifetime_ms > 0).then(|| self.now.saturating_add_unsigned(lifetime_ms));
        self.kv.insert(key.to_owned(), Stored { value: value.to_vec(), expires });
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<RefCell<World>>>> = const { RefCell::new(None) };
}

/// Runs `work` with this world as the thread's current one.
pub(super) fn with_world<T>(world: &Rc<RefCell<World>>, work: impl FnOnce() -> T) -> T {
    struct Restore(Option<Rc<RefCell<World>>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(Some(Rc::clone(world))));
    work()
}

/// `absent` outside a call, as the ABI says.
fn act<T>(absent: T, work: impl FnOnce(&mut World) -> T) -> T {
    match CURRENT.with_borrow(Clone::clone) {
        Some(world) => work(&mut world.borrow_mut()),
        None => absent,
    }
}

const KEY_MAX: usize = 512;
const VALUE_MAX: usize = 256 << 10;

fn sized(key: &str, value: &[u8]) -> Status {
    if key.is_empty() || key.len() > KEY_MAX || value.len() > VALUE_MAX { Status::TOO_LARGE } else { Status::OK }
}

extern "C" fn kv_get(key: RStr<'_>, out: &mut RVec<u8>) -> Status {
    act(Status::UNAVAILABLE, |world| match world.live(key.as_str()) {
        Some(stored) => {
            *out = stored.value.clone().into();
            Status::OK
        }
        None => Status::NOT_FOUND,
    })
}

extern "C" fn kv_set(key: RStr<'_>, value: RSlice<'_, u8>, lifetime_ms: u64) -> Status {
    act(Status::UNAVAILABLE, |world| {
        let status = sized(key.as_str(), value.as_slice());
        if status == Status::OK {
            world.put(key.as_str(), value.as_slice(), lifetime_ms);
        }
        status
    })
}

extern "C" fn kv_delete(key: RStr<'_>) -> Status {
    act(Status::UNAVAILABLE, |world| {
        let found = world.live(key.as_str()).is_some();
        world.kv.remove(key.as_str());
        if found { Status::OK } else { Status::NOT_FOUND }
    })
}

extern "C" fn kv_list(prefix: RStr<'_>, after: RStr<'_>, limit: u32, out: &mut RVec<KvEntry>) -> Status {
    act(Status::UNAVAILABLE, |world| {
        let entries = world
            .kv
            .range(prefix.as_str().to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix.as_str()))
            .filter(|(key, _)| key.as_str() > after.as_str() && world.live(key).is_some())
            .take(limit as usize);
        *out = entries.map(|(key, stored)| KvEntry { key: key.as_str().into(), value: stored.value.clone().into() }).collect();
        Status::OK
    })
}

extern "C" fn kv_increment(key: RStr<'_>, by: i64, sum: &mut i64) -> Status {
    act(Status::UNAVAILABLE, |world| {
        let old = match world.live(key.as_str()) {
            Some(stored) => std::str::from_utf8(&stored.value).ok().and_then(|text| text.parse::<i64>().ok()),
            None => Some(0),
        };
        match old.and_then(|old| old.checked_add(by)) {
            Some(new) => {
                *sum = new;
                let expires = world.live(key.as_str()).and_then(|stored| stored.expires);
                world.kv.insert(key.as_str().to_owned(), Stored { value: new.to_string().into_bytes(), expires });
                Status::OK
            }
            None => Status::CONFLICT,
        }
    })
}

extern "C" fn kv_compare_and_set(key: RStr<'_>, expected: ROption<RSlice<'_, u8>>, value: RSlice<'_, u8>) -> Status {
    act(Status::UNAVAILABLE, |world| {
        let found = world.live(key.as_str()).map(|stored| stored.value.as_slice());
        if found != expected.as_ref().map(RSlice::as_slice).into_option() {
            return Status::CONFLICT;
        }
        let status = sized(key.as_str(), value.as_slice());
        if status == Status::OK {
            world.put(key.as_str(), value.as_slice(), 0);
        }
        status
    })
}

extern "C" fn publish(topic: RStr<'_>, data: RStr<'_>) -> Status {
    let named = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    if topic.is_empty() || topic.len() > 64 || !topic.bytes().all(named) || data.len() > 32 << 10 {
        return Status::TOO_LARGE;
    }
    act(Status::UNAVAILABLE, |world| {
        world.published.push((topic.as_str().to_owned(), data.as_str().to_owned()));
        Status::OK
    })
}

extern "C" fn log(level: u32, message: RStr<'_>) -> Status {
    act(Status::UNAVAILABLE, |world| {
        world.logged.push((level, message.as_str().to_owned()));
        Status::OK
    })
}

extern "C" fn now() -> i64 {
    act(START, |world| world.now)
}

/// SplitMix64: the same numbers in every run.
extern "C" fn random(mut out: RSliceMut<'_, u8>) -> Status {
    act(Status::UNAVAILABLE, |world| {
        for chunk in out.as_mut_slice().chunks_mut(8) {
            world.seed = world.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = world.seed;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
        Status::OK
    })
}

fn op_of(number: usize) -> Op {
    Op(std::ptr::without_provenance(number))
}

const NO_DATABASE: &str = "this rig has no database; give it one with `.with_sql(kandra_sql::for_tests())`";

extern "C" fn op_start(kind: u32, number: u64, bytes: RSlice<'_, u8>) -> Op {
    let known = [op_kind::SLEEP, op_kind::SQL, op_kind::HTTP, op_kind::SOCKET, op_kind::CALL];
    assert!(known.contains(&kind), "the test rig knows no other operation");
    act(op_of(0), |world| {
        world.last_op += 1;
        let (until, ended) = match kind {
            op_kind::SQL => {
                let none = || Err((Status::INVALID, NO_DATABASE.to_owned()));
                let ended = match world.sql.as_ref().map_or_else(none, |database| database(bytes.as_slice())) {
                    Ok(answer) => (Status::OK, 0, answer),
                    Err((status, reason)) => (status, 0, reason.into_bytes()),
                };
                (world.now, ended)
            }
            op_kind::HTTP => world.http.ask::<HttpSent>(world.now, bytes.as_slice()),
            op_kind::CALL => world.calls.ask::<CallSent>(world.now, bytes.as_slice()),
            op_kind::SOCKET => {
                let command: SocketCommand = serde_json::from_slice(bytes.as_slice()).expect("the SDK's commands are JSON");
                (world.now, (Status::OK, world.command(&command), Vec::new()))
            }
            _ => (world.now.saturating_add_unsigned(number), (Status::OK, 0, Vec::new())),
        };
        world.ops.insert(world.last_op, Sleep { until, handles: 1, ready: false, ended });
        op_of(world.last_op)
    })
}

extern "C" fn op_poll(op: Op, out: &mut OpOutput) -> bool {
    act(true, |world| {
        let now = world.now;
        let Some(sleep) = world.ops.get_mut(&op.0.addr()) else { return true };
        sleep.ready = false;
        if sleep.until > now {
            return false;
        }
        let (status, number, data) = std::mem::replace(&mut sleep.ended, (Status::UNAVAILABLE, 0, Vec::new()));
        *out = OpOutput { status, number, data: data.into() };
        true
    })
}

extern "C" fn op_ready(op: Op) -> bool {
    act(true, |world| world.ops.get(&op.0.addr()).is_none_or(|sleep| sleep.ready))
}

extern "C" fn op_clone(op: Op) -> Op {
    act((), |world| {
        if let Some(sleep) = world.ops.get_mut(&op.0.addr()) {
            sleep.handles += 1;
        }
    });
    op
}

extern "C" fn op_drop(op: Op) {
    act((), |world| {
        if let Some(sleep) = world.ops.get_mut(&op.0.addr()) {
            sleep.handles -= 1;
            if sleep.handles == 0 {
                world.ops.remove(&op.0.addr());
            }
        }
    });
}

extern "C" fn task_current() -> Task {
    Task(std::ptr::null())
}

extern "C" fn task_wake(_task: Task) {
    act((), |world| world.woken = true);
}

extern "C" fn task_drop(_task: Task) {}

static MODULE: WithMetadata<HostModule> = WithMetadata::new(HostModule {
    abi_version: ABI_VERSION,
    limit_word_offset: 0,
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
});

pub(super) fn module() -> HostModule_Ref {
    HostModule_Ref(MODULE.static_as_prefix())
}
