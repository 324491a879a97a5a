//! Opening, checking, calling and closing a feature's library. All unsafe code of this crate is in this module.
//!
//! Arrives: an artifact's path and hash. Leaves: a [`Library`] whose bytes had that hash and whose layout is ours, and,
//! when it is closed, whether the process's own maps still show it. Must never: run abi_stable's own layout checks
//! (they keep pointers into the library in process-wide maps) or map the same file twice (glibc would hand out the
//! library that is mapped already).

mod crash;
mod descriptor;
mod image;
mod mapped;
mod module;
mod thread;

pub(crate) use crash::{blame_crashes, is_in};
pub(crate) use descriptor::inherited;
pub(crate) use image::Image;
pub(crate) use mapped::give_back_memory;
pub use mapped::keep_unloaded_inaccessible;
pub(crate) use mapped::prepare as prepare_maps;
pub(crate) use mapped::resident_bytes;
pub(crate) use thread::{LimitWord, limit_word_offset, set_own_limit, stack_floor};

use abi_stable::std_types::{RResult, RSlice};
use kandra_abi::abi_stable;
use kandra_abi::{Call, FeatureModule_Ref, HostModule_Ref, Polled, RequestView, TeardownReport};
use libloading::os::unix::{Library as Handle, RTLD_LOCAL, RTLD_NOW};

/// Why an artifact could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is not there or cannot be read.
    #[error("the artifact cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// Larger than any artifact may be.
    #[error("the artifact has more than {0} bytes")]
    TooLarge(u64),
    /// Its bytes are not those that its name promises.
    #[error("the artifact's bytes have the SHA-256 {found}, not {expected}; rebuild it")]
    Hash {
        /// The hash asked for.
        expected: String,
        /// The hash of the bytes.
        found: String,
    },
    /// dlopen refused it, or it exports no root module.
    #[error("the artifact is not a loadable feature: {0}")]
    Open(String),
    /// It was built against another ABI.
    #[error("the artifact was built for another ABI: {}; rebuild it", .0.join("; "))]
    Abi(Vec<String>),
}

/// A caught failure inside a library, in the host's own memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CaughtFault {
    /// One of [`kandra_abi::fault_kind`].
    pub kind: u32,
    /// At most 2,000 characters.
    pub message: String,
    /// `file:line:column`.
    pub location: String,
}

impl From<kandra_abi::Fault> for CaughtFault {
    fn from(fault: kandra_abi::Fault) -> Self {
        let bounded = |text: &str, most: usize| text.chars().take(most).collect();
        Self { kind: fault.kind, message: bounded(&fault.message, 2_000), location: bounded(&fault.location, 300) }
    }
}

/// One route as the library's `mount` registered it, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeclaredRoute {
    pub method: String,
    pub path: String,
    pub kind: u32,
    /// Between two calls of a task.
    pub period_ms: u64,
    /// Of an event stream.
    pub topic: String,
}

/// What the library's `mount` registered, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub routes: Vec<DeclaredRoute>,
    /// Steps of the database's shape, the oldest first.
    pub migrations: Vec<String>,
    /// The version of its state in memory.
    pub state_version: Option<u32>,
}

/// The most that is taken over of what `mount` registered: one more of each is enough to refuse it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    pub routes: usize,
    pub migrations: usize,
    /// Bytes of one.
    pub migration: usize,
}

/// What was left of a library after [`Library::close`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed {
    /// Neither the link map nor the process's maps show it any more.
    pub verified: bool,
    /// Bytes of its file that are still mapped.
    pub mapped_bytes: u64,
    /// What its own teardown found.
    pub teardown: TeardownReport,
}

/// An open, checked library. Whoever holds calls, responses or faults of it must drop them before it is closed; the
/// leases of this crate see to that.
pub(crate) struct Library {
    module: FeatureModule_Ref,
    handle: Handle,
    image: Image,
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Library").field(&self.image.path()).finish()
    }
}

impl Library {
    /// Maps an image and checks its header, versions and layout. No code of the feature's author runs: the gate refuses
    /// constructors, and `mount` runs in [`Self::init`].
    pub fn open(image: Image) -> Result<Self, LoadError> {
        // SAFETY: loading runs the library's initialisers; the inspect gate admits none but std's, and this process is
        // jailed for the case that it was deceived. The file is a private, sealed copy, so it cannot change under us.
        let handle = unsafe { Handle::open(Some(image.path()), RTLD_NOW | RTLD_LOCAL) }.map_err(|e| LoadError::Open(sentence(&e)))?;
        match module::root_module(&handle) {
            Ok(module) => Ok(Self { module, handle, image }),
            Err(error) => {
                // The error owns no memory of the library.
                drop(handle);
                drop(image);
                Err(error)
            }
        }
    }

    /// Says how many bytes of memory it may have mapped.
    pub fn set_memory(&self, soft: u64, hard: u64) {
        let bytes = |bytes| usize::try_from(bytes).unwrap_or(usize::MAX);
        self.module.set_memory()(bytes(soft), bytes(hard));
    }

    /// Runs `mount`.
    pub fn init(&self, host: HostModule_Ref, most: Most) -> Result<Declared, CaughtFault> {
        match self.module.init()(host) {
            RResult::ROk(mounted) => {
                let routes = mounted.routes.iter().take(most.routes + 1);
                let migrations = mounted.migrations.iter().take(most.migrations + 1);
                let bounded = |text: &str| text.chars().take(300).collect();
                let declared = |r: &kandra_abi::RouteDesc| DeclaredRoute {
                    method: bounded(&r.method),
                    path: bounded(&r.path),
                    kind: r.kind,
                    period_ms: r.period_ms,
                    topic: bounded(&r.topic),
                };
                Ok(Declared {
                    routes: routes.map(declared).collect(),
                    migrations: migrations.map(|text| text.chars().take(most.migration + 1).collect()).collect(),
                    state_version: mounted.state_version.into_option(),
                })
            }
            RResult::RErr(fault) => Err(fault.into()),
        }
    }

    /// Makes a call.
    pub fn start(&self, request: &RequestView<'_>) -> Result<Call, CaughtFault> {
        match self.module.start()(request) {
            RResult::ROk(call) => Ok(call),
            RResult::RErr(fault) => Err(fault.into()),
        }
    }

    /// Polls a call once.
    #[inline]
    pub fn poll(&self, call: Call) -> Polled {
        self.module.poll()(call)
    }

    /// Drops a call, which must not be used again.
    #[inline]
    pub fn drop_call(&self, call: Call) {
        self.module.drop_call()(call);
    }

    /// Its state in memory; no more than `most` bytes of it.
    pub fn save(&self, most: usize) -> Result<Vec<u8>, CaughtFault> {
        let refuse = |message: String| CaughtFault { kind: kandra_abi::fault_kind::PANIC, message, location: String::new() };
        match self.module.save()() {
            RResult::ROk(bytes) if bytes.len() <= most => Ok(bytes.as_slice().to_vec()),
            RResult::ROk(bytes) => Err(refuse(format!("the state has {} bytes, more than {most}", bytes.len()))),
            RResult::RErr(fault) => Err(fault.into()),
        }
    }

    /// Takes over what another revision saved.
    pub fn restore(&self, version: u32, bytes: &[u8]) -> Result<(), CaughtFault> {
        match self.module.restore()(version, RSlice::from_slice(bytes)) {
            RResult::ROk(()) => Ok(()),
            RResult::RErr(fault) => Err(fault.into()),
        }
    }

    /// What runs the thread-local destructors that the library has recorded on the thread that calls it. The library
    /// must stay open until the last such call has returned.
    pub fn thread_destructors(&self) -> impl Fn() -> usize + Send + Clone + 'static {
        let run = self.module.run_thread_destructors();
        move || run()
    }

    /// Tears the library down, closes it and looks whether it is gone. The caller has run the thread-local destructors
    /// on every thread that ran its code.
    pub fn close(self) -> Closed {
        let Self { module, handle, image } = self;
        let range = mapped::range_to_keep(&image);
        let teardown = module.teardown()(false);
        let closed = handle.close().is_ok();
        let mapped_bytes = mapped::mapped_bytes(&image);
        let gone = closed && mapped_bytes == 0 && !mapped::is_linked(&image);
        // Where something else lies already nothing can be kept, and so nothing be proved.
        let verified = gone && range.is_none_or(|range| mapped::keep_inaccessible(&range));
        if !verified {
            // The descriptor's number is the library's name for glibc: never give it to another one.
            std::mem::forget(image);
        }
        Closed { verified, mapped_bytes, teardown }
    }

    /// Keeps it mapped for ever: some thread could not be asked to run its destructors.
    pub fn pin(self) {
        std::mem::forget(self);
    }
}

/// An error and its causes, the causes' text only once.
fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text.chars().take(600).collect()
}
