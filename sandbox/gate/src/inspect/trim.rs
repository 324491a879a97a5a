//! What is loaded of a linked library: its segments, and none of the tables that only linkers and debuggers read.

use super::image::{Image, tag};

const NODELETE: u64 = 8;
/// Offsets in the ELF header: `e_shoff`, and `e_shentsize`, `e_shnum`, `e_shstrndx` together.
const SECTION_OFFSET: std::ops::Range<usize> = 40..48;
const SECTION_COUNTS: std::ops::Range<usize> = 58..64;

/// The bytes up to the end of the last segment, without section headers, with `DF_1_NODELETE` cleared.
pub(super) fn trim(bytes: &[u8], image: &Image<'_>) -> Vec<u8> {
    let end = image.segments.iter().map(|segment| segment.offset.saturating_add(segment.file_size)).max().unwrap_or(0);
    let end = usize::try_from(end).unwrap_or(bytes.len()).clamp(64, bytes.len());
    let mut copy = bytes[..end].to_vec();
    copy[SECTION_OFFSET].fill(0);
    copy[SECTION_COUNTS].fill(0);
    for (index, (found, value)) in image.dynamic.iter().enumerate() {
        if *found == tag::FLAGS_1 {
            let at = usize::try_from(image.dynamic_offset).expect("it lies in the file") + index * 16 + 8;
            copy[at..at + 8].copy_from_slice(&(value & !NODELETE).to_le_bytes());
        }
    }
    copy
}
