//! Events under way: the pieces of rows that are due later, by step.
//!
//! Where edges have their own delays, a ring of sums is touched at random over all the steps that
//! delays span, which no cache near the processor holds. Rows are sorted by delay instead, so that a spike
//! leaves word where its pieces lie, in the list of the step in which each is due, and the pieces
//! of the present step are added at once to sums that are small.

/// The lists of the steps to come, as a ring.
#[derive(Debug)]
pub(super) struct Calendar {
    lists: Vec<Vec<Due>>,
}

/// Pieces that a list has room for from the start.
const ROOM: usize = 64;

/// Some edges, at most 255, that stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due(u64);

impl Due {
    /// Edges from a place on, below 2^56.
    #[inline]
    pub(super) fn new(start: usize, length: usize) -> Self {
        Self((start as u64) << 8 | length as u64)
    }

    /// The place of the first edge.
    #[inline]
    pub(super) fn start(self) -> usize {
        (self.0 >> 8) as usize
    }

    /// The number of edges.
    #[inline]
    pub(super) fn length(self) -> usize {
        (self.0 & 0xFF) as usize
    }
}

impl Calendar {
    /// An empty calendar for delays of at most so many steps.
    pub(super) fn new(longest: u32) -> Self {
        Self {
            lists: (0..=longest).map(|_| Vec::with_capacity(ROOM)).collect(),
        }
    }

    /// The longest delay.
    pub(super) fn longest(&self) -> usize {
        self.lists.len() - 1
    }

    /// The place of a step in the ring.
    pub(super) fn place(&self, step: u64) -> usize {
        (step % self.lists.len() as u64) as usize
    }

    /// Puts a piece on the list of the step `delay`, at most the longest, behind the one at a place.
    #[inline]
    pub(super) fn put(&mut self, place: usize, delay: usize, due: Due) {
        let place = place + delay;
        let place = if place >= self.lists.len() {
            place - self.lists.len()
        } else {
            place
        };
        self.lists[place].push(due);
    }

    /// The list of a step, to be emptied.
    pub(super) fn due(&mut self, step: u64) -> &mut Vec<Due> {
        let place = self.place(step);
        &mut self.lists[place]
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        let lists = self.lists.iter();
        lists
            .map(|list| (list.capacity() * size_of::<Due>()) as u64)
            .sum()
    }
}
