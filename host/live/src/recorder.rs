//! Live's side of the flight recorder: which library each worker is in, in memory that control reads after a crash.

use crate::load;
use kandra_jail::SharedMap;
use kandra_model::{Revision, Slug};
use kandra_wire::recorder::{BLAMED_WORD, IDLE, MAP_WORDS, encode_entry, entry_word, slot_word};
use std::{
    io,
    os::fd::OwnedFd,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// The recorder, or none where nobody would read it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Option<Arc<SharedMap>>);

static NUMBER: AtomicU64 = AtomicU64::new(1);

impl Recorder {
    /// Maps the recorder that the parent handed over.
    pub fn open(descriptor: OwnedFd) -> io::Result<Self> {
        Ok(Self(Some(Arc::new(SharedMap::open(descriptor, MAP_WORDS)?))))
    }

    /// From now on the thread that crashes names the library it is in.
    pub fn blame_crashes(&self) -> io::Result<()> {
        match &self.0 {
            Some(map) => load::blame_crashes(map.clone(), BLAMED_WORD),
            None => Ok(()),
        }
    }

    /// Names a library that hangs, before the process is ended for it.
    pub fn blame(&self, library: u64) {
        if let Some(map) = &self.0 {
            map.word(BLAMED_WORD).store(library, Ordering::Relaxed);
        }
    }

    /// Gives a library its number, before its first call.
    pub fn name(&self, feature: &Slug, revision: Revision) -> u64 {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        if let Some(map) = &self.0 {
            for (i, word) in encode_entry(feature, revision).into_iter().enumerate() {
                map.word(entry_word(number) + i).store(word, Ordering::Relaxed);
            }
        }
        number
    }

    #[inline]
    pub fn enter(&self, worker: usize, library: u64) {
        if let Some(map) = &self.0 {
            map.word(slot_word(worker)).store(library, Ordering::Relaxed);
            load::is_in(library);
        }
    }

    #[inline]
    pub fn leave(&self, worker: usize) {
        if let Some(map) = &self.0 {
            map.word(slot_word(worker)).store(IDLE, Ordering::Relaxed);
            load::is_in(IDLE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kandra_wire::recorder::suspects;

    #[test]
    fn control_reads_who_was_inside() {
        let map = SharedMap::create(c"recorder", MAP_WORDS).unwrap();
        let recorder = Recorder::open(map.descriptor().try_clone().unwrap()).unwrap();
        let slug: Slug = "tic-tac-toe".parse().unwrap();
        let number = recorder.name(&slug, Revision(7));
        recorder.enter(3, number);
        assert_eq!(suspects(&map.snapshot()), [(slug, Revision(7))]);
        recorder.leave(3);
        assert_eq!(suspects(&map.snapshot()), []);
    }
}
