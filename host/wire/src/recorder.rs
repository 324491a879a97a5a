//! The flight recorder: a shared mapping in which live notes the library that each worker is in, so that control can
//! name a suspect after live has died.
//!
//! The mapping holds [`SLOTS`] slots and a table of [`LIBRARIES`] names. A worker stores the number of the library
//! (little-endian `u64`, [`IDLE`] between calls) in its slot around every poll; live writes a library's entry once,
//! before its first call. Control reads only after live is gone and believes nothing of it: names are parsed.

use kandra_model::{Revision, Slug};

/// One slot for each worker thread.
pub const SLOTS: usize = 64;
/// Bytes from one slot to the next: a cache line.
pub const SLOT_STRIDE: usize = 64;
/// Libraries that can be named at once.
pub const LIBRARIES: usize = 1024;
/// Bytes of one library's entry.
pub const ENTRY_BYTES: usize = 64;
/// Bytes of the whole mapping.
pub const MAP_BYTES: usize = SLOTS * SLOT_STRIDE + LIBRARIES * ENTRY_BYTES;
/// What a slot holds between calls. Library numbers start at 1.
pub const IDLE: u64 = 0;

/// Where the slot of a worker begins.
pub const fn slot_offset(worker: usize) -> usize {
    (worker % SLOTS) * SLOT_STRIDE
}

/// Where the entry of library `number` (from 1) begins.
pub const fn entry_offset(number: u64) -> usize {
    SLOTS * SLOT_STRIDE + ((number as usize).wrapping_sub(1) % LIBRARIES) * ENTRY_BYTES
}

/// A library's entry: length of the slug, the slug, the revision.
pub fn encode_entry(feature: &Slug, revision: Revision) -> [u8; ENTRY_BYTES] {
    let mut entry = [0; ENTRY_BYTES];
    let slug = feature.as_str().as_bytes();
    entry[0] = u8::try_from(slug.len()).expect("a slug has at most 40 bytes");
    entry[1..=slug.len()].copy_from_slice(slug);
    entry[60..].copy_from_slice(&revision.0.to_le_bytes());
    entry
}

/// What an entry names, if it names anything valid.
pub fn decode_entry(entry: &[u8]) -> Option<(Slug, Revision)> {
    let length = usize::from(*entry.first()?);
    let slug = std::str::from_utf8(entry.get(1..=length)?).ok()?.parse().ok()?;
    let revision = u32::from_le_bytes(entry.get(60..64)?.try_into().ok()?);
    Some((slug, Revision(revision)))
}

/// The libraries that workers were in, each once, read from a copy of the mapping.
pub fn suspects(map: &[u8]) -> Vec<(Slug, Revision)> {
    let mut found = Vec::new();
    for worker in 0..SLOTS {
        let offset = slot_offset(worker);
        let Some(slot) = map.get(offset..offset + 8) else { break };
        let number = u64::from_le_bytes(slot.try_into().expect("eight bytes"));
        if number == IDLE {
            continue;
        }
        let offset = entry_offset(number);
        if let Some(suspect) = map.get(offset..offset + ENTRY_BYTES).and_then(decode_entry)
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
        let mut map = vec![0; MAP_BYTES];
        let slug: Slug = "tic-tac-toe".parse().unwrap();
        map[entry_offset(3)..entry_offset(3) + ENTRY_BYTES].copy_from_slice(&encode_entry(&slug, Revision(7)));
        assert_eq!(suspects(&map), []);
        for worker in [1, 2] {
            map[slot_offset(worker)..slot_offset(worker) + 8].copy_from_slice(&3u64.to_le_bytes());
        }
        assert_eq!(suspects(&map), [(slug, Revision(7))]);
    }

    #[test]
    fn garbage_names_nobody() {
        assert_eq!(suspects(&vec![0xff; MAP_BYTES]), []);
        assert_eq!(suspects(&[1, 2, 3]), []);
    }
}
