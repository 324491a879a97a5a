//! Which system calls each role may make: the lists in `policy/`, compiled to seccomp filters.
//!
//! Everything not listed answers EPERM. `clone` may make threads only (processes too for the build, never new
//! namespaces); `clone3`, whose flags a filter cannot read, answers ENOSYS so that libc falls back to `clone`; a
//! signal may be sent to the child's own process only, and from the build to none: there a filter cannot know the
//! numbers of the processes to come.

use crate::Role;
use seccompiler::{
    BpfProgram, SeccompAction,
    SeccompCmpArgLen::{Dword, Qword},
    SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

const LISTS: [(Role, &str); 4] = [
    (Role::Lint, include_str!("../policy/lint.txt")),
    (Role::Build, include_str!("../policy/build.txt")),
    (Role::Probe, include_str!("../policy/probe.txt")),
    (Role::Live, include_str!("../policy/live.txt")),
];

/// The names on a role's list.
pub(crate) fn names(role: Role) -> impl Iterator<Item = &'static str> {
    let (_, list) = LISTS.iter().find(|(r, _)| *r == role).expect("every role has a list");
    list.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace)
}

/// The filters of a role, to be applied in this order.
pub(crate) fn filters(role: Role) -> Result<[BpfProgram; 2], seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for name in names(role) {
        let number = number(name).unwrap_or_else(|| panic!("policy lists name known system calls; {name} is not one"));
        rules.insert(number, conditions(role, name)?);
    }
    let listed = SeccompFilter::new(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow, TargetArch::x86_64)?;
    let clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let fall_back = SeccompFilter::new(clone3, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32), TargetArch::x86_64)?;
    Ok([listed.try_into()?, fall_back.try_into()?])
}

const NEW_NAMESPACES: u64 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWCGROUP) as u64;

/// What a listed call's arguments must look like; empty for any. Each of these calls does something harmless that every
/// program needs, and something else that reaches a process or a socket outside of the jail.
fn conditions(role: Role, name: &str) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let one = |argument, length, operator, value| -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
        Ok(vec![SeccompRule::new(vec![SeccompCondition::new(argument, length, operator, value)?])?])
    };
    let one_of = |argument, values: &[u64]| -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
        values.iter().map(|value| SeccompRule::new(vec![SeccompCondition::new(argument, Dword, SeccompCmpOp::Eq, *value)?])).collect()
    };
    match (role, name) {
        (Role::Build, "clone") => one(0, Qword, SeccompCmpOp::MaskedEq(NEW_NAMESPACES), 0),
        (_, "clone") => one(0, Qword, SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64 | NEW_NAMESPACES), libc::CLONE_THREAD as u64),
        (_, "tgkill") => one(0, Dword, SeccompCmpOp::Eq, u64::from(std::process::id())),
        // A datagram socket of a pair can send to any socket in the file system.
        (_, "socketpair") => [libc::SOCK_STREAM, libc::SOCK_SEQPACKET]
            .into_iter()
            .map(|kind| {
                SeccompRule::new(vec![
                    SeccompCondition::new(0, Dword, SeccompCmpOp::Eq, libc::AF_UNIX as u64)?,
                    SeccompCondition::new(1, Dword, SeccompCmpOp::MaskedEq(SOCKET_KIND), kind as u64)?,
                ])
            })
            .collect(),
        // Another process's limits can be lowered until it dies.
        (_, "prlimit64") => one(0, Dword, SeccompCmpOp::Eq, 0),
        // F_SETOWN and F_SETSIG have the kernel signal another process.
        (_, "fcntl") => one_of(1, &FCNTL),
        // FIOSETOWN signals as well; terminals can be typed into and taken over.
        (_, "ioctl") => one_of(1, &IOCTL),
        (_, "prctl") => one_of(0, &PRCTL),
        // The listening socket is the next process's too: it must not become deaf.
        (Role::Live, "shutdown") => one(1, Dword, SeccompCmpOp::Eq, libc::SHUT_WR as u64),
        (Role::Live, "setsockopt") => Ok(vec![SeccompRule::new(vec![
            SeccompCondition::new(1, Dword, SeccompCmpOp::Eq, libc::IPPROTO_TCP as u64)?,
            SeccompCondition::new(2, Dword, SeccompCmpOp::Eq, libc::TCP_NODELAY as u64)?,
        ])?]),
        _ => Ok(Vec::new()),
    }
}

/// The bits of a socket's type that are not flags.
const SOCKET_KIND: u64 = 0xf;

/// Duplicates, flags, locks of files, seals.
const FCNTL: [u64; 14] = [
    libc::F_DUPFD as u64,
    libc::F_DUPFD_CLOEXEC as u64,
    libc::F_GETFD as u64,
    libc::F_SETFD as u64,
    libc::F_GETFL as u64,
    libc::F_SETFL as u64,
    libc::F_GETLK as u64,
    libc::F_SETLK as u64,
    libc::F_SETLKW as u64,
    libc::F_OFD_GETLK as u64,
    libc::F_OFD_SETLK as u64,
    libc::F_OFD_SETLKW as u64,
    libc::F_ADD_SEALS as u64,
    libc::F_GET_SEALS as u64,
];

/// Of the descriptor itself, and questions about a terminal.
const IOCTL: [u64; 6] = [libc::FIOCLEX, libc::FIONCLEX, libc::FIONBIO, libc::FIONREAD, libc::TCGETS, libc::TIOCGWINSZ];

/// Names of threads and of mappings, the wish to end with one's parent, and what a process can only ask or tighten.
const PRCTL: [u64; 7] = [
    libc::PR_SET_NAME as u64,
    libc::PR_GET_NAME as u64,
    libc::PR_SET_VMA as u64,
    libc::PR_SET_PDEATHSIG as u64,
    libc::PR_GET_DUMPABLE as u64,
    libc::PR_SET_NO_NEW_PRIVS as u64,
    libc::PR_GET_NO_NEW_PRIVS as u64,
];

macro_rules! table {
    ($($name:ident = $constant:ident)*) => {
        fn number(name: &str) -> Option<i64> {
            match name { $(stringify!($name) => Some(libc::$constant),)* _ => None }
        }
    };
}

table! {
    accept = SYS_accept accept4 = SYS_accept4 access = SYS_access arch_prctl = SYS_arch_prctl brk = SYS_brk
    chdir = SYS_chdir chmod = SYS_chmod clock_gettime = SYS_clock_gettime clock_nanosleep = SYS_clock_nanosleep clone = SYS_clone
    clone3 = SYS_clone3 close = SYS_close copy_file_range = SYS_copy_file_range dup = SYS_dup dup2 = SYS_dup2
    dup3 = SYS_dup3 epoll_create1 = SYS_epoll_create1 epoll_ctl = SYS_epoll_ctl epoll_pwait = SYS_epoll_pwait epoll_pwait2 = SYS_epoll_pwait2
    epoll_wait = SYS_epoll_wait eventfd2 = SYS_eventfd2 execve = SYS_execve exit = SYS_exit exit_group = SYS_exit_group
    faccessat = SYS_faccessat faccessat2 = SYS_faccessat2 fadvise64 = SYS_fadvise64 fallocate = SYS_fallocate fchdir = SYS_fchdir
    fchmod = SYS_fchmod fchmodat = SYS_fchmodat fchown = SYS_fchown fcntl = SYS_fcntl fdatasync = SYS_fdatasync
    fgetxattr = SYS_fgetxattr flock = SYS_flock fork = SYS_fork fstat = SYS_fstat fstatfs = SYS_fstatfs
    fsync = SYS_fsync ftruncate = SYS_ftruncate futex = SYS_futex getcwd = SYS_getcwd getdents64 = SYS_getdents64
    getegid = SYS_getegid geteuid = SYS_geteuid getgid = SYS_getgid getpeername = SYS_getpeername getpgid = SYS_getpgid
    getpgrp = SYS_getpgrp getpid = SYS_getpid getppid = SYS_getppid getrandom = SYS_getrandom getrusage = SYS_getrusage
    getsockname = SYS_getsockname getsockopt = SYS_getsockopt gettid = SYS_gettid getuid = SYS_getuid getxattr = SYS_getxattr
    ioctl = SYS_ioctl lgetxattr = SYS_lgetxattr link = SYS_link linkat = SYS_linkat
    lseek = SYS_lseek lstat = SYS_lstat madvise = SYS_madvise membarrier = SYS_membarrier memfd_create = SYS_memfd_create
    mkdir = SYS_mkdir mkdirat = SYS_mkdirat mlock = SYS_mlock mmap = SYS_mmap mprotect = SYS_mprotect
    mremap = SYS_mremap msync = SYS_msync munmap = SYS_munmap nanosleep = SYS_nanosleep newfstatat = SYS_newfstatat
    open = SYS_open openat = SYS_openat personality = SYS_personality pidfd_open = SYS_pidfd_open
    pipe = SYS_pipe pipe2 = SYS_pipe2 poll = SYS_poll ppoll = SYS_ppoll prctl = SYS_prctl
    pread64 = SYS_pread64 preadv = SYS_preadv prlimit64 = SYS_prlimit64 pwrite64 = SYS_pwrite64 pwritev = SYS_pwritev
    read = SYS_read readlink = SYS_readlink readlinkat = SYS_readlinkat readv = SYS_readv recvfrom = SYS_recvfrom
    recvmsg = SYS_recvmsg rename = SYS_rename renameat = SYS_renameat renameat2 = SYS_renameat2 restart_syscall = SYS_restart_syscall
    rmdir = SYS_rmdir rseq = SYS_rseq rt_sigaction = SYS_rt_sigaction rt_sigprocmask = SYS_rt_sigprocmask rt_sigreturn = SYS_rt_sigreturn
    sched_getaffinity = SYS_sched_getaffinity sched_yield = SYS_sched_yield sendfile = SYS_sendfile sendmsg = SYS_sendmsg sendto = SYS_sendto
    set_robust_list = SYS_set_robust_list set_tid_address = SYS_set_tid_address setsockopt = SYS_setsockopt shutdown = SYS_shutdown sigaltstack = SYS_sigaltstack
    socketpair = SYS_socketpair stat = SYS_stat statfs = SYS_statfs statx = SYS_statx symlink = SYS_symlink
    symlinkat = SYS_symlinkat sysinfo = SYS_sysinfo tgkill = SYS_tgkill timerfd_create = SYS_timerfd_create timerfd_settime = SYS_timerfd_settime
    times = SYS_times umask = SYS_umask uname = SYS_uname unlink = SYS_unlink unlinkat = SYS_unlinkat
    utimensat = SYS_utimensat vfork = SYS_vfork wait4 = SYS_wait4 waitid = SYS_waitid write = SYS_write
    writev = SYS_writev
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_compiles() {
        for (role, _) in LISTS {
            assert!(names(role).count() > 20);
            filters(role).unwrap();
        }
    }

    #[test]
    fn only_the_build_may_run_programs_and_nobody_may_open_sockets() {
        for (role, _) in LISTS {
            let has = |name| names(role).any(|n| n == name);
            assert_eq!(has("execve"), role == Role::Build);
            assert_eq!(has("fork"), role == Role::Build);
            assert_eq!(has("tgkill"), role != Role::Build, "the filter of a build cannot tell whom it signals");
            for door in [
                "kill",
                "tkill",
                "rt_sigqueueinfo",
                "rt_tgsigqueueinfo",
                "pidfd_send_signal",
                "process_madvise",
                "sched_setaffinity",
                "sched_setscheduler",
                "setpriority",
                "ioprio_set",
                "setrlimit",
                "socket",
                "connect",
                "bind",
                "listen",
                "ptrace",
                "process_vm_readv",
                "process_vm_writev",
                "mount",
                "unshare",
                "setns",
                "bpf",
                "io_uring_setup",
                "userfaultfd",
                "keyctl",
                "setsid",
                "setpgid",
                "execveat",
                "pidfd_getfd",
                "chroot",
                "perf_event_open",
            ] {
                assert!(!has(door), "{role:?} lists {door}");
            }
        }
    }
}
