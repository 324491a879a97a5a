//! What happens before the first request: the home directory, its lock, the owner's token, the keys, the crates that a
//! new home starts with.

mod home;
mod published;
mod secrets;

pub(crate) use home::{Home, HomeLock};
pub(crate) use published::{Publication, Published, local_url, publish};
pub(crate) use secrets::{OwnerToken, VisitorKey, read_private, write_private};

/// Why a server could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The home directory or something in it cannot be used.
    #[error("{what} {path}: {source}", path = path.display())]
    Home {
        /// What was being done.
        what: &'static str,
        /// To what.
        path: std::path::PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// Another server uses it.
    #[error("another kandra (process {pid}) already serves {path}; stop it first, or choose another --home", path = path.display())]
    InUse {
        /// The home.
        path: std::path::PathBuf,
        /// The other's process id, as it wrote it down; 0 when unknown.
        pid: u32,
    },
    /// A file of ours that is not what we wrote.
    #[error("{path} is damaged; delete it, and a new one is made at the next start", path = path.display())]
    Damaged {
        /// Which.
        path: std::path::PathBuf,
    },
}

impl StartError {
    fn home(what: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Home { what, path, source }
    }
}
