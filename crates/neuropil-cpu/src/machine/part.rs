//! What one owner holds.

use std::ops::Range;

use crate::memory::{Array, Block};
use crate::program::Outputs;

/// The state of an owner: its piece of every array of its axis.
///
/// It stands on cache lines of its own, with its lock, as another thread works on the next one.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Part {
    /// The elements.
    pub(super) range: Range<u32>,
    /// The buffers of the axis, then the samples of its recordings.
    pub(super) arrays: Vec<Array>,
    /// What a kernel gives beside its stores, reused.
    pub(super) outputs: Outputs,
    /// For each event list of the axis: how often each element has emitted.
    pub(super) tallies: Vec<Block<u64>>,
    /// For each projection: events added to the sums of this owner.
    pub(super) delivered: Block<u64>,
}

impl Part {
    /// Number of elements.
    pub(super) fn len(&self) -> usize {
        self.range.len()
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        let arrays: u64 = self.arrays.iter().map(Array::bytes).sum();
        let tallies: u64 = self.tallies.iter().map(Block::bytes).sum();
        arrays + tallies
    }
}
