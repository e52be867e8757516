//! Pages of the system, asked for and given back whole.

use std::ffi::c_void;
use std::ptr::NonNull;

/// Zeroed pages that nothing else uses, writable until their owner says otherwise.
///
/// They go back to the system when the mapping is dropped.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<c_void>,
    bytes: usize,
}

// SAFETY: a mapping owns its pages and does not look into them; any thread may give them back.
unsafe impl Send for Mapping {}
// SAFETY: shared access tells the address and the length only.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Asks the system for so many bytes; `None` where it refuses, as it does for none.
    #[cfg(unix)]
    pub(crate) fn new(bytes: usize) -> Option<Self> {
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
        let start = NonNull::new(start)?;
        Some(Self { start, bytes })
    }

    /// There are no such pages here.
    #[cfg(not(unix))]
    pub(crate) fn new(_bytes: usize) -> Option<Self> {
        None
    }

    /// The first byte.
    pub(crate) fn start(&self) -> *mut c_void {
        self.start.as_ptr()
    }

    /// Pages that may be read and run, and written no longer; `None` where the system refuses.
    pub(crate) fn into_executable(self) -> Option<Self> {
        #[cfg(unix)]
        // SAFETY: the mapping is ours, and as it is moved here nothing writes through it.
        let made = unsafe {
            let rights = libc::PROT_READ | libc::PROT_EXEC;
            libc::mprotect(self.start.as_ptr(), self.bytes, rights) == 0
        };
        #[cfg(not(unix))]
        let made = false;
        made.then_some(self)
    }

    /// Gives all but the first `kept` bytes back, where the system takes them.
    ///
    /// # Safety
    ///
    /// `kept` is a multiple of the size of a page, above 0, and nothing uses what lies behind.
    #[cfg(target_os = "linux")]
    pub(crate) unsafe fn truncate(&mut self, kept: usize) {
        if kept >= self.bytes {
            return;
        }
        let tail = self.start.as_ptr().wrapping_byte_add(kept);
        // SAFETY: the tail lies inside the mapping, starts on a page and is used by nobody, by the
        // caller's promise; the mapping is `kept` bytes from now on.
        let unmapped = unsafe { libc::munmap(tail, self.bytes - kept) };
        if unmapped == 0 {
            self.bytes = kept;
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        #[cfg(unix)]
        // SAFETY: the mapping was made by `new` with this start, has this length, and its owner
        // lets no reference to it outlive it.
        unsafe {
            libc::munmap(self.start.as_ptr(), self.bytes);
        }
    }
}
