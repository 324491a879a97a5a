//! The library's allocator. It can give back everything at once, which is what lets a library be unloaded without a
//! trace whatever its code leaked.
//!
//! Small blocks come from size classes, four to a power of two, carved from chunks; free ones are kept in lists, without
//! headers. There are sixteen shards with a lock each; a thread uses the one that its thread pointer hashes to, so locks
//! are rarely contended. Blocks over [`SMALL_MAX`] are mapped one by one, with a cache of a few, since mapping and
//! unmapping would cost more than filling them.
//!
//! The memory that a library has mapped is bounded twice, by what the host says: beyond the soft limit the running call's
//! next tick ends it; beyond the hard one allocation fails, which ends the process.

use crate::stop::word;
use crate::{sys, thread};
use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::hint;
use std::ptr::{self, null_mut};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};

#[global_allocator]
static ARENA: Arena = Arena;

/// Until the host says otherwise.
static SOFT_LIMIT: AtomicUsize = AtomicUsize::new(128 << 20);
static HARD_LIMIT: AtomicUsize = AtomicUsize::new(512 << 20);

/// From now on so many bytes may be mapped.
pub(crate) fn set_limits(soft: usize, hard: usize) {
    SOFT_LIMIT.store(soft, Relaxed);
    HARD_LIMIT.store(hard.max(soft), Relaxed);
}

/// The largest block from a size class.
const SMALL_MAX: usize = 32 << 10;
/// Alignment of every small block.
const SMALL_ALIGN: usize = 16;
const CHUNK: usize = 256 << 10;
const CLASSES: usize = 40;
const SHARDS: usize = 16;
const PAGE: usize = 4096;
/// The cache of large blocks: powers of two from 64 KiB, so many of each.
const CACHED_MIN: usize = 64 << 10;
const CACHED_SIZES: usize = 8;
const CACHED_EACH: usize = 4;

/// Bytes that are mapped, in use or not.
static MAPPED: AtomicUsize = AtomicUsize::new(0);
/// The thread whose call went over the soft limit, until its tick has seen it.
static SPENT: AtomicUsize = AtomicUsize::new(0);

/// Whether it was memory that this thread's budget was spent on; asked once.
pub(crate) fn take_spent() -> bool {
    SPENT.compare_exchange(thread::id(), 0, Relaxed, Relaxed).is_ok()
}

/// Begins every mapped region.
#[repr(C)]
struct Region {
    next: *mut Region,
    previous: *mut Region,
    /// Bytes, this header included.
    len: usize,
    /// Pads the header to [`HEADER`]; the word before a large block holds the region's address.
    _pad: [usize; 5],
}

const HEADER: usize = size_of::<Region>();

/// A free small block's first word: the next free one.
type Free = *mut u8;

struct Small {
    free: [Free; CLASSES],
    cursor: *mut u8,
    end: *mut u8,
    chunks: *mut Region,
}

struct Large {
    regions: *mut Region,
    cached: [[*mut Region; CACHED_EACH]; CACHED_SIZES],
}

#[repr(align(64))]
struct Locked<T> {
    lock: AtomicBool,
    inner: UnsafeCell<T>,
}

// SAFETY: `inner` is reached only by `with`, under the lock; the pointers in it are to memory that the arena owns.
unsafe impl<T> Sync for Locked<T> {}

impl<T> Locked<T> {
    const fn new(inner: T) -> Self {
        Self { lock: AtomicBool::new(false), inner: UnsafeCell::new(inner) }
    }

    #[inline(always)]
    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        while self.lock.compare_exchange_weak(false, true, Acquire, Relaxed).is_err() {
            hint::spin_loop();
        }
        // SAFETY: the lock was taken above and is given back below; `work` neither allocates nor panics, so it is not
        // entered twice by one thread.
        let result = work(unsafe { &mut *self.inner.get() });
        self.lock.store(false, Release);
        result
    }
}

static SMALL: [Locked<Small>; SHARDS] =
    [const { Locked::new(Small { free: [null_mut(); CLASSES], cursor: null_mut(), end: null_mut(), chunks: null_mut() }) }; SHARDS];
static LARGE: Locked<Large> = Locked::new(Large { regions: null_mut(), cached: [[null_mut(); CACHED_EACH]; CACHED_SIZES] });

#[inline(always)]
fn shard() -> &'static Locked<Small> {
    // Thread control blocks are pages apart; the multiplication spreads the bits that differ into the top four.
    &SMALL[(thread::id() >> 12).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60]
}

/// The class of a size and the size of its blocks.
#[inline(always)]
fn class(size: usize) -> (usize, usize) {
    if size <= 64 {
        let class = size.max(1).div_ceil(16);
        return (class - 1, class * 16);
    }
    // Between two powers of two there are four steps.
    let bits = (usize::BITS - (size - 1).leading_zeros()) as usize;
    let (base, step) = (1usize << (bits - 1), 1usize << (bits - 3));
    let nth = (size - 1 - base) / step;
    (4 + (bits - 7) * 4 + nth, base + (nth + 1) * step)
}

fn is_small(layout: &Layout) -> bool {
    layout.size() <= SMALL_MAX && layout.align() <= SMALL_ALIGN
}

/// Fresh pages, or null.
fn map(len: usize) -> *mut Region {
    let soft = SOFT_LIMIT.load(Relaxed);
    if MAPPED.load(Relaxed) + len > soft {
        drop_cache();
    }
    let before = MAPPED.fetch_add(len, Relaxed);
    if before + len > soft {
        over_soft_limit();
    }
    if before + len <= HARD_LIMIT.load(Relaxed)
        && let Some(pages) = sys::map(len)
    {
        return pages.cast();
    }
    MAPPED.fetch_sub(len, Relaxed);
    null_mut()
}

/// Unmaps the cached regions. May run under a shard's lock: nothing takes a shard's lock under that of the large ones.
#[cold]
fn drop_cache() {
    let cached = LARGE.with(|large| std::mem::replace(&mut large.cached, [[null_mut(); CACHED_EACH]; CACHED_SIZES]));
    for region in cached.into_iter().flatten().filter(|region| !region.is_null()) {
        // SAFETY: cached regions are in no list and nobody uses them.
        unsafe { unmap(region) };
    }
}

#[cold]
fn over_soft_limit() {
    SPENT.store(thread::id(), Relaxed);
    word::spend();
}

/// # Safety
/// The region came from [`map`], is in no list, and nothing in it is used again.
unsafe fn unmap(region: *mut Region) {
    // SAFETY: the caller's promise; its length was written by `push`.
    unsafe {
        let len = (*region).len;
        MAPPED.fetch_sub(len, Relaxed);
        sys::unmap(region.cast(), len);
    }
}

/// # Safety
/// `region` is fresh memory of at least `len` bytes, or one that [`remove`] took out; `list` holds regions of the arena.
unsafe fn push(list: &mut *mut Region, region: *mut Region, len: usize) {
    // SAFETY: the caller's promise; page-aligned memory is aligned enough for a header.
    unsafe {
        region.write(Region { next: *list, previous: null_mut(), len, _pad: [0; 5] });
        if let Some(next) = list.as_mut() {
            next.previous = region;
        }
    }
    *list = region;
}

/// # Safety
/// `region` is in `list`.
unsafe fn remove(list: &mut *mut Region, region: *mut Region) {
    // SAFETY: the caller's promise: its neighbours are regions of the same list.
    unsafe {
        let (next, previous) = ((*region).next, (*region).previous);
        match previous.as_mut() {
            Some(previous) => previous.next = next,
            None => *list = next,
        }
        if let Some(next) = next.as_mut() {
            next.previous = previous;
        }
    }
}

impl Small {
    #[inline(always)]
    fn take(&mut self, size: usize) -> *mut u8 {
        let (class, size) = class(size);
        let block = self.free[class];
        if !block.is_null() {
            // SAFETY: a block in the list was put there by `give`, which wrote the next one into it.
            self.free[class] = unsafe { block.cast::<Free>().read() };
            return block;
        }
        self.carve(size)
    }

    fn carve(&mut self, size: usize) -> *mut u8 {
        if (self.end.addr() - self.cursor.addr()) < size {
            let chunk = map(CHUNK);
            if chunk.is_null() {
                return null_mut();
            }
            // SAFETY: `chunk` is fresh, CHUNK bytes long; both pointers stay within it or one past its end.
            unsafe {
                push(&mut self.chunks, chunk, CHUNK);
                self.cursor = chunk.cast::<u8>().add(HEADER);
                self.end = chunk.cast::<u8>().add(CHUNK);
            }
        }
        let block = self.cursor;
        // SAFETY: at least `size` bytes are left up to `end`, as was checked.
        self.cursor = unsafe { block.add(size) };
        block
    }

    /// # Safety
    /// `block` came from a `take` of this size, of any shard, and is not used again.
    #[inline(always)]
    unsafe fn give(&mut self, block: *mut u8, size: usize) {
        let (class, _) = class(size);
        // SAFETY: the caller's promise; blocks are at least 16 bytes and aligned to 16.
        unsafe { block.cast::<Free>().write(self.free[class]) };
        self.free[class] = block;
    }
}

/// The cached length that holds so many bytes, and its place in the cache.
fn cached_size(len: usize) -> Option<(usize, usize)> {
    let size = len.next_power_of_two().max(CACHED_MIN);
    let place = (size.trailing_zeros() - CACHED_MIN.trailing_zeros()) as usize;
    (place < CACHED_SIZES).then_some((size, place))
}

fn large_alloc(layout: Layout) -> *mut u8 {
    let align = layout.align().max(HEADER);
    let Some(needed) = layout.size().checked_add(HEADER + align) else { return null_mut() };
    if needed > HARD_LIMIT.load(Relaxed) {
        return null_mut();
    }
    let cached = cached_size(needed);
    let len = cached.map_or((needed + PAGE - 1) & !(PAGE - 1), |(size, _)| size);
    let kept = cached.and_then(|(_, place)| {
        LARGE.with(|large| {
            let slot = large.cached[place].iter_mut().find(|slot| !slot.is_null())?;
            let region = std::mem::replace(slot, null_mut());
            // SAFETY: a cached region was taken out of the list by `large_dealloc`; it is `len` bytes long.
            unsafe { push(&mut large.regions, region, len) };
            Some(region)
        })
    });
    let region = match kept {
        Some(region) => region,
        None => {
            let region = map(len);
            if region.is_null() {
                return null_mut();
            }
            // SAFETY: `region` is fresh and `len` bytes long.
            LARGE.with(|large| unsafe { push(&mut large.regions, region, len) });
            region
        }
    };
    // SAFETY: `align` more bytes than header and block were mapped, so the aligned block lies within; `align` is at
    // least the header's size, so the word before the block is after the header's used part.
    unsafe {
        let start = region.cast::<u8>().add(HEADER);
        let block = start.add(start.align_offset(align));
        block.cast::<*mut Region>().sub(1).write(region);
        block
    }
}

/// # Safety
/// `block` came from [`large_alloc`].
unsafe fn region_of(block: *mut u8) -> *mut Region {
    // SAFETY: `large_alloc` wrote it there.
    unsafe { block.cast::<*mut Region>().sub(1).read() }
}

/// # Safety
/// `block` came from [`large_alloc`] and is not used again.
#[cold]
unsafe fn large_dealloc(block: *mut u8) {
    // SAFETY: the caller's promise; every large region is in the list from its allocation to here.
    let left = LARGE.with(|large| unsafe {
        let region = region_of(block);
        remove(&mut large.regions, region);
        let place = cached_size((*region).len).filter(|(size, _)| *size == (*region).len);
        let slot = place.and_then(|(_, place)| large.cached[place].iter_mut().find(|slot| slot.is_null()));
        match slot {
            Some(slot) if MAPPED.load(Relaxed) <= SOFT_LIMIT.load(Relaxed) => {
                *slot = region;
                None
            }
            _ => Some(region),
        }
    });
    if let Some(region) = left {
        // SAFETY: it was taken out of the list above, and the block was its only use.
        unsafe { unmap(region) };
    }
}

struct Arena;

// SAFETY: blocks come from memory that only the arena hands out: a small one is carved once and then is either in use or
// in one free list, a large one has a region of its own. `class` answers at least the size; small blocks are aligned to
// 16 because chunks, `HEADER` and all class sizes are multiples of it. Nothing here panics or allocates.
unsafe impl GlobalAlloc for Arena {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_small(&layout) { shard().with(|small| small.take(layout.size())) } else { large_alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if is_small(&layout) {
            // SAFETY: `GlobalAlloc`'s contract: the block came from `alloc` with this layout. It joins the list of the
            // freeing thread's shard, which is as good as the other.
            shard().with(|small| unsafe { small.give(block, layout.size()) });
        } else {
            // SAFETY: as above.
            unsafe { large_dealloc(block) };
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: `GlobalAlloc::realloc`'s contract: `new_size` is not 0 and fits the alignment.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        let (was_small, is_small) = (is_small(&layout), is_small(&new_layout));
        if was_small && is_small && class(layout.size()).0 == class(new_size).0 {
            return block;
        }
        if !was_small && !is_small {
            // SAFETY: `block` came from `large_alloc`; its region reaches from the header to `len`.
            let room = unsafe {
                let region = region_of(block);
                region.addr() + (*region).len - block.addr()
            };
            if new_size <= room && new_size >= room / 4 {
                return block;
            }
        }
        // SAFETY: the new block is at least `new_size` bytes, the old at least its layout's; they are two allocations.
        unsafe {
            let new = self.alloc(new_layout);
            if !new.is_null() {
                ptr::copy_nonoverlapping(block, new, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            new
        }
    }
}

/// Gives every region back; answers how many. With `poison` they stay mapped but inaccessible.
///
/// # Safety
/// Nothing that was allocated is used again.
pub(crate) unsafe fn release_all(poison: bool) -> usize {
    let mut count = 0;
    let mut release = |mut region: *mut Region| {
        while !region.is_null() {
            // SAFETY: the lists hold mapped regions with their lengths; the next one is read before this one goes.
            unsafe {
                let next = (*region).next;
                if poison {
                    sys::seal(region.cast(), (*region).len);
                } else {
                    unmap(region);
                }
                region = next;
            }
            count += 1;
        }
    };
    for shard in &SMALL {
        let chunks = shard.with(|small| {
            *small = Small { free: [null_mut(); CLASSES], cursor: null_mut(), end: null_mut(), chunks: small.chunks };
            std::mem::replace(&mut small.chunks, null_mut())
        });
        release(chunks);
    }
    let (regions, cached) = LARGE.with(|large| {
        (std::mem::replace(&mut large.regions, null_mut()), std::mem::replace(&mut large.cached, [[null_mut(); CACHED_EACH]; CACHED_SIZES]))
    });
    release(regions);
    for region in cached.into_iter().flatten().filter(|region| !region.is_null()) {
        // SAFETY: a cached region is in no list; cut off what `next` last said.
        unsafe { (*region).next = null_mut() };
        release(region);
    }
    count
}
