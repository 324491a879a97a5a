//! The threads around SQLite: one writer that groups what waits into one transaction, a few readers.

use crate::thread::{Pool, Unavailable};
use crate::{StoreError, events, schema};
use kandra_model::{Event, EventBody, EventId, Timestamp};
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{broadcast, oneshot};

/// Tells the time; tests bring their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How much may wait, and how long the log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pending and held requests of one visitor.
    pub pending_per_visitor: u32,
    /// Pending and held requests in all.
    pub pending_in_all: u32,
    /// Requests of one visitor that wait for a model.
    pub needs_model_per_visitor: u32,
    /// Requests that wait for a model in all.
    pub needs_model_in_all: u32,
    /// Events kept at most.
    pub events_kept: i64,
    /// Milliseconds an event is kept at most.
    pub events_kept_ms: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pending_per_visitor: 5,
            pending_in_all: 200,
            needs_model_per_visitor: 20,
            needs_model_in_all: 1_000,
            events_kept: 1_000_000,
            events_kept_ms: 30 * 24 * 60 * 60 * 1_000,
        }
    }
}

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// The time.
    pub clock: Clock,
    /// The bounds.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: Arc::new(Timestamp::now), limits: Limits::default() }
    }
}

const READERS: usize = 3;
const QUEUE: usize = 4_096;
const GROUP: usize = 128;
const BROADCAST: usize = 1_024;
/// After so many events the writer looks whether old ones can go.
const PRUNE_EVERY: u32 = 2_000;

/// `kandra.db`. Clones share it; the last one dropped closes it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    writer: Writer,
    readers: Pool<Connection>,
    events: broadcast::Sender<Arc<Event>>,
    limits: Limits,
    clock: Clock,
}

impl Store {
    /// Opens or makes the database and brings its schema up to date.
    ///
    /// Takes a lock beside the file, so that two processes cannot both be control. Call it outside async code or
    /// accept that it blocks for some milliseconds.
    pub fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        let mut connection = schema::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        schema::migrate(&mut connection)?;
        let now = (options.clock)();
        events::prune(&connection, now, &options.limits)?;
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            readers.push(schema::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?);
        }
        let (events, _) = broadcast::channel(BROADCAST);
        let io = |error| StoreError::Io { path: path.display().to_string(), error };
        let writer = Writer::start(connection, lock, options.clone(), events.clone()).map_err(io)?;
        let readers = Pool::start("kandra-read", readers, QUEUE).map_err(io)?;
        Ok(Self { inner: Arc::new(Inner { writer, readers, events, limits: options.limits, clock: options.clock }) })
    }

    /// Takes no more work, finishes what waits, checkpoints and closes. Blocks; idempotent.
    pub fn close(&self) {
        self.inner.readers.close();
        self.inner.writer.close();
    }

    /// The store's clock.
    pub fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    /// The bounds it was opened with.
    pub fn limits(&self) -> Limits {
        self.inner.limits
    }

    /// Every event after this call, as it becomes durable. A slow receiver lags and must read the log;
    /// [`Store::feed`] does both.
    pub fn events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.inner.events.subscribe()
    }

    /// Whether reads and writes get through.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(|db| Ok(db.query_row("SELECT 1", [], |_| Ok(()))?)).await?;
        self.write(|_| Ok(())).await
    }

    pub(crate) async fn read<R: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        self.inner.readers.run(move |db| job(db)).await?
    }

    pub(crate) async fn write<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Write<'_>) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (reply, answer) = oneshot::channel();
        let task: Task = Box::new(move |write| {
            let result = job(write);
            let kept = result.is_ok();
            let finish: Finish = Box::new(move |committed| {
                let _ = reply.send(match committed {
                    Some(problem) => Err(StoreError::Commit(problem.to_owned())),
                    None => result,
                });
            });
            (kept, finish)
        });
        self.inner.writer.send(task)?;
        answer.await.map_err(|_| StoreError::Commit("the change was not begun".to_owned()))?
    }
}

impl From<Unavailable> for StoreError {
    fn from(unavailable: Unavailable) -> Self {
        match unavailable {
            Unavailable::Busy => Self::Busy,
            Unavailable::Closed => Self::Closed,
        }
    }
}

/// A change in progress: the connection inside its transaction, and the events it causes.
pub(crate) struct Write<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) now: Timestamp,
    pub(crate) limits: &'a Limits,
    events: Vec<Event>,
}

impl Write<'_> {
    /// Writes an event in this transaction; listeners hear of it once it is durable.
    pub(crate) fn emit(&mut self, body: EventBody) -> Result<EventId, StoreError> {
        let event = events::append(self.db, self.now, body)?;
        let id = event.id;
        self.events.push(event);
        Ok(id)
    }
}

/// Delivers a job's answer; given the reason when the group could not be committed.
type Finish = Box<dyn FnOnce(Option<&str>) + Send>;
/// Says whether its changes are to be kept, and how to answer.
type Task = Box<dyn FnOnce(&mut Write<'_>) -> (bool, Finish) + Send>;

struct Writer {
    tasks: Mutex<Option<SyncSender<Task>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    fn start(connection: Connection, lock: File, options: Options, events: broadcast::Sender<Arc<Event>>) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new().name("kandra-write".to_owned()).spawn(move || {
            write_groups(&connection, &receiver, &options, &events);
            // Lets the next start begin with an empty log; a failure only makes that start read it.
            let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
            drop(connection);
            drop(lock);
        })?;
        Ok(Self { tasks: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    fn send(&self, task: Task) -> Result<(), StoreError> {
        let sender = self.tasks.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(StoreError::Closed)?;
        sender.try_send(task).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })
    }

    fn close(&self) {
        drop(self.tasks.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

fn write_groups(connection: &Connection, tasks: &Receiver<Task>, options: &Options, listeners: &broadcast::Sender<Arc<Event>>) {
    let mut since_prune = 0;
    while let Ok(first) = tasks.recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(task) = tasks.try_recv()
        {
            group.push(task);
        }
        let written = write_group(connection, group, options);
        since_prune += u32::try_from(written.len()).unwrap_or(u32::MAX);
        for event in written {
            // No listener is an ordinary state.
            let _ = listeners.send(Arc::new(event));
        }
        if since_prune >= PRUNE_EVERY {
            since_prune = 0;
            if let Err(error) = events::prune(connection, (options.clock)(), &options.limits) {
                tracing::warn!(%error, "old events could not be removed");
            }
        }
    }
}

/// Carries out a group in one transaction, each task in a savepoint of its own; answers after the commit.
fn write_group(connection: &Connection, group: Vec<Task>, options: &Options) -> Vec<Event> {
    let mut finishes = Vec::with_capacity(group.len());
    let mut written = Vec::new();
    let outcome = (|| -> rusqlite::Result<()> {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for task in group {
            connection.execute_batch("SAVEPOINT task")?;
            let mut write = Write { db: connection, now: (options.clock)(), limits: &options.limits, events: Vec::new() };
            let (kept, finish) = task(&mut write);
            finishes.push(finish);
            if kept {
                written.append(&mut write.events);
                connection.execute_batch("RELEASE task")?;
            } else {
                connection.execute_batch("ROLLBACK TO task; RELEASE task")?;
            }
        }
        connection.execute_batch("COMMIT")
    })();
    let problem = outcome.err().map(|error| error.to_string());
    if problem.is_some() {
        written.clear();
        if !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        tracing::error!(problem, "a group of changes was not committed");
    }
    for finish in finishes {
        finish(problem.as_deref());
    }
    written
}

/// Held as long as the writer lives; the kernel frees it when the process ends, however it ends.
fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let io = |error| StoreError::Io { path: path.display().to_string(), error };
    let file = File::options().create(true).truncate(false).write(true).open(&name).map_err(io)?;
    // A process that was just replaced may need a moment to let go.
    for _ in 0..20 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(25)),
            Err(std::fs::TryLockError::Error(error)) => return Err(io(error)),
        }
    }
    Err(StoreError::InUse(path.display().to_string()))
}
