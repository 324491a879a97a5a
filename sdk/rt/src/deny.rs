//! Every door to files, processes and sockets that the standard library could open, shut: the names are defined here
//! and hidden, so the library does not import them at all, and what calls them sees EACCES.
//!
//! This is the last layer under the façade, the lint and the jail. It also makes the check of a library's imports mean
//! something: without it even a pure feature imports `open64` and `read`, for backtraces. A few names at the end of the
//! first list are no doors; only code that cannot run here refers to them, and a shorter list of imports is easier to check.

use std::ffi::c_void;

macro_rules! shut {
    ($answer:ty = $value:expr; $($name:ident)*) => {
        std::arch::global_asm!($(concat!(".hidden ", stringify!($name))),*);
        $(
            #[unsafe(no_mangle)]
            extern "C" fn $name() -> $answer {
                // SAFETY: glibc's errno is a word of this thread.
                unsafe { *libc::__errno_location() = libc::EACCES };
                $value
            }
        )*
    };
}

// Callers pass arguments that these functions do not take; in the C calling convention of x86-64 the caller cleans up, so
// they are ignored.
shut! { isize = -1;
    open open64 openat openat64 creat creat64 read pread64 readv readlink readlinkat
    write pwrite64 writev
    stat stat64 lstat64 fstat64 fstatat64 statx lseek64 ftruncate64 fsync fdatasync access faccessat
    unlink unlinkat rename renameat mkdir mkdirat rmdir chmod fchmod chdir chroot symlink link linkat
    fork vfork execv execve execvp posix_spawn posix_spawnp pidfd_spawnp pidfd_getpid kill waitpid waitid
    socket socketpair connect bind listen accept accept4 send sendto sendmsg recv recvfrom recvmsg shutdown
    setsockopt getsockopt getsockname getpeername getaddrinfo
    poll pipe pipe2 dup dup2 dup3 fcntl ioctl close
    setenv unsetenv copy_file_range sendfile64 splice
    setuid setgid setgroups setpgid setsid
    munmap sigaltstack pause dl_iterate_phdr sysconf sched_getaffinity
}

shut! { *mut c_void = std::ptr::null_mut(); getenv getcwd realpath opendir fdopendir readdir64 dlopen dlsym }
