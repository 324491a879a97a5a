//! What a child may do, as data that crosses an `exec` in one argument.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Which system calls a child may make: `policy/<role>.txt` beside this crate's sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Computes from standard input to standard output; no files, no threads, no processes.
    Lint,
    /// Runs cargo, rustc and the linker.
    Build,
    /// Loads one candidate; threads, no processes.
    Probe,
    /// Serves features on an inherited socket; threads, no processes, no new sockets.
    Live,
}

/// A wall around a child. The first five are required, the others used where the machine has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// No program gains privileges by `exec`.
    NoNewPrivileges,
    /// Files, TCP, signals and abstract sockets.
    Landlock,
    /// System calls, default deny.
    Seccomp,
    /// Memory, time, file size, descriptors.
    ResourceLimits,
    /// How many processes a child may have.
    ProcessLimit,
    /// The parent kills the whole tree at a deadline.
    WallClock,
    /// An empty network.
    NetworkNamespace,
    /// Its own process ids and `/proc`.
    PidNamespace,
    /// Its own view of mounts.
    MountNamespace,
}

impl Layer {
    /// Every layer, required ones first.
    pub const ALL: [Self; 9] = [
        Self::NoNewPrivileges,
        Self::Landlock,
        Self::Seccomp,
        Self::ResourceLimits,
        Self::ProcessLimit,
        Self::WallClock,
        Self::NetworkNamespace,
        Self::PidNamespace,
        Self::MountNamespace,
    ];

    /// Whether strangers' code is refused without it.
    pub const fn required(self) -> bool {
        !matches!(self, Self::NetworkNamespace | Self::PidNamespace | Self::MountNamespace)
    }

    /// Why a machine may not have it, and what to do.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::NoNewPrivileges | Self::ResourceLimits | Self::ProcessLimit | Self::WallClock => {
                "every Linux has it; something around this process takes it away"
            }
            Self::Landlock => {
                "the kernel does not offer it: it takes Linux 5.13 or newer with landlock among its security modules (lsm=…), and in a \
                 container a seccomp profile that lets landlock_create_ruleset, landlock_add_rule and landlock_restrict_self through"
            }
            Self::Seccomp => {
                "filters cannot be installed: the kernel needs CONFIG_SECCOMP_FILTER, and a container must not forbid seccomp(2)"
            }
            Self::NetworkNamespace | Self::PidNamespace | Self::MountNamespace => {
                "this machine grants no unprivileged user namespaces; the required layers do without"
            }
        }
    }

    /// The name for people and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoNewPrivileges => "no_new_privs",
            Self::Landlock => "landlock",
            Self::Seccomp => "seccomp",
            Self::ResourceLimits => "rlimits",
            Self::ProcessLimit => "process_limit",
            Self::WallClock => "wall_clock",
            Self::NetworkNamespace => "network_namespace",
            Self::PidNamespace => "pid_namespace",
            Self::MountNamespace => "mount_namespace",
        }
    }
}

/// Resource limits of one process, and of the tree for `processes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of address space.
    pub address_space: u64,
    /// Seconds of processor time, each process.
    pub cpu_seconds: u64,
    /// Bytes of the largest file it may write.
    pub file_size: u64,
    /// Open descriptors.
    pub open_files: u64,
    /// Processes in the whole tree.
    pub processes: u64,
}

/// Whether to use namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Namespaces {
    /// Use those that this machine grants.
    IfAvailable,
    /// Do without.
    Never,
}

/// What to do when a required layer does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingLayers {
    /// Refuse to run.
    Refuse,
    /// Run all the same: the owner said so with a flag of an alarming name.
    Allow,
}

/// What a child may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Which system calls.
    pub role: Role,
    /// Paths it may read and execute, with everything beneath.
    pub read: Vec<PathBuf>,
    /// Paths it may also write, with everything beneath.
    pub write: Vec<PathBuf>,
    /// How much it may use.
    pub limits: Limits,
    /// Whether to use namespaces.
    pub namespaces: Namespaces,
    /// What to do when a required layer does not hold.
    pub missing: MissingLayers,
}

const GIB: u64 = 1 << 30;

impl Policy {
    /// The defaults of a role: no paths, its limits.
    pub fn new(role: Role) -> Self {
        let limits = match role {
            Role::Lint => Limits { address_space: GIB, cpu_seconds: 5, file_size: 0, open_files: 32, processes: 1 },
            Role::Build => Limits { address_space: 4 * GIB, cpu_seconds: 120, file_size: GIB / 4, open_files: 512, processes: 64 },
            Role::Probe => Limits { address_space: 4 * GIB, cpu_seconds: 20, file_size: 64 << 20, open_files: 128, processes: 1 },
            Role::Live => Limits { address_space: 64 * GIB, cpu_seconds: u64::MAX, file_size: 4 * GIB, open_files: 65_536, processes: 1 },
        };
        Self { role, read: Vec::new(), write: Vec::new(), limits, namespaces: Namespaces::IfAvailable, missing: MissingLayers::Refuse }
    }

    /// With one more readable path.
    #[must_use]
    pub fn reading(mut self, path: impl Into<PathBuf>) -> Self {
        self.read.push(path.into());
        self
    }

    /// With one more writable path.
    #[must_use]
    pub fn writing(mut self, path: impl Into<PathBuf>) -> Self {
        self.write.push(path.into());
        self
    }

    /// As one command-line argument.
    pub fn to_argument(&self) -> String {
        serde_json::to_string(self).expect("a policy is plain data")
    }

    /// From that argument.
    pub fn from_argument(argument: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(argument)
    }
}
