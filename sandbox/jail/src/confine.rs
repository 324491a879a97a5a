//! The child's side: what a role does first thing in `main`.

use crate::{
    Layer, MissingLayers, Namespaces, Policy, Role,
    namespaces::{self, Scope},
    syscalls,
};
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    Scope as LandlockScope, path_beneath_rules,
};
use std::{ffi::OsString, io, os::unix::process::CommandExt};

/// With this code a role ends that could not confine itself; the [`ConfineError`] stands on its standard error.
pub const EXIT_MISSING_LAYER: i32 = 8;

/// Why a child could not be confined. It must end: nothing of a stranger may run.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    /// A required layer does not hold on this machine.
    #[error("the required sandbox layer {layer} does not hold here: {reason}", layer = .layer.as_str())]
    Missing {
        /// Which.
        layer: Layer,
        /// The system's words.
        reason: String,
    },
    /// The process has threads already; a confinement would not reach them.
    #[error("a child must confine itself before it starts a thread")]
    Threads,
    /// The program could not be started after the confinement.
    #[error("could not run {program}: {source}")]
    Exec {
        /// Which.
        program: String,
        /// The system's words.
        source: io::Error,
    },
}

/// Confines this process and all it will start, for ever. Answers the layers that hold.
///
/// For [`Role::Build`] with namespaces the caller goes on in a new process, number 1 of its namespace; the old one
/// waits and ends as that one ends.
pub fn confine(policy: &Policy) -> Result<Vec<Layer>, ConfineError> {
    if thread_count() != Some(1) {
        return Err(ConfineError::Threads);
    }
    go_first_when_memory_runs_out(policy.role);
    let mut layers = Vec::new();
    let mut keep = |layer: Layer, result: Result<(), String>| match (result, policy.missing) {
        (Ok(()), _) => {
            layers.push(layer);
            Ok(())
        }
        (Err(_), MissingLayers::Allow) => Ok(()),
        (Err(reason), MissingLayers::Refuse) => Err(ConfineError::Missing { layer, reason }),
    };
    keep(Layer::NoNewPrivileges, no_new_privileges())?;
    let mut optional = Vec::new();
    if policy.namespaces == Namespaces::IfAvailable {
        let scope = if policy.role == Role::Build { Scope::Tree } else { Scope::Process };
        optional = namespaces::enter(scope);
        if optional.contains(&Layer::PidNamespace) && namespaces::become_first_process().is_err() {
            optional.retain(|layer| *layer != Layer::PidNamespace);
        }
    }
    keep(Layer::ResourceLimits, resource_limits(policy))?;
    keep(Layer::ProcessLimit, process_limit(policy))?;
    keep(Layer::Landlock, landlock(policy))?;
    keep(Layer::Seccomp, seccomp(policy.role))?;
    // The parent's part; `Command` cannot be run without a deadline.
    layers.push(Layer::WallClock);
    layers.extend(optional);
    Ok(layers)
}

/// Confines this process, then becomes `program`. Only [`Role::Build`] may run programs.
pub fn confine_and_exec(policy: &Policy, program: OsString, arguments: Vec<OsString>) -> Result<std::convert::Infallible, ConfineError> {
    confine(policy)?;
    let source = std::process::Command::new(&program).args(arguments).exec();
    Err(ConfineError::Exec { program: program.to_string_lossy().into_owned(), source })
}

/// How many threads this process has, by its own account.
fn thread_count() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/task").ok()?.count())
}

fn last_error(succeeded: bool) -> Result<(), String> {
    if succeeded { Ok(()) } else { Err(io::Error::last_os_error().to_string()) }
}

fn no_new_privileges() -> Result<(), String> {
    // SAFETY: prctl with constant arguments touches no memory of ours.
    last_error(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 })
}

fn resource_limits(policy: &Policy) -> Result<(), String> {
    let limits = &policy.limits;
    if policy.role == Role::Live {
        // One feature's file at its limit is a failed write, not everybody's end.
        // SAFETY: ignoring a signal installs no handler.
        last_error(unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) } != libc::SIG_ERR)?;
    }
    set_limit(libc::RLIMIT_AS, limits.address_space)?;
    set_limit(libc::RLIMIT_CPU, limits.cpu_seconds)?;
    set_limit(libc::RLIMIT_FSIZE, limits.file_size)?;
    set_limit(libc::RLIMIT_NOFILE, limits.open_files)?;
    set_limit(libc::RLIMIT_CORE, 0)
}

/// Lowers soft and hard limit to `value`, or to the hard limit in force where that is lower.
fn set_limit(resource: libc::__rlimit_resource_t, value: u64) -> Result<(), String> {
    let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `now` is a valid rlimit for the length of both calls.
    unsafe {
        last_error(libc::getrlimit(resource, &mut now) == 0)?;
        let value = value.min(now.rlim_max);
        last_error(libc::setrlimit(resource, &libc::rlimit { rlim_cur: value, rlim_max: value }) == 0)
    }
}

/// When the machine's memory runs out the kernel shall end a child, not control. Where `/proc` cannot be written the
/// kernel chooses by size, as for everybody.
fn go_first_when_memory_runs_out(role: Role) {
    let badness = if role == Role::Live { "500" } else { "1000" };
    let _ = std::fs::write("/proc/self/oom_score_adj", badness);
}

/// Roles other than the build cannot make processes at all (seccomp), only threads. RLIMIT_NPROC counts all processes and
/// threads of the user, so it is wide, and is set only when that user is not root, whom the kernel exempts; the parent
/// counts the tree of a build in every case (`Command`).
fn process_limit(policy: &Policy) -> Result<(), String> {
    // SAFETY: getuid cannot fail.
    let root = unsafe { libc::getuid() } == 0;
    match policy.role {
        Role::Build | Role::Probe if !root => set_limit(libc::RLIMIT_NPROC, 4096),
        // Live needs its threads even on a desktop where much else runs.
        Role::Live if !root => set_limit(libc::RLIMIT_NPROC, 16_384),
        _ => Ok(()),
    }
}

fn landlock(policy: &Policy) -> Result<(), String> {
    const NEWEST: ABI = ABI::V6;
    let restrict = || -> Result<RestrictionStatus, landlock::RulesetError> {
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(NEWEST))?
            .handle_access(AccessNet::from_all(NEWEST))?
            .scope(LandlockScope::from_all(NEWEST))?
            .create()?
            .add_rules(path_beneath_rules(&policy.read, AccessFs::from_read(NEWEST)))?
            .add_rules(path_beneath_rules(&policy.write, AccessFs::from_all(NEWEST)))?
            .restrict_self()
    };
    match restrict().map_err(|e| e.to_string())?.ruleset {
        RulesetStatus::NotEnforced => Err(Layer::Landlock.remedy().to_owned()),
        _ => Ok(()),
    }
}

fn seccomp(role: Role) -> Result<(), String> {
    // The second filter is installed through the first, which therefore must not yet forbid `seccomp` and `prctl`:
    // the ENOSYS filter goes first.
    let [listed, fall_back] = syscalls::filters(role).map_err(|e| e.to_string())?;
    seccompiler::apply_filter(&fall_back).map_err(|e| e.to_string())?;
    seccompiler::apply_filter(&listed).map_err(|e| e.to_string())
}
