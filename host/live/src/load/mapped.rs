//! What of a library is still in this process: asked of the dynamic linker and of the kernel.

use super::Image;
use std::{
    ffi::{CStr, c_int, c_void},
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

struct ProcFiles {
    maps: Mutex<File>,
    statm: Mutex<File>,
}

static FILES: OnceLock<ProcFiles> = OnceLock::new();

/// Opens this process's own maps, so that they can be read after a confinement that hides `/proc`.
pub(crate) fn prepare() -> io::Result<()> {
    if FILES.get().is_none() {
        let files = ProcFiles { maps: Mutex::new(File::open("/proc/self/maps")?), statm: Mutex::new(File::open("/proc/self/statm")?) };
        let _ = FILES.set(files);
    }
    Ok(())
}

fn read(pick: impl Fn(&ProcFiles) -> &Mutex<File>) -> io::Result<String> {
    prepare()?;
    let files = FILES.get().expect("prepare has set it");
    let mut file = pick(files).lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    file.seek(SeekFrom::Start(0))?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// Resident memory of this process, bytes; 0 when the kernel does not say.
pub(crate) fn resident_bytes() -> u64 {
    let pages = read(|files| &files.statm).ok().and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}

/// Gives memory that this process has freed, but keeps for its next use, back to the system.
pub(crate) fn give_back_memory() {
    // SAFETY: takes a plain number and the allocator's own locks.
    unsafe { libc::malloc_trim(0) };
}

/// Whether the addresses of unloaded libraries are kept.
static KEPT: AtomicBool = AtomicBool::new(false);

/// From now on the addresses of every library that is unloaded stay taken and inaccessible, in the whole process and for
/// ever: what still holds a pointer into one ends the process at once, instead of finding what was mapped there since. For
/// proving that nothing does.
pub fn keep_unloaded_inaccessible() {
    KEPT.store(true, Ordering::Relaxed);
}

/// Where the image is mapped, from its first page to its last; nothing unless its addresses are to be kept.
pub(crate) fn range_to_keep(image: &Image) -> Option<Range<usize>> {
    if !KEPT.load(Ordering::Relaxed) {
        return None;
    }
    let maps = read(|files| &files.maps).ok()?;
    let name = image.name_in_maps();
    let of_line = |line: &str| {
        let (from, to) = line.split(' ').next()?.split_once('-')?;
        Some(usize::from_str_radix(from, 16).ok()?..usize::from_str_radix(to, 16).ok()?)
    };
    maps.lines().filter(|line| line.ends_with(&name)).filter_map(of_line).reduce(|all, one| all.start.min(one.start)..all.end.max(one.end))
}

/// Takes addresses at which nothing is mapped, without access; false when something is.
pub(crate) fn keep_inaccessible(range: &Range<usize>) -> bool {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE | libc::MAP_NORESERVE;
    // SAFETY: MAP_FIXED_NOREPLACE replaces nothing that is mapped, and nothing may use memory without access.
    let at = unsafe { libc::mmap(std::ptr::without_provenance_mut(range.start), range.len(), libc::PROT_NONE, flags, -1, 0) };
    at.addr() == range.start
}

/// How many bytes of the image are mapped. What cannot be read counts as mapped.
pub(crate) fn mapped_bytes(image: &Image) -> u64 {
    let Ok(maps) = read(|files| &files.maps) else { return u64::MAX };
    let name = image.name_in_maps();
    let length = |line: &str| {
        let (from, to) = line.split(' ').next()?.split_once('-')?;
        Some(u64::from_str_radix(to, 16).ok()? - u64::from_str_radix(from, 16).ok()?)
    };
    maps.lines().filter(|line| line.ends_with(&name)).map(|line| length(line).unwrap_or(u64::MAX)).fold(0, u64::saturating_add)
}

/// Whether the dynamic linker still lists the image.
pub(crate) fn is_linked(image: &Image) -> bool {
    struct Search<'a> {
        path: &'a [u8],
        found: bool,
    }
    unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _size: usize, data: *mut c_void) -> c_int {
        // SAFETY: dl_iterate_phdr passes a valid record, and `data` is the `Search` of the call below.
        let (info, search) = unsafe { (&*info, &mut *data.cast::<Search<'_>>()) };
        if !info.dlpi_name.is_null() {
            // SAFETY: the linker's names are C strings that live as long as the record.
            let name = unsafe { CStr::from_ptr(info.dlpi_name) };
            search.found |= name.to_bytes() == search.path;
        }
        0
    }
    let mut search = Search { path: image.path().as_bytes(), found: false };
    // SAFETY: `visit` has the demanded signature, does not unwind, and `search` outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
    search.found
}
