//! The scratch memory of a thread that runs programs.

use crate::interpreter::Pointers;
use crate::memory::Block;

/// Blocks of lanes, numbers and pointers; they grow to what the largest program needs and stay.
///
/// It stands on cache lines of its own, as other threads have others.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Frame {
    /// The slots of a tape; what machine code spills and leaves aside.
    pub(crate) lanes: Block<u64>,
    pub(crate) f32s: Vec<f32>,
    pub(crate) f64s: Vec<f64>,
    pub(crate) pointers: Pointers,
    /// Bytes that the pointer of each array moves on with a lane.
    pub(crate) strides: Vec<usize>,
    /// The words of a call of machine code.
    pub(crate) words: Vec<u64>,
}

impl Frame {
    /// A frame with room for a number of words; `None` where the system refuses the memory.
    pub(crate) fn new(words: usize) -> Option<Self> {
        Some(Self {
            lanes: Block::zeroed(words)?,
            f32s: Vec::new(),
            f64s: Vec::new(),
            pointers: Pointers::default(),
            strides: Vec::new(),
            words: Vec::new(),
        })
    }

    /// Bytes held by the blocks of lanes.
    pub(crate) fn bytes(&self) -> u64 {
        self.lanes.bytes()
    }
}
