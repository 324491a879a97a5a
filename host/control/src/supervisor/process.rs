//! One live process: how it is started, watched and ended.

use kandra_jail::{Child, End, SharedMap};
use kandra_wire::{LISTEN_FD, LiveOptions, MissingLayers, RECORDER_FD, WIRE_FD};
use std::{
    net::TcpListener,
    os::fd::OwnedFd,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::oneshot;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
    /// Nobody knows: waiting for it failed.
    Lost,
}

/// Something that speaks the wire and can be ended.
pub(crate) trait Process: Send {
    /// Its process id.
    fn id(&self) -> u32;
    /// Waits up to `patience` for its end. Blocks.
    fn wait_for(&mut self, patience: Duration) -> Option<Death>;
    /// Ends it at once.
    fn kill(&mut self);
}

/// Starts processes; tests bring their own.
pub(crate) trait Launcher: Send + Sync + 'static {
    /// Starts one that has the other end of this wire. Blocks for some milliseconds.
    fn launch(&self, wire: OwnedFd, recorder: &SharedMap) -> Result<Box<dyn Process>, LaunchError>;
}

/// Why no process could be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LaunchError {
    /// A descriptor could not be duplicated.
    #[error("a descriptor for the live process could not be made: {0}")]
    Descriptor(#[from] std::io::Error),
    /// The system refused to start it.
    #[error(transparent)]
    Jail(#[from] kandra_jail::JailError),
}

/// Starts the `kandra` binary in the role `__live`, confined.
pub(crate) struct JailLauncher {
    pub exe: PathBuf,
    pub options: LiveOptions,
    pub listener: TcpListener,
}

impl JailLauncher {
    fn policy(&self) -> kandra_jail::Policy {
        let mut policy = kandra_jail::Policy::new(kandra_jail::Role::Live).reading(&self.options.artifacts).writing(&self.options.features);
        policy.missing = match self.options.missing_layers {
            MissingLayers::Refuse => kandra_jail::MissingLayers::Refuse,
            MissingLayers::Allow => kandra_jail::MissingLayers::Allow,
        };
        policy
    }
}

impl Launcher for JailLauncher {
    fn launch(&self, wire: OwnedFd, recorder: &SharedMap) -> Result<Box<dyn Process>, LaunchError> {
        let options = serde_json::to_string(&self.options).expect("plain data");
        let mut command = kandra_jail::Command::role(&self.exe, "__live", &self.policy())
            .arg(options)
            .descriptor(wire, WIRE_FD)
            .descriptor(self.listener.try_clone()?.into(), LISTEN_FD)
            .descriptor(recorder.descriptor().try_clone()?, RECORDER_FD)
            .pass_on_stderr();
        for name in ["RUST_LOG", "NO_COLOR"] {
            if let Some(value) = std::env::var_os(name) {
                command = command.env(name, value);
            }
        }
        Ok(Box::new(Jailed(command.spawn()?)))
    }
}

struct Jailed(Child);

impl Process for Jailed {
    fn id(&self) -> u32 {
        self.0.id()
    }

    fn wait_for(&mut self, patience: Duration) -> Option<Death> {
        match self.0.wait_for(patience) {
            Ok(false) => None,
            Ok(true) => Some(match self.0.end() {
                Some(End::Exited(code)) => Death::Exited(code),
                Some(End::Signalled(signal)) => Death::Signalled(signal),
                _ => Death::Lost,
            }),
            Err(error) => {
                tracing::error!(%error, "lost track of the live process");
                Some(Death::Lost)
            }
        }
    }

    fn kill(&mut self) {
        self.0.kill();
    }
}

/// Holds a process on a thread of its own, because waiting for a child blocks.
pub(crate) struct Keeper {
    pub pid: u32,
    kill: Arc<AtomicBool>,
    death: oneshot::Receiver<Death>,
}

/// How soon a wish to end the process is carried out.
const PATIENCE: Duration = Duration::from_millis(50);

impl Keeper {
    /// Takes the process over.
    pub(crate) fn keep(mut process: Box<dyn Process>) -> std::io::Result<Self> {
        let pid = process.id();
        let kill = Arc::new(AtomicBool::new(false));
        let (sender, death) = oneshot::channel();
        let wish = Arc::clone(&kill);
        std::thread::Builder::new().name("kandra-keeper".to_owned()).spawn(move || {
            let mut killed = false;
            let death = loop {
                if let Some(death) = process.wait_for(PATIENCE) {
                    break death;
                }
                if !killed && wish.load(Ordering::Acquire) {
                    killed = true;
                    process.kill();
                }
            };
            // The supervisor may be gone already; the process is reaped all the same.
            let _ = sender.send(death);
        })?;
        Ok(Self { pid, kill, death })
    }

    /// Ends it within some milliseconds.
    pub(crate) fn kill(&self) {
        self.kill.store(true, Ordering::Release);
    }

    /// Waits for its end. Cancel-safe; after it has answered, it must not be asked again.
    pub(crate) async fn died(&mut self) -> Death {
        (&mut self.death).await.unwrap_or(Death::Lost)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.kill();
    }
}
