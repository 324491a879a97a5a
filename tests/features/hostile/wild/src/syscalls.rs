//! System calls without libc, whose doors the SDK shuts in a library.
use std::{arch::asm, ffi::CString};

/// The kernel's answer, or its error number.
pub fn call(number: usize, arguments: &[usize]) -> Result<usize, i32> {
    let at = |i: usize| arguments.get(i).copied().unwrap_or(0);
    let answer: isize;
    // SAFETY: none; what the call does to this process is the attempt.
    unsafe {
        asm!("syscall", inlateout("rax") number as isize => answer, in("rdi") at(0), in("rsi") at(1), in("rdx") at(2),
            in("r10") at(3), in("r8") at(4), in("r9") at(5), lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    if (-4095..0).contains(&answer) { Err(-answer as i32) } else { Ok(answer as usize) }
}

/// A path for the kernel.
pub fn path(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

pub fn at(text: &CString) -> usize {
    text.as_ptr() as usize
}
