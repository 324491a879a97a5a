//! Descriptors that the parent process hands over under fixed numbers.

use std::{
    io,
    os::fd::{FromRawFd, OwnedFd, RawFd},
    sync::Mutex,
};

static TAKEN: Mutex<Vec<RawFd>> = Mutex::new(Vec::new());

/// Takes possession of an inherited descriptor; each number can be taken once.
pub(crate) fn inherited(number: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: F_GETFD touches no memory; it only says whether the number is open.
    if unsafe { libc::fcntl(number, libc::F_GETFD) } < 0 {
        return Err(io::Error::last_os_error());
    }
    let mut taken = TAKEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if taken.contains(&number) {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("descriptor {number} is taken already")));
    }
    taken.push(number);
    // SAFETY: the number is open (checked above), the parent opened it for us by the role's convention, and nobody else
    // in this process owns it (`TAKEN`).
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}
