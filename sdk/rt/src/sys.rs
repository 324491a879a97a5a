//! System calls, made here and not through libc, so that a library need not import functions that could do more.
//!
//! The standard library waits for locks and draws the seeds of its hash maps through libc's `syscall`; a definition of
//! our own lets exactly those two through.

use std::arch::asm;
use std::ffi::c_long;

std::arch::global_asm!(".hidden syscall", ".hidden getrandom");

/// # Safety
/// As the kernel's own contract for that call and these arguments.
#[inline]
unsafe fn raw(number: c_long, arguments: [usize; 6]) -> isize {
    let [a, b, c, d, e, f] = arguments;
    let result: isize;
    // SAFETY: the caller's promise; the registers are those of the x86-64 Linux convention, which clobbers rcx and r11.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number as isize => result,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e, in("r9") f,
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
    result
}

/// Fresh zeroed pages, readable and writable, or `None`.
pub(crate) fn map(len: usize) -> Option<*mut u8> {
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: asks for new pages anywhere; nothing that exists is touched.
    let address = unsafe { raw(libc::SYS_mmap, [0, len, protection as usize, flags as usize, usize::MAX, 0]) };
    (address > 0).then(|| std::ptr::with_exposed_provenance_mut(address as usize))
}

/// # Safety
/// The pages came from [`map`] with this length, and nothing in them is used again.
pub(crate) unsafe fn unmap(pages: *mut u8, len: usize) {
    // SAFETY: the caller's promise.
    unsafe { raw(libc::SYS_munmap, [pages.expose_provenance(), len, 0, 0, 0, 0]) };
}

/// Makes pages inaccessible, to find uses of what was freed.
///
/// # Safety
/// As [`unmap`].
pub(crate) unsafe fn seal(pages: *mut u8, len: usize) {
    // SAFETY: the caller's promise.
    unsafe { raw(libc::SYS_mprotect, [pages.expose_provenance(), len, libc::PROT_NONE as usize, 0, 0, 0]) };
}

fn answer(result: isize) -> c_long {
    if result < 0 {
        // SAFETY: glibc's errno is a word of this thread.
        unsafe { *libc::__errno_location() = -result as i32 };
        return -1;
    }
    result as c_long
}

/// libc's `syscall`, for waiting and for randomness. It is variadic in C; every caller's arguments arrive in the same
/// registers, and those it did not set are ignored by the kernel.
///
/// # Safety
/// As the kernel's own contract for that call.
#[unsafe(no_mangle)]
unsafe extern "C" fn syscall(number: c_long, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize) -> c_long {
    match number {
        // SAFETY: the caller's promise.
        libc::SYS_futex | libc::SYS_getrandom => answer(unsafe { raw(number, [a, b, c, d, e, f]) }),
        _ => answer(-libc::ENOSYS as isize),
    }
}

/// # Safety
/// As libc says: `len` bytes at `buffer` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn getrandom(buffer: *mut u8, len: usize, flags: u32) -> isize {
    // SAFETY: the caller's promise.
    answer(unsafe { raw(libc::SYS_getrandom, [buffer.expose_provenance(), len, flags as usize, 0, 0, 0]) }) as isize
}
