//! The edges of all projections from one population onto the sums of a basin, as one matrix.
//!
//! Targets of different populations stand one after another in one numbering, and a row is sorted by
//! delay over all of them, so that its pieces are as long as they can be: each piece costs a
//! start, whatever its length.

use std::fmt::Debug;
use std::ops::Range;

use super::calendar::{Calendar, Due};
use super::format::{Format, Packed, Wide};
use super::pieces::{MOST_EDGES, Pieces};
use super::rows::Rows;
use super::sorted::Load;
use super::tile::{add_cells, fetch_far, fetch_lines};
use crate::events::Segment;
use crate::memory::Block;

mod join;

/// Edges that are copied at a time.
const LANES: usize = 16;

/// Pieces by which edges are fetched ahead.
const PIECES_AHEAD: usize = 32;

/// Events whose rows are looked for together.
const TOGETHER: usize = 16;

/// Edges that are gathered before they are added.
const STAGED: usize = 2048;

/// A format whose targets can be renumbered.
pub(crate) trait Joint: Format {
    /// What is stored of an edge whose target stands so many places later.
    fn moved(cell: Self::Cell, places: usize) -> Self::Cell;
}

impl Joint for Packed {
    #[inline]
    fn moved(cell: u32, places: usize) -> u32 {
        cell + places as u32
    }
}

impl Joint for Wide<u16> {
    #[inline]
    fn moved(cell: u16, places: usize) -> u16 {
        cell + places as u16
    }
}

/// The edges of some projections, the *members*, from the same sources.
#[derive(Debug)]
pub(super) struct Matrix<F: Format> {
    rows: Rows,
    pieces: Pieces,
    /// Some more than there are edges, so that a piece can be read in whole multiples of them.
    cells: Block<F::Cell>,
    beside: Block<F::Beside>,
    /// For each source, for each member: the number of edges.
    lengths: Block<u32>,
    members: Vec<Member>,
    edges: Vec<u64>,
    /// The places of all targets lie below.
    width: usize,
    longest: usize,
}

/// A projection of a matrix.
#[derive(Debug)]
struct Member {
    /// The places of its targets.
    places: Range<usize>,
    load: Load,
}

impl<F: Joint> Matrix<F> {
    /// Puts the pieces of the rows of events on the lists of later steps; gives the number of
    /// events under way and adds it to the tally of each member.
    pub(super) fn send(
        &self,
        events: &Segment,
        emitted: u64,
        calendar: &mut Calendar,
        tallies: &mut [u64],
    ) -> Result<u64, String> {
        let overflows = |most| {
            self.members
                .iter()
                .any(|member| member.load.overflows(most))
        };
        super::refuse(events, overflows)?;
        if self.longest > calendar.longest() {
            return Err("the calendar has another form".to_owned());
        }
        let place = calendar.place(emitted);
        let mut sent = 0;
        for (first, group) in (0..)
            .step_by(TOGETHER)
            .zip(events.elements.chunks(TOGETHER))
        {
            // Where the pieces lie is asked for together, and then the pieces.
            for &source in group {
                fetch_lines(self.rows.bounds(source));
                fetch_lines(self.pieces.bounds(source));
                fetch_lines(self.lengths_of(source));
            }
            for &source in group {
                fetch_lines(self.pieces.packed(source));
            }
            for (at, &source) in (first..).zip(group) {
                let times = events.counts.get(at).copied().unwrap_or(1);
                for (tally, &length) in tallies.iter_mut().zip(self.lengths_of(source)) {
                    let events = u64::from(length) * u64::from(times);
                    *tally += events;
                    sent += events;
                }
                let mut start = self.rows.start(source as usize);
                for piece in self.pieces.of(source).filter(|piece| piece.length > 0) {
                    for _ in 0..times {
                        calendar.put(place, piece.delay, Due::new(start, piece.length));
                    }
                    start += piece.length;
                }
            }
        }
        Ok(sent)
    }

    /// Adds what is due in a step to the sums; false if the sums are too few.
    ///
    /// Pieces are copied one behind another and then added: what is read from far and what is added at
    /// random would wait for each other, and the end of a loop over each piece would be mispredicted.
    pub(super) fn settle(
        &self,
        step: u64,
        calendar: &mut Calendar,
        stage: &mut Stage<F>,
        sums: &mut [F::Sum],
    ) -> bool {
        if sums.len() < self.width {
            return false;
        }
        let due = calendar.due(step);
        due.iter()
            .take(PIECES_AHEAD)
            .for_each(|&due| self.fetch(due));
        let mut filled = 0;
        for (at, piece) in due.iter().enumerate() {
            if let Some(&next) = due.get(at + PIECES_AHEAD) {
                self.fetch(next);
            }
            let (start, length) = (piece.start(), piece.length());
            copy(
                &mut stage.cells[filled..],
                &self.cells[start..],
                length,
                |x| x,
            );
            if F::BESIDE {
                copy(
                    &mut stage.beside[filled..],
                    &self.beside[start..],
                    length,
                    |x| x,
                );
            }
            filled += length;
            if filled >= STAGED || at + 1 == due.len() {
                let beside = &stage.beside[..if F::BESIDE { filled } else { 0 }];
                // SAFETY: the places of all cells lie below the width (`join` has put them there), and
                // the sums are as many at least (compared above).
                unsafe { add_cells::<F, false>(&stage.cells[..filled], beside, 1, sums) };
                filled = 0;
            }
        }
        due.clear();
        true
    }

    /// Asks for the edges of a piece.
    #[inline]
    fn fetch(&self, due: Due) {
        let edges = due.start()..due.start() + due.length();
        fetch_far(&self.cells[edges.clone()]);
        if F::BESIDE {
            fetch_far(&self.beside[edges]);
        }
    }
}

/// Where pieces are gathered.
#[derive(Debug)]
pub(super) struct Stage<F: Format> {
    cells: Block<F::Cell>,
    beside: Block<F::Beside>,
}

impl<F: Format> Stage<F> {
    /// Room for a number of edges, a piece and what is copied with it; `None` where memory is refused.
    pub(super) fn new() -> Option<Self> {
        let room = STAGED + MOST_EDGES + LANES;
        Some(Self {
            cells: Block::zeroed(room)?,
            beside: Block::zeroed(if F::BESIDE { room } else { 0 })?,
        })
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        self.cells.bytes() + self.beside.bytes()
    }
}

impl<F: Format> Matrix<F> {
    /// For each member: the number of edges of a source.
    #[inline]
    fn lengths_of(&self, source: u32) -> &[u32] {
        let members = self.members.len();
        let first = source as usize * members;
        &self.lengths[first..first + members]
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        self.cells.bytes()
            + self.beside.bytes()
            + self.lengths.bytes()
            + self.pieces.bytes()
            + Rows::bytes_for(self.rows.sources() as u64)
    }
}

/// What the counters ask of a member of a matrix.
pub(super) trait Members: Send + Sync + Debug {
    /// Number of edges of a source.
    fn row_length(&self, member: usize, source: u32) -> u64;

    /// Number of edges of a source with a later delay; see [`super::Delivery::row_later_than`].
    fn row_later_than(&self, member: usize, source: u32, delay: u64) -> u64;

    /// Number of edges.
    fn edges(&self, member: usize) -> u64;
}

impl<F: Format> Members for Matrix<F> {
    fn row_length(&self, member: usize, source: u32) -> u64 {
        u64::from(self.lengths_of(source)[member])
    }

    fn row_later_than(&self, member: usize, source: u32, delay: u64) -> u64 {
        let places = &self.members[member].places;
        let mut start = self.rows.start(source as usize);
        let mut later = 0;
        for piece in self.pieces.of(source) {
            let cells = &self.cells[start..start + piece.length];
            start += piece.length;
            if piece.delay as u64 > delay {
                let below = |end: usize| cells.partition_point(|&cell| F::place(cell) < end);
                later += below(places.end) - below(places.start);
            }
        }
        later as u64
    }

    fn edges(&self, member: usize) -> u64 {
        self.edges[member]
    }
}

/// Copies changed elements to the front of a slice, by pieces of a fixed length, which is faster than by
/// their number: what lies behind may be overwritten.
fn copy<T: Copy>(to: &mut [T], from: &[T], count: usize, change: impl Fn(T) -> T) {
    let copied = count.next_multiple_of(LANES);
    if from.len() < copied || to.len() < copied {
        for (to, &from) in to.iter_mut().zip(from).take(count) {
            *to = change(from);
        }
        return;
    }
    let (to, _) = to[..copied].as_chunks_mut::<LANES>();
    let (from, _) = from[..copied].as_chunks::<LANES>();
    for (to, from) in to.iter_mut().zip(from) {
        // As an array, so that it is loaded whole before it is stored.
        *to = from.map(&change);
    }
}
