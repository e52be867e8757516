//! The scratch memory of a thread that runs tapes.

use super::SLOT_BYTES;
use crate::memory::Block;

/// Slots, numbers and pointers; they grow to what the largest tape needs and stay.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(super) slots: Block<u64>,
    pub(super) f32s: Vec<f32>,
    pub(super) f64s: Vec<f64>,
    pub(super) pointers: Pointers,
    /// Bytes that the pointer of each array moves on with a lane.
    pub(super) strides: Vec<usize>,
}

/// Pointers of wires; valid only while a tape runs.
#[derive(Debug, Default)]
pub(super) struct Pointers(pub(super) Vec<*mut u8>);

// SAFETY: the pointers are written at the start of every run and never used after it.
unsafe impl Send for Pointers {}

impl Frame {
    /// A frame with room for a number of slots; `None` where the system refuses the memory.
    pub(crate) fn new(slots: usize) -> Option<Self> {
        Some(Self {
            slots: Block::zeroed(slots * SLOT_BYTES / 8)?,
            f32s: Vec::new(),
            f64s: Vec::new(),
            pointers: Pointers::default(),
            strides: Vec::new(),
        })
    }

    /// Number of slots there is room for.
    pub(super) fn room(&self) -> usize {
        self.slots.len() * 8 / SLOT_BYTES
    }

    /// Bytes held by the slots.
    pub(crate) fn bytes(&self) -> u64 {
        self.slots.bytes()
    }
}
