//! A small mapping that two processes share: live's flight recorder.
//!
//! Live writes what each worker is at; control reads it after live has died and treats what it reads as hostile. All
//! access is by relaxed atomic words, so that no torn or aliased reference can exist.

use std::{
    ffi::CStr,
    fs::File,
    io,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    ptr::NonNull,
    sync::atomic::{AtomicU64, Ordering},
};

/// `words` 64-bit words in memory that several processes map.
#[derive(Debug)]
pub struct SharedMap {
    memory: NonNull<AtomicU64>,
    words: usize,
    descriptor: OwnedFd,
}

// SAFETY: the mapping is plain memory that lives as long as the value, and is only accessed through atomics.
unsafe impl Send for SharedMap {}
// SAFETY: as above.
unsafe impl Sync for SharedMap {}

impl SharedMap {
    /// A new one, all zeros. Its size is sealed, so that no holder can make another's access fault.
    pub fn create(name: &CStr, words: usize) -> io::Result<Self> {
        // SAFETY: `name` is a valid C string; the result is checked.
        let raw = unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
        if raw < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: memfd_create just gave us this descriptor.
        let file = unsafe { File::from_raw_fd(raw) };
        file.set_len((words * 8) as u64)?;
        let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
        // SAFETY: fcntl on our own descriptor.
        if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Self::open(file.into(), words)
    }

    /// Maps one that another process created and handed over.
    pub fn open(descriptor: OwnedFd, words: usize) -> io::Result<Self> {
        let length = File::from(descriptor.try_clone()?).metadata()?.len();
        if words == 0 || length < (words * 8) as u64 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the shared mapping is smaller than expected"));
        }
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a fresh mapping of a descriptor that is at least this long; the kernel chooses the place.
        let memory = unsafe { libc::mmap(std::ptr::null_mut(), words * 8, protection, libc::MAP_SHARED, descriptor.as_raw_fd(), 0) };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let memory = NonNull::new(memory.cast()).expect("mmap without MAP_FIXED never answers null");
        Ok(Self { memory, words, descriptor })
    }

    /// The descriptor to hand to another process.
    pub fn descriptor(&self) -> &OwnedFd {
        &self.descriptor
    }

    /// How many words.
    pub fn len(&self) -> usize {
        self.words
    }

    /// Never: a mapping has at least one word.
    pub fn is_empty(&self) -> bool {
        self.words == 0
    }

    /// Word `index`.
    ///
    /// # Panics
    /// When `index` is not below [`Self::len`].
    pub fn word(&self, index: usize) -> &AtomicU64 {
        assert!(index < self.words, "word {index} of {}", self.words);
        // SAFETY: in bounds by the assertion, page-aligned, mapped for as long as `self` lives.
        unsafe { self.memory.add(index).as_ref() }
    }

    /// All words, as they are now.
    pub fn snapshot(&self) -> Vec<u64> {
        (0..self.words).map(|index| self.word(index).load(Ordering::Relaxed)).collect()
    }
}

impl Drop for SharedMap {
    fn drop(&mut self) {
        // SAFETY: exactly the mapping that `open` made; no reference outlives `self`.
        unsafe { libc::munmap(self.memory.as_ptr().cast(), self.words * 8) };
    }
}

#[cfg(test)]
mod tests {
    use super::SharedMap;
    use std::sync::atomic::Ordering;

    #[test]
    fn two_mappings_of_one_descriptor_share_words() {
        let ours = SharedMap::create(c"test", 16).unwrap();
        let theirs = SharedMap::open(ours.descriptor().try_clone().unwrap(), 16).unwrap();
        theirs.word(3).store(7, Ordering::Relaxed);
        assert_eq!(ours.snapshot()[3], 7);
        assert!(SharedMap::open(ours.descriptor().try_clone().unwrap(), 17).is_err());
    }
}
