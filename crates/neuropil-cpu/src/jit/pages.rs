//! Memory that holds machine code: writable first, then executable, never both.

#![expect(
    unsafe_code,
    reason = "pages of the system are mapped, filled and called"
)]

use std::ffi::c_void;
use std::fmt;
use std::ptr::NonNull;

/// Machine code and its constants, ready to run.
pub(super) struct Pages {
    start: NonNull<c_void>,
    bytes: usize,
    /// Where the constants start.
    pool: usize,
}

// SAFETY: nothing writes the pages once they are made, and code has no thread of its own.
unsafe impl Send for Pages {}
// SAFETY: as above.
unsafe impl Sync for Pages {}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// Alignment of the constants.
const LINE: usize = 64;

impl Pages {
    /// Copies code and constants to pages of their own; `None` where the system refuses.
    #[cfg(unix)]
    pub(super) fn new(code: &[u8], constants: &[u8]) -> Option<Self> {
        let pool = code.len().next_multiple_of(LINE);
        let bytes = pool + constants.len().max(1);
        // SAFETY: an anonymous private mapping at an address of the system's choice touches no
        // memory that exists already.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return None;
        }
        let pages = Self {
            start: NonNull::new(start)?,
            bytes,
            pool,
        };
        let first = start.cast::<u8>();
        let behind = first.wrapping_add(pool);
        // SAFETY: the mapping has `bytes` writable bytes, and is new, so that nothing overlaps.
        unsafe { std::ptr::copy_nonoverlapping(code.as_ptr(), first, code.len()) };
        // SAFETY: as above; the constants start behind the code and end with the mapping.
        unsafe { std::ptr::copy_nonoverlapping(constants.as_ptr(), behind, constants.len()) };
        // SAFETY: the mapping is ours, and no reference to it exists.
        let made = unsafe { libc::mprotect(start, bytes, libc::PROT_READ | libc::PROT_EXEC) };
        (made == 0).then_some(pages)
    }

    /// Pages cannot be made executable here.
    #[cfg(not(unix))]
    pub(super) fn new(_code: &[u8], _constants: &[u8]) -> Option<Self> {
        None
    }

    /// The address of the constants.
    pub(super) fn pool(&self) -> u64 {
        self.start.as_ptr() as u64 + self.pool as u64
    }

    /// Runs the code.
    ///
    /// # Safety
    ///
    /// The code was written by [`super::emit`] for this processor, and the words say what it may
    /// read and write, which nothing else touches meanwhile.
    #[cfg(target_arch = "x86_64")]
    pub(super) unsafe fn call(&self, words: &mut [u64]) {
        type Function = unsafe extern "sysv64" fn(*mut u64);
        // SAFETY: the pages start with a function of this type, by the caller's promise.
        let function = unsafe { std::mem::transmute::<*mut c_void, Function>(self.start.as_ptr()) };
        // SAFETY: the caller's promise.
        unsafe { function(words.as_mut_ptr()) };
    }

    /// No code is made for other processors.
    ///
    /// # Safety
    ///
    /// None is needed.
    #[cfg(not(target_arch = "x86_64"))]
    pub(super) unsafe fn call(&self, _words: &mut [u64]) {}
}

impl Drop for Pages {
    fn drop(&mut self) {
        #[cfg(unix)]
        // SAFETY: the mapping was made by `new` with this start and length; nothing runs it now.
        unsafe {
            libc::munmap(self.start.as_ptr(), self.bytes);
        }
    }
}
