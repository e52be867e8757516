//! Spike delivery: for every event, for every edge of its source, add to the target's sum.
//!
//! The edges of a projection are stored once for each *owner* of targets, cut into *tiles* of
//! neighbouring targets, so that an owner is the only writer to its sums and nothing is atomic.
//! Inside a tile an edge is a 16-bit target (32-bit where the owner is wide and rows are short) and,
//! where edges have their own weights, a rounded weight:
//!
//! | format | sum | bytes an edge |
//! |---|---|---|
//! | [`format::List`] | [`Sum::Count`]: counted, multiplied once by the kernel | 2 (4) |
//! | [`bits`] | the same, where a source reaches one target in sixteen or more | 1/8 a pair |
//! | [`format::Packed`] | [`Sum::Grid`] in f32 plans: 16-bit integers on a grid, summed in 32 bits | 4 |
//! | [`format::Apart`] | the same, where owners are wide and rows short | 6 |
//! | [`format::Wide`] | [`Sum::Grid`] in f64 plans: 24-bit floats on a grid, summed in f64 | 6 (8) |
//! | [`format::Exact`] | [`Sum::Ordered`]: unrounded, summed in f64 in a fixed order | 10 (12) |
//!
//! Some counted connections store nothing: one-to-one between whole populations ([`diagonal`]), all
//! to all ([`all_pairs`]), and rows that are generated again at every event because they would not
//! fit into the memory or because the caller says so ([`generated`]).
//! Where edges have own weights on a grid and own delays, all projections of a thread are delivered
//! together: their sums are a [`basin`], rows are sorted by delay in one [`matrix`] for each list of events,
//! and their pieces wait in a [`calendar`] until they are due. Other own delays take two bytes more an edge
//! and are added to a ring of sums. All sums but the ordered ones are exact, so their order cannot matter;
//! the ordered ones are added by emission step, source and position in the row, whatever the number of
//! owners.
//!
//! Loops load eight edges and then add eight, because the compiler may not move loads across the
//! additions, and fetch the head of a row two events ahead.
//!
//! [`Sum::Count`]: neuropil_ir::plan::Sum::Count
//! [`Sum::Grid`]: neuropil_ir::plan::Sum::Grid
//! [`Sum::Ordered`]: neuropil_ir::plan::Sum::Ordered

#![expect(
    unsafe_code,
    reason = "targets are checked when a tile is built, not at every one of billions of events; \
              draws use the vectors that the processor has"
)]

mod all_pairs;
mod basin;
mod bits;
mod build;
mod calendar;
mod connect;
mod diagonal;
pub(crate) mod format;
mod generated;
mod generator;
mod matrix;
mod pieces;
mod rows;
mod sorted;
mod strips;
#[cfg(test)]
mod tests;
mod tile;
mod values;

use crate::events::Segment;
use crate::memory::Array;
use format::Format;

pub(crate) use basin::{Basin, Inflow, Joined, MOST_PLACES};
pub(crate) use bits::Way;
pub(crate) use connect::{Blueprint, Connected, connect, sort};

/// Where the events of one delivery go.
#[derive(Debug)]
pub(crate) struct Destination<'a> {
    /// The sums, all copies.
    pub(crate) into: &'a mut Array,
    /// The sums of edges with delay 0, if delays are own and may be 0.
    pub(crate) zero: Option<&'a mut Array>,
    /// The step of the emission: an edge of delay d adds to the copy for this step plus d.
    pub(crate) emitted: u64,
    /// Of common delays: the copy that is added to.
    pub(crate) copy: usize,
    /// The copy of `zero` that is added to.
    pub(crate) zero_copy: usize,
}

impl Destination<'_> {
    /// The sums that a common delay adds to, for some targets from one on.
    ///
    /// # Errors
    ///
    /// A sentence where the sums are of another kind, or fewer.
    fn common<F: Format>(&mut self, first: usize, width: usize) -> Result<&mut [F::Sum], String> {
        self.padded::<F>(first, width, width)
    }

    /// The same with padding behind the targets, up to a number of lanes.
    fn padded<F: Format>(
        &mut self,
        first: usize,
        width: usize,
        lanes: usize,
    ) -> Result<&mut [F::Sum], String> {
        let (stride, len) = (self.into.capacity(), self.into.len());
        let fits = first + width <= len && first + lanes <= stride;
        let fits = fits && self.copy < self.into.copies();
        let sums = F::sums(self.into).filter(|_| fits);
        let sums = sums.ok_or("the sums have another form")?;
        let first = self.copy * stride + first;
        Ok(&mut sums[first..first + lanes])
    }
}

/// How edges are kept that follow from the sizes of populations.
const PATTERN: &str = "pattern";

/// The refusal of so many events of one element that a sum could be wrong.
fn overflow(times: u32) -> String {
    format!("{times} events of one element in a step overflow the sum")
}

/// Refuses a segment in which one element has so many events that a sum could be wrong.
fn refuse(events: &Segment, overflows: impl FnOnce(u32) -> bool) -> Result<(), String> {
    match events.counts.iter().copied().max() {
        Some(most) if overflows(most) => Err(overflow(most)),
        _ => Ok(()),
    }
}

/// The edges of a projection.
pub(crate) trait Delivery: Send + Sync + std::fmt::Debug {
    /// Delivers the events of a segment to the targets of an owner; gives the number of events
    /// that were added to a sum.
    ///
    /// # Errors
    ///
    /// A sentence, where a counted event would overflow an integer sum or lose the exactness of
    /// a floating one.
    fn deliver(
        &self,
        owner: usize,
        events: &Segment,
        to: &mut Destination<'_>,
    ) -> Result<u64, String>;

    /// Number of edges of a source.
    fn row_length(&self, source: u32) -> u64;

    /// Number of edges of a source whose delay is at least 1 and above a number of steps.
    ///
    /// 0 where the delay is common.
    fn row_later_than(&self, _source: u32, _delay: u64) -> u64 {
        0
    }

    /// Number of edges.
    fn edges(&self) -> u64;

    /// Bytes held.
    fn bytes(&self) -> u64;

    /// How the edges are kept, as [`neuropil_ir::backend::Machine::storage`] says it.
    fn storage(&self) -> &'static str;
}

/// The edges onto one range of neighbouring targets of an owner.
trait Piece: Send + Sync + std::fmt::Debug {
    /// How the edges are kept; see [`Delivery::storage`].
    const STORAGE: &'static str;

    /// Delivers the events of a segment; see [`Delivery::deliver`].
    fn deliver(&self, events: &Segment, to: &mut Destination<'_>) -> Result<u64, String>;

    /// Number of edges of a source.
    fn row_length(&self, source: u32) -> u64;

    /// Number of edges of a source with a later delay; see [`Delivery::row_later_than`].
    fn row_later_than(&self, _source: u32, _delay: u64) -> u64 {
        0
    }

    /// Number of edges.
    fn edges(&self) -> u64;

    /// Bytes held.
    fn bytes(&self) -> u64;
}

/// Edges in one format, by owner and tile.
#[derive(Debug)]
struct Sheet<T> {
    owners: Vec<Vec<T>>,
}

impl<T> Sheet<T> {
    fn tiles(&self) -> impl Iterator<Item = &T> {
        self.owners.iter().flatten()
    }
}

impl<T: Piece> Delivery for Sheet<T> {
    fn deliver(
        &self,
        owner: usize,
        events: &Segment,
        to: &mut Destination<'_>,
    ) -> Result<u64, String> {
        let mut delivered = 0;
        for tile in &self.owners[owner] {
            delivered += tile.deliver(events, to)?;
        }
        Ok(delivered)
    }

    fn row_length(&self, source: u32) -> u64 {
        self.tiles().map(|tile| tile.row_length(source)).sum()
    }

    fn row_later_than(&self, source: u32, delay: u64) -> u64 {
        self.tiles()
            .map(|tile| tile.row_later_than(source, delay))
            .sum()
    }

    fn edges(&self) -> u64 {
        self.tiles().map(Piece::edges).sum()
    }

    fn bytes(&self) -> u64 {
        self.tiles().map(Piece::bytes).sum()
    }

    fn storage(&self) -> &'static str {
        T::STORAGE
    }
}

/// The name under which delivery refuses what it cannot do, however kernels are run.
pub(crate) const NAME: &str = "cpu";
