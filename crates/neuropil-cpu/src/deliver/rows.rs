//! Where the rows of sources begin, in half the memory of whole addresses.

use std::ops::Range;

use crate::memory::Block;

/// Rows share a 64-bit base in groups of this many sources; inside, offsets have 32 bits.
const GROUP: usize = 1 << 12;

/// Where the row of each source begins.
#[derive(Debug)]
pub(super) struct Rows {
    bases: Vec<u64>,
    /// For each source, and one more: the start of its row beyond the base of its group.
    offsets: Block<u32>,
}

impl Rows {
    /// Rows of given lengths; `None` where memory is refused or a group has 2^32 edges or more.
    pub(super) fn new(lengths: &[u32]) -> Option<Self> {
        let mut offsets = Block::zeroed(lengths.len() + 1)?;
        offsets[..lengths.len()].copy_from_slice(lengths);
        Self::of(offsets)
    }

    /// Turns the lengths of rows, and one number more, into rows, in their place.
    pub(super) fn of(mut lengths: Block<u32>) -> Option<Self> {
        let mut bases = Vec::new();
        let mut total = 0_u64;
        let sources = lengths.len().checked_sub(1)?;
        lengths[sources] = 0;
        for (source, slot) in lengths.iter_mut().enumerate() {
            if source % GROUP == 0 {
                bases.push(total);
            }
            let length = *slot;
            *slot = u32::try_from(total - bases[source / GROUP]).ok()?;
            total += u64::from(length);
        }
        Some(Self {
            bases,
            offsets: lengths,
        })
    }

    /// The place of the first edge of a source (or, for the number of sources, of the end).
    #[inline]
    pub(super) fn start(&self, source: usize) -> usize {
        (self.bases[source / GROUP] + u64::from(self.offsets[source])) as usize
    }

    /// What says where the row of a source lies.
    #[inline]
    pub(super) fn bounds(&self, source: u32) -> &[u32] {
        let source = source as usize;
        &self.offsets[source..source + 2]
    }

    /// The places of the edges of a source.
    #[inline]
    pub(super) fn row(&self, source: u32) -> Range<usize> {
        let source = source as usize;
        self.start(source)..self.start(source + 1)
    }

    /// The first of the sources before `end`, at least one, that have together at most so many edges.
    pub(super) fn first_within(&self, end: usize, edges: usize) -> usize {
        let least = self.start(end).saturating_sub(edges);
        let (mut low, mut high) = (0, end.saturating_sub(1));
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.start(middle) < least {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Number of sources.
    pub(super) fn sources(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Bytes that rows of a number of sources hold.
    pub(super) fn bytes_for(sources: u64) -> u64 {
        4 * (sources + 1) + 8 * (sources / GROUP as u64 + 1)
    }
}
