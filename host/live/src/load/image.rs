//! A private, sealed copy of an artifact, hashed while it is copied.

use super::LoadError;
use kandra_model::ArtifactHash;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read, Write},
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd},
        unix::fs::FileExt,
    },
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

/// The largest artifact, bytes.
const MOST_BYTES: u64 = 64 << 20;
const CHUNK: usize = 64 << 10;

static NUMBER: AtomicU64 = AtomicU64::new(1);

/// An artifact's bytes in a file of memory. A new one has a new name and a new inode, even for the same bytes: glibc
/// recognises libraries by both and would hand out the one that is mapped already.
pub(crate) struct Image {
    /// Kept open as long as the library is mapped, so that no other gets its number and thereby its path.
    _file: OwnedFd,
    path: String,
    name: String,
}

impl Image {
    /// Copies the artifact and compares its hash.
    pub fn copy(source: &Path, expected: &ArtifactHash) -> Result<Self, LoadError> {
        let mut source = File::open(source).map_err(LoadError::Unreadable)?;
        let name = format!("kandra-feature-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut file = File::from(create(&name).map_err(LoadError::Unreadable)?);
        let mut hash = Sha256::new();
        let mut buffer = vec![0; CHUNK];
        let mut length = 0;
        loop {
            let read = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(LoadError::Unreadable(e)),
            };
            length += read as u64;
            if length > MOST_BYTES {
                return Err(LoadError::TooLarge(MOST_BYTES));
            }
            hash.update(&buffer[..read]);
            file.write_all(&buffer[..read]).map_err(LoadError::Unreadable)?;
        }
        let found = hex::encode(hash.finalize());
        if found != expected.as_str() {
            return Err(LoadError::Hash { expected: expected.to_string(), found });
        }
        whole(&file, length).map_err(|problem| LoadError::Open(problem.to_owned()))?;
        seal(&file).map_err(LoadError::Unreadable)?;
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        Ok(Self { _file: file.into(), path, name })
    }

    /// The path under which it can be opened in this process.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What stands in the process's maps for it.
    pub fn name_in_maps(&self) -> String {
        format!("/memfd:{} (deleted)", self.name)
    }
}

fn create(name: &str) -> io::Result<OwnedFd> {
    let name = std::ffi::CString::new(name).expect("the name is made of letters, digits and hyphens");
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    // Kernels before 6.3 do not know MFD_EXEC; later ones may be set to demand it.
    for flags in [flags | libc::MFD_EXEC, flags] {
        // SAFETY: `name` is a valid C string for the length of the call.
        let raw = unsafe { libc::memfd_create(name.as_ptr(), flags) };
        if raw >= 0 {
            // SAFETY: memfd_create just gave us this descriptor.
            return Ok(unsafe { OwnedFd::from_raw_fd(raw) });
        }
        if io::Error::last_os_error().raw_os_error() != Some(libc::EINVAL) {
            break;
        }
    }
    Err(io::Error::last_os_error())
}

/// Whether every segment lies within the file: dlopen maps them unseen, and touching what is missing would end the
/// process by SIGBUS. Offsets are those of the ELF64 header.
fn whole(file: &File, length: u64) -> Result<(), &'static str> {
    const HEADER: usize = 64;
    const ENTRY: usize = 56;
    const PT_LOAD: u64 = 1;
    let number = |bytes: &[u8], at: usize, size: usize| bytes[at..at + size].iter().rev().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
    let mut header = [0; HEADER];
    file.read_exact_at(&mut header, 0).map_err(|_| "it is too short for a library")?;
    if header[..6] != *b"\x7fELF\x02\x01" {
        return Err("it is no 64-bit ELF file");
    }
    let (table, entry_size, count) = (number(&header, 0x20, 8), number(&header, 0x36, 2), number(&header, 0x38, 2));
    if entry_size != ENTRY as u64 {
        return Err("its program headers have an unknown size");
    }
    for i in 0..count {
        let mut entry = [0; ENTRY];
        let at = table.checked_add(i * entry_size).ok_or("its program headers lie outside of it")?;
        file.read_exact_at(&mut entry, at).map_err(|_| "its program headers lie outside of it")?;
        let end = number(&entry, 0x08, 8).checked_add(number(&entry, 0x20, 8));
        if number(&entry, 0, 4) == PT_LOAD && end.is_none_or(|end| end > length) {
            return Err("it is cut short: a segment lies outside of it");
        }
    }
    Ok(())
}

/// How often sealing is tried while the kernel itself still holds pages of the file; each try waits for about 150 ms.
const SEALING_TRIES: usize = 20;

/// Nobody changes it any more. A page that the kernel moves or writes out at that moment is held by it, and for as long
/// it refuses.
fn seal(file: &File) -> io::Result<()> {
    let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE | libc::F_SEAL_SEAL;
    let mut tries = 0;
    loop {
        // SAFETY: fcntl on our own descriptor with plain numbers.
        if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        tries += 1;
        if error.kind() != io::ErrorKind::ResourceBusy || tries == SEALING_TRIES {
            return Err(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(bytes: &[u8]) -> Result<Image, LoadError> {
        let mut source = tempfile::NamedTempFile::new().unwrap();
        source.write_all(bytes).unwrap();
        Image::copy(source.path(), &hex::encode(Sha256::digest(bytes)).parse().unwrap())
    }

    #[test]
    fn what_dlopen_would_trip_over_is_refused_before() {
        let mut elf = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        elf.truncate(4 << 20);
        for bytes in [&elf[..], &elf[..100], &elf[..10], b"", b"#!/bin/sh\n", &[b"\x7fELF\x02\x01", &[0xff; 200][..]].concat()] {
            assert!(matches!(copied(bytes), Err(LoadError::Open(_))), "{} bytes", bytes.len());
        }
    }

    /// Somebody writes the file while it is loaded, again and again: what comes out is what was asked for, or nothing.
    #[test]
    fn what_is_loaded_is_what_was_hashed() {
        use std::sync::atomic::AtomicBool;
        let place = tempfile::tempdir().unwrap();
        let (path, good_copy) = (place.path().join("artifact"), place.path().join("good"));
        let mut good = vec![0; 3 * CHUNK];
        good[..6].copy_from_slice(b"\x7fELF\x02\x01");
        good[0x36] = 56;
        let mut bad = good.clone();
        *bad.last_mut().unwrap() = 1;
        std::fs::write(&good_copy, &good).unwrap();
        std::fs::copy(&good_copy, &path).unwrap();
        let hash: ArtifactHash = hex::encode(Sha256::digest(&good)).parse().unwrap();
        let stop = AtomicBool::new(false);
        let (mut loaded, mut refused) = (0, 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    std::fs::write(&path, &bad).unwrap();
                    // A link, then the file itself: never half of either name.
                    let link = place.path().join("link");
                    std::os::unix::fs::symlink(&good_copy, &link).unwrap();
                    std::fs::rename(&link, &path).unwrap();
                    let other = place.path().join("other");
                    std::fs::write(&other, &good).unwrap();
                    std::fs::rename(&other, &path).unwrap();
                }
            });
            // Until both have happened; the writer may sleep for a while.
            for _ in 0..100_000 {
                if loaded > 20 && refused > 20 {
                    break;
                }
                match Image::copy(&path, &hash) {
                    Ok(image) => {
                        let mut found = vec![0; good.len()];
                        File::from(image._file).read_exact_at(&mut found, 0).unwrap();
                        assert!(found == good, "other bytes than those that were hashed");
                        loaded += 1;
                    }
                    // Cut short while it was read, or other bytes.
                    Err(LoadError::Hash { .. }) => refused += 1,
                    Err(other) => panic!("{other}"),
                }
                std::thread::yield_now();
            }
            stop.store(true, Ordering::Relaxed);
        });
        assert!(loaded > 20 && refused > 20, "{loaded} loaded, {refused} refused");
    }

    #[test]
    fn a_copy_is_checked_private_and_sealed() {
        let mut source = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = [0; 64];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[0x36] = 56;
        source.write_all(&bytes).unwrap();
        let hash: ArtifactHash = hex::encode(Sha256::digest(bytes)).parse().unwrap();
        let (one, two) = (Image::copy(source.path(), &hash).unwrap(), Image::copy(source.path(), &hash).unwrap());
        assert_ne!(one.path(), two.path());
        assert_ne!(one.name_in_maps(), two.name_in_maps());
        let file = File::from(one._file);
        assert!(file.write_at(b"X", 0).is_err());

        source.write_all(b"!").unwrap();
        assert!(matches!(Image::copy(source.path(), &hash), Err(LoadError::Hash { .. })));
    }
}
