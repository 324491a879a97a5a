//! A private, sealed copy of an artifact, hashed while it is copied.

use super::LoadError;
use kandra_model::ArtifactHash;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read, Write},
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
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

fn seal(file: &File) -> io::Result<()> {
    let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE | libc::F_SEAL_SEAL;
    // SAFETY: fcntl on our own descriptor with plain numbers.
    if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;

    #[test]
    fn a_copy_is_checked_private_and_sealed() {
        let mut source = tempfile::NamedTempFile::new().unwrap();
        source.write_all(b"not a library").unwrap();
        let hash: ArtifactHash = hex::encode(Sha256::digest(b"not a library")).parse().unwrap();
        let (one, two) = (Image::copy(source.path(), &hash).unwrap(), Image::copy(source.path(), &hash).unwrap());
        assert_ne!(one.path(), two.path());
        assert_ne!(one.name_in_maps(), two.name_in_maps());
        let file = File::from(one._file);
        assert!(file.write_at(b"X", 0).is_err());

        source.write_all(b"!").unwrap();
        assert!(matches!(Image::copy(source.path(), &hash), Err(LoadError::Hash { .. })));
    }
}
