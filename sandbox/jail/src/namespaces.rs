//! Namespaces, where the machine grants them to an unprivileged process.

use crate::Layer;
use std::io;

/// Moves this single-threaded process into its own user, network, IPC and host-name namespaces, and for `Tree` also
/// prepares pid and mount namespaces for the next child. Answers the layers that hold; none when refused.
pub(crate) fn enter(scope: Scope) -> Vec<Layer> {
    // SAFETY: getuid and getgid cannot fail and touch no memory of ours.
    let (uid, gid) = unsafe { (libc::getuid(), libc::getgid()) };
    let mut flags = libc::CLONE_NEWUSER | libc::CLONE_NEWNET | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;
    if scope == Scope::Tree {
        flags |= libc::CLONE_NEWPID | libc::CLONE_NEWNS;
    }
    let enter = || {
        // SAFETY: the caller is single-threaded (checked by `confine`), which CLONE_NEWUSER requires.
        let left = unsafe { libc::unshare(flags) } == 0;
        left && std::fs::write("/proc/self/setgroups", "deny")
            .and_then(|()| std::fs::write("/proc/self/uid_map", format!("{uid} {uid} 1")))
            .and_then(|()| std::fs::write("/proc/self/gid_map", format!("{gid} {gid} 1")))
            .is_ok()
    };
    // There is no way back from a namespace in which this user has no name, so a child goes first.
    if !succeeds_in_a_child(enter) || !enter() {
        return Vec::new();
    }
    let mut layers = vec![Layer::NetworkNamespace];
    if scope == Scope::Tree {
        layers.extend([Layer::PidNamespace, Layer::MountNamespace]);
    }
    layers
}

/// How far the namespaces reach.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// This process.
    Process,
    /// The children it will have.
    Tree,
}

/// Whether something can be done, tried where it does not matter.
fn succeeds_in_a_child(attempt: impl FnOnce() -> bool) -> bool {
    // SAFETY: the process is single-threaded, so the child may go on as usual after fork; `_exit` runs no destructors.
    unsafe {
        match libc::fork() {
            -1 => false,
            0 => libc::_exit(i32::from(!attempt())),
            child => {
                let mut status = 0;
                while libc::waitpid(child, &mut status, 0) == -1 {}
                libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
            }
        }
    }
}

/// Forks so that the child is process 1 of the new pid namespace, with its own `/proc`. The parent never returns: it
/// waits and ends as the child ended.
pub(crate) fn become_first_process() -> io::Result<()> {
    // SAFETY: the process is single-threaded, so the child may go on as usual after fork.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            // SAFETY: prctl and mount with constant, valid strings.
            unsafe {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
                libc::mount(std::ptr::null(), c"/".as_ptr(), std::ptr::null(), libc::MS_REC | libc::MS_PRIVATE, std::ptr::null());
                // Where /proc cannot be mounted anew, Landlock still hides the old one.
                libc::mount(
                    c"proc".as_ptr(),
                    c"/proc".as_ptr(),
                    c"proc".as_ptr(),
                    libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC,
                    std::ptr::null(),
                );
            }
            Ok(())
        }
        child => {
            let mut status = 0;
            // SAFETY: `child` is our child; `status` outlives the call.
            while unsafe { libc::waitpid(child, &mut status, 0) } == -1 {}
            let code = if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 128 + libc::WTERMSIG(status) };
            // SAFETY: ends this process without running destructors that the child owns too.
            unsafe { libc::_exit(code) }
        }
    }
}
