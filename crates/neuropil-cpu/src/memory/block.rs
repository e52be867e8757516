//! A fixed-length block of plain numbers, zeroed and aligned.

use std::alloc::{Layout, alloc_zeroed, dealloc, realloc};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::slice;

#[cfg(target_os = "linux")]
use super::Mapping;

/// Start of small blocks: a cache line, and the widest vector register.
const LINE: usize = 64;

/// Blocks of at least this many bytes are mapped on their own, on huge pages where there are any.
const MAP_FROM: usize = 4 << 20;

/// A multiple of every size of a page.
#[cfg(target_os = "linux")]
const ANY_PAGE: usize = 1 << 16;

/// The size of a huge page on the processors where it matters.
#[cfg(target_os = "linux")]
const HUGE_PAGE: usize = 2 << 20;

/// A number type for which all-zero bytes are a value and every bit pattern is valid.
///
/// # Safety
///
/// Only for primitive integers and floats.
pub(crate) unsafe trait Plain:
    Copy + Default + Send + Sync + fmt::Debug + 'static
{
}

macro_rules! plain {
    ($($t:ty),*) => {$(
        // SAFETY: a primitive number; zero bytes are its zero.
        unsafe impl Plain for $t {}
    )*};
}
plain!(u8, u16, u32, u64, i8, i16, i32, i64, f32, f64);

/// How a block was obtained, and so how it is given back.
enum Origin {
    /// No memory: a block of length zero.
    Empty,
    /// From the allocator.
    Heap(Layout),
    /// From the system.
    #[cfg(target_os = "linux")]
    Mapped(Mapping),
}

/// A zeroed block of numbers, which may become shorter but not longer.
///
/// What is never touched of a large block holds no memory, only addresses.
pub(crate) struct Block<T: Plain> {
    start: NonNull<T>,
    len: usize,
    origin: Origin,
}

// SAFETY: a block owns its memory, and plain numbers may move between threads.
unsafe impl<T: Plain> Send for Block<T> {}
// SAFETY: shared access only reads.
unsafe impl<T: Plain> Sync for Block<T> {}

impl<T: Plain> Block<T> {
    /// Allocates `len` zeros, or gives `None` where the system refuses.
    pub(crate) fn zeroed(len: usize) -> Option<Self> {
        let layout = Layout::array::<T>(len).ok()?.align_to(LINE).ok()?;
        if layout.size() == 0 {
            return Some(Self {
                start: NonNull::dangling(),
                len: 0,
                origin: Origin::Empty,
            });
        }
        #[cfg(target_os = "linux")]
        if layout.size() >= MAP_FROM {
            return Self::mapped(len, layout.size());
        }
        // SAFETY: the size of the layout is not zero (checked above).
        let memory = unsafe { alloc_zeroed(layout) };
        let start = NonNull::new(memory.cast::<T>())?;
        Some(Self {
            start,
            len,
            origin: Origin::Heap(layout),
        })
    }

    /// Keeps the first `len` numbers and gives the memory behind them back.
    pub(crate) fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        let size = len * size_of::<T>();
        match &mut self.origin {
            Origin::Empty => {}
            // A layout of no bytes has no allocation; the old one stays until the block goes.
            Origin::Heap(_) if size == 0 => {}
            Origin::Heap(layout) => {
                // SAFETY: `start` came from the allocator with this layout, and `size`, above 0
                // and below the old size, needs no rounding beyond what the layout had.
                let memory = unsafe { realloc(self.start.as_ptr().cast(), *layout, size) };
                if let (Some(start), Ok(shorter)) = (
                    NonNull::new(memory.cast::<T>()),
                    Layout::from_size_align(size, layout.align()),
                ) {
                    self.start = start;
                    *layout = shorter;
                }
            }
            #[cfg(target_os = "linux")]
            Origin::Mapped(mapping) => {
                let skipped = self.start.as_ptr().addr() - mapping.start().addr();
                let kept = (skipped + size).next_multiple_of(ANY_PAGE).max(ANY_PAGE);
                // SAFETY: what is kept is whole pages, in which the first `len` numbers lie.
                unsafe { mapping.truncate(kept) };
            }
        }
        self.len = len;
    }

    /// The first number, to be read and written while the block is borrowed mutably.
    pub(crate) fn pointer(&mut self) -> *mut T {
        self.start.as_ptr()
    }

    /// Bytes of `len` numbers.
    pub(crate) fn bytes_for(len: u64) -> u64 {
        len.saturating_mul(size_of::<T>() as u64)
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> u64 {
        Self::bytes_for(self.len as u64)
    }

    #[cfg(target_os = "linux")]
    fn mapped(len: usize, size: usize) -> Option<Self> {
        let bytes = size.checked_add(HUGE_PAGE)?;
        let mapping = Mapping::new(bytes)?;
        let first = mapping.start().cast::<u8>();
        let skip = first.align_offset(HUGE_PAGE);
        let aligned = first.wrapping_add(skip);
        // SAFETY: the range lies inside the mapping made above (`skip < HUGE_PAGE`); the advice
        // does not change what the memory holds, so its failure may be ignored.
        unsafe { libc::madvise(aligned.cast(), size, libc::MADV_HUGEPAGE) };
        Some(Self {
            start: NonNull::new(aligned.cast::<T>())?,
            len,
            origin: Origin::Mapped(mapping),
        })
    }
}

impl<T: Plain> Drop for Block<T> {
    fn drop(&mut self) {
        match self.origin {
            Origin::Empty => {}
            Origin::Heap(layout) => {
                // SAFETY: `start` came from the allocator with this layout and is given back once.
                unsafe { dealloc(self.start.as_ptr().cast(), layout) }
            }
            // The mapping gives itself back.
            #[cfg(target_os = "linux")]
            Origin::Mapped(_) => {}
        }
    }
}

impl<T: Plain> Deref for Block<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: `start` points to `len` initialised numbers (or dangles with length zero) that
        // this block owns.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T: Plain> DerefMut for Block<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`; the borrow of the block is unique.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl<T: Plain> fmt::Debug for Block<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block")
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_zeroed_aligned_and_writable() {
        for len in [0usize, 1, 63, 4096, (MAP_FROM / 8) + 3] {
            let mut block = Block::<f64>::zeroed(len).unwrap();
            assert_eq!(block.len(), len);
            assert!(block.iter().all(|&x| x.to_bits() == 0));
            if len > 0 {
                assert_eq!(block.as_ptr().addr() % LINE, 0);
                block[len - 1] = 2.5;
                assert_eq!(block[len - 1], 2.5);
            }
            assert_eq!(block.bytes(), 8 * len as u64);
        }
    }

    #[test]
    fn large_blocks_start_on_a_huge_page() {
        let block = Block::<u8>::zeroed(MAP_FROM).unwrap();
        if cfg!(target_os = "linux") {
            assert_eq!(block.as_ptr().addr() % (2 << 20), 0);
        }
    }

    #[test]
    fn truncated_blocks_keep_their_head() {
        for len in [100usize, MAP_FROM / 4 + 5, MAP_FROM] {
            let mut block = Block::<u32>::zeroed(len).unwrap();
            for (i, number) in (0..).zip(block.iter_mut()) {
                *number = i;
            }
            for shorter in [len, len - 3, len / 2, 40, 1, 0, 0] {
                block.truncate(shorter);
                assert_eq!(block.len(), shorter);
                assert!((0..).zip(block.iter()).all(|(i, &number)| number == i));
                assert_eq!(block.bytes(), 4 * shorter as u64);
            }
        }
    }

    #[test]
    fn an_impossible_size_is_refused() {
        assert!(Block::<u64>::zeroed(usize::MAX / 2).is_none());
    }
}
