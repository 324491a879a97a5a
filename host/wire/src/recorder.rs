//! The flight recorder: a shared mapping in which live notes the library that each worker is in, so that control can
//! name a suspect after live has died.
//!
//! The mapping holds [`SLOTS`] slots, a table of [`LIBRARIES`] names and one word for who is to blame. A worker stores the number of the library
//! ([`IDLE`] between calls) in its slot around every poll; live writes a library's entry once,
//! before its first call. Control reads only after live is gone and believes nothing of it: names are parsed.

use kandra_model::{Revision, Slug};

/// One slot for each worker thread.
pub const SLOTS: usize = 64;
/// Words from one slot to the next: a cache line.
pub const SLOT_WORDS: usize = 8;
/// Libraries that can be named at once.
pub const LIBRARIES: usize = 1024;
/// Words of one library's entry.
pub const ENTRY_WORDS: usize = 8;
/// The word that live fills with its last breath: the number of the library in which it crashed or hung, where that is
/// known. Others may have been in a call by chance.
pub const BLAMED_WORD: usize = SLOTS * SLOT_WORDS + LIBRARIES * ENTRY_WORDS;
/// Words of the whole mapping.
pub const MAP_WORDS: usize = BLAMED_WORD + 1;
/// What a slot holds between calls. Library numbers start at 1.
pub const IDLE: u64 = 0;

/// The word of a worker's slot.
pub const fn slot_word(worker: usize) -> usize {
    (worker % SLOTS) * SLOT_WORDS
}

/// The first word of the entry of library `number` (from 1). Numbers may rise for ever: the table is a ring.
pub const fn entry_word(number: u64) -> usize {
    SLOTS * SLOT_WORDS + ((number as usize).wrapping_sub(1) % LIBRARIES) * ENTRY_WORDS
}

/// A library's entry: length of the slug, the slug, the revision.
pub fn encode_entry(feature: &Slug, revision: Revision) -> [u64; ENTRY_WORDS] {
    let mut bytes = [0; ENTRY_WORDS * 8];
    let slug = feature.as_str().as_bytes();
    bytes[0] = u8::try_from(slug.len()).expect("a slug has at most 40 bytes");
    bytes[1..=slug.len()].copy_from_slice(slug);
    bytes[60..].copy_from_slice(&revision.0.to_le_bytes());
    let mut words = [0; ENTRY_WORDS];
    for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
    }
    words
}

/// What an entry names, if it names anything valid.
pub fn decode_entry(words: &[u64]) -> Option<(Slug, Revision)> {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let length = usize::from(*bytes.first()?);
    let slug = std::str::from_utf8(bytes.get(1..=length)?).ok()?.parse().ok()?;
    let revision = u32::from_le_bytes(bytes.get(60..64)?.try_into().ok()?);
    Some((slug, Revision(revision)))
}

/// The library that is to blame, or else those that workers were in, each once; read from a copy of the mapping.
pub fn suspects(map: &[u64]) -> Vec<(Slug, Revision)> {
    let named = |number: u64| map.get(entry_word(number)..entry_word(number) + ENTRY_WORDS).and_then(decode_entry);
    if let Some(blamed) = map.get(BLAMED_WORD).copied().filter(|number| *number != IDLE).and_then(named) {
        return vec![blamed];
    }
    let mut found = Vec::new();
    let occupied = (0..SLOTS).filter_map(|worker| map.get(slot_word(worker)).copied()).filter(|number| *number != IDLE);
    for number in occupied {
        if let Some(suspect) = named(number)
            && !found.contains(&suspect)
        {
            found.push(suspect);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_inside_a_library_is_named() {
        let mut map = vec![0; MAP_WORDS];
        let slug: Slug = "tic-tac-toe".parse().unwrap();
        map[entry_word(3)..entry_word(3) + ENTRY_WORDS].copy_from_slice(&encode_entry(&slug, Revision(7)));
        assert_eq!(suspects(&map), []);
        for worker in [1, 2] {
            map[slot_word(worker)] = 3;
        }
        assert_eq!(suspects(&map), [(slug.clone(), Revision(7))]);

        let other: Slug = "poll".parse().unwrap();
        map[entry_word(4)..entry_word(4) + ENTRY_WORDS].copy_from_slice(&encode_entry(&other, Revision(2)));
        map[slot_word(3)] = 4;
        assert_eq!(suspects(&map).len(), 2);
        map[BLAMED_WORD] = 3;
        assert_eq!(suspects(&map), [(slug, Revision(7))]);
    }

    #[test]
    fn garbage_names_nobody() {
        assert_eq!(suspects(&vec![u64::MAX; MAP_WORDS]), []);
        assert_eq!(suspects(&[1, 2, 3]), []);
    }
}
