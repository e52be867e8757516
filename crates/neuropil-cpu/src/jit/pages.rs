//! Memory that holds machine code: writable first, then executable, never both.

#![expect(unsafe_code, reason = "pages of the system are filled and called")]

use crate::memory::Mapping;

/// Machine code and its constants, ready to run.
#[derive(Debug)]
pub(super) struct Pages {
    mapping: Mapping,
    /// Where the constants start.
    pool: usize,
}

/// Alignment of the constants.
const LINE: usize = 64;

impl Pages {
    /// Copies code and constants to pages of their own; `None` where the system refuses.
    pub(super) fn new(code: &[u8], constants: &[u8]) -> Option<Self> {
        let pool = code.len().next_multiple_of(LINE);
        let bytes = pool + constants.len().max(1);
        let mapping = Mapping::new(bytes)?;
        let first = mapping.start().cast::<u8>();
        let behind = first.wrapping_add(pool);
        // SAFETY: the mapping has `bytes` writable bytes, and is new, so that nothing overlaps.
        unsafe { std::ptr::copy_nonoverlapping(code.as_ptr(), first, code.len()) };
        // SAFETY: as above; the constants start behind the code and end with the mapping.
        unsafe { std::ptr::copy_nonoverlapping(constants.as_ptr(), behind, constants.len()) };
        let mapping = mapping.into_executable()?;
        Some(Self { mapping, pool })
    }

    /// The address of the constants.
    pub(super) fn pool(&self) -> u64 {
        self.mapping.start() as u64 + self.pool as u64
    }

    /// Runs the code.
    ///
    /// # Safety
    ///
    /// The code was written by [`super::emit`] for this processor, and the words say what it may
    /// read and write, which nothing else touches meanwhile.
    #[cfg(target_arch = "x86_64")]
    pub(super) unsafe fn call(&self, words: &mut [u64]) {
        use std::ffi::c_void;
        type Function = unsafe extern "sysv64" fn(*mut u64);
        // SAFETY: the pages start with a function of this type, by the caller's promise.
        let function =
            unsafe { std::mem::transmute::<*mut c_void, Function>(self.mapping.start()) };
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
