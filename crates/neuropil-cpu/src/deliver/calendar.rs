//! Events under way: what is added later, by the step in which it is due.
//!
//! Where edges have their own delays, a ring of sums is touched at random over all the steps that
//! delays span, which no cache near the processor holds. A calendar keeps a list for each of those
//! steps instead: rows are stored by delay, so that a spike appends whole pieces to the lists, and
//! the list of the present step is added at once to sums that are small. Both are sequential.

use neuropil_ir::kernel::Precision;

use super::format::{Format, Packed, Wide};
use super::tile::{add_cells, fetch_lines};
use crate::memory::Block;

/// Edges that are copied at a time.
const LANES: usize = 16;

/// Edges of a sheet. Sheets that were added last are written next: they are still in the cache.
const SHEET: usize = 1024;

/// Sheets that are taken from the system at a time.
const SHEETS: usize = 512;

/// The events under way to the targets of an owner.
#[derive(Debug)]
pub(crate) enum Calendar {
    /// Of an f32 plan.
    Packed(Days<Packed>),
    /// Of an f64 plan.
    Wide(Days<Wide<u16>>),
}

impl Calendar {
    /// An empty calendar over `width` targets for delays of at most so many steps.
    pub(crate) fn new(precision: Precision, width: usize, longest: u32) -> Self {
        match precision {
            Precision::F32 => Self::Packed(Days::new(width, longest)),
            Precision::F64 => Self::Wide(Days::new(width, longest)),
        }
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Packed(days) => days.bytes(),
            Self::Wide(days) => days.bytes(),
        }
    }
}

/// A list a step, as a ring.
#[derive(Debug)]
pub(crate) struct Days<F: Format> {
    lists: Vec<Vec<Sheet>>,
    blocks: Vec<Sheets<F>>,
    /// The sheets that nothing stands on; the last is used first.
    free: Vec<u32>,
    /// Targets lie below this.
    width: usize,
}

/// A sheet of a list, and how many edges stand on it.
#[derive(Clone, Copy, Debug)]
struct Sheet {
    number: u32,
    used: u32,
}

/// The memory of [`SHEETS`] sheets: the cells of edges, and what is beside them.
#[derive(Debug)]
struct Sheets<F: Format> {
    cells: Block<F::Cell>,
    beside: Block<F::Beside>,
}

impl<F: Format> Sheets<F> {
    fn new() -> Option<Self> {
        Some(Self {
            cells: Block::zeroed(SHEETS * SHEET)?,
            beside: Block::zeroed(if F::BESIDE { SHEETS * SHEET } else { 0 })?,
        })
    }
}

impl<F: Format> Days<F> {
    fn new(width: usize, longest: u32) -> Self {
        Self {
            lists: (0..=longest).map(|_| Vec::new()).collect(),
            blocks: Vec::new(),
            free: Vec::new(),
            width,
        }
    }

    fn bytes(&self) -> u64 {
        let blocks = self.blocks.iter();
        blocks
            .map(|block| block.cells.bytes() + block.beside.bytes())
            .sum()
    }

    /// Number of targets.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The longest delay.
    pub(super) fn longest(&self) -> usize {
        self.lists.len() - 1
    }

    /// The place of a step in the ring.
    pub(super) fn place(&self, step: u64) -> usize {
        (step % self.lists.len() as u64) as usize
    }

    /// Appends edges `at..at + count` of some columns to the list of the step `delay` behind the
    /// one at a place; false where memory is refused.
    ///
    /// # Safety
    ///
    /// The targets of all edges lie below the width.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "compiled for the instructions that were found"
    )]
    pub(super) unsafe fn append(
        &mut self,
        (place, delay): (usize, usize),
        (cells, beside): (&[F::Cell], &[F::Beside]),
        (mut at, mut count): (usize, usize),
    ) -> bool {
        let place = place + delay;
        let place = if place >= self.lists.len() {
            place - self.lists.len()
        } else {
            place
        };
        loop {
            let part = count.min(SHEET);
            let copied = part.next_multiple_of(LANES);
            let fits = |sheet: &Sheet| sheet.used as usize + copied <= SHEET;
            if !self.lists[place].last().is_some_and(fits) {
                let Some(number) = self.free.pop().or_else(|| self.more()) else {
                    return false;
                };
                self.lists[place].push(Sheet { number, used: 0 });
            }
            let Some(sheet) = self.lists[place].last_mut() else {
                return false;
            };
            let block = &mut self.blocks[sheet.number as usize / SHEETS];
            let start = sheet.number as usize % SHEETS * SHEET + sheet.used as usize;
            copy(&mut block.cells[start..], cells, at, part);
            if F::BESIDE {
                copy(&mut block.beside[start..], beside, at, part);
            }
            sheet.used += part as u32;
            if part == count {
                return true;
            }
            at += part;
            count -= part;
        }
    }

    /// Takes sheets from the system; gives one of them.
    #[cold]
    fn more(&mut self) -> Option<u32> {
        let first = u32::try_from(self.blocks.len() * SHEETS).ok()?;
        self.blocks.push(Sheets::new()?);
        self.free.extend((first + 1..first + SHEETS as u32).rev());
        Some(first)
    }

    /// Adds what is due in a step to the sums, and empties its list; false if the sums are too few.
    pub(super) fn settle(&mut self, step: u64, sums: &mut [F::Sum]) -> bool {
        if sums.len() < self.width {
            return false;
        }
        let place = self.place(step);
        for sheet in self.lists[place].drain(..) {
            let block = &self.blocks[sheet.number as usize / SHEETS];
            let start = sheet.number as usize % SHEETS * SHEET;
            let edges = start..start + sheet.used as usize;
            let beside = if F::BESIDE {
                &block.beside[edges.clone()]
            } else {
                &[]
            };
            // SAFETY: who appends promises that targets lie below the width.
            unsafe { add_cells::<F, false>(&block.cells[edges], beside, 1, sums) };
            self.free.push(sheet.number);
        }
        true
    }
}

/// Copies elements of a slice to the front of another, by pieces of a fixed length, which is faster
/// than by their number.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "compiled for the instructions that were found"
)]
fn copy<T: Copy>(to: &mut [T], from: &[T], at: usize, count: usize) {
    let copied = count.next_multiple_of(LANES);
    if from.len() < at + copied || to.len() < copied {
        to[..count].copy_from_slice(&from[at..at + count]);
        return;
    }
    for piece in (0..count).step_by(LANES) {
        let (to, from) = (&mut to[piece..], &from[at + piece..]);
        if let (Some(to), Some(from)) = (to.first_chunk_mut::<LANES>(), from.first_chunk()) {
            *to = *from;
        }
    }
    fetch_lines(&to[copied..to.len().min(copied + LANES)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_copied_whole_wherever_they_lie() {
        let from: Vec<u32> = (0..100).collect();
        for (at, count) in [
            (0, 0),
            (3, 1),
            (5, 16),
            (2, 17),
            (80, 20),
            (99, 1),
            (0, 100),
        ] {
            for room in [count, count + 5, count + 40] {
                let mut to = vec![u32::MAX; room];
                copy(&mut to, &from, at, count);
                assert_eq!(to[..count], from[at..at + count], "{at} {count} {room}");
            }
        }
    }

    /// Pieces of all lengths over many steps, against plain sums; and sheets are used again.
    #[test]
    fn what_is_appended_is_added_once_whatever_its_length() {
        use neuropil_ir::draw::Stream;
        type F = Wide<u16>;
        let (width, longest) = (50, 7);
        let mut stream = Stream::new(8, 3, 0);
        let edges = 5000;
        let (mut cells, mut beside) = (Vec::new(), Vec::new());
        for _ in 0..edges {
            let weight = f64::from(stream.below(64)) - 20.0;
            let (cell, weight) = F::encode(stream.below(width) as usize, weight);
            cells.push(cell);
            beside.push(weight);
        }
        let mut days = Days::<F>::new(width as usize, longest);
        let mut expected = vec![vec![0.0; width as usize]; 300];
        let mut most = 0;
        for step in 0..200 {
            for _ in 0..6 {
                let count = [0, 1, 9, 40, 1024, 3000][stream.below(6) as usize];
                let at = stream.below(edges - count + 1) as usize;
                let delay = 1 + stream.below(longest) as usize;
                let place = (days.place(step), delay);
                let piece = (at, count as usize);
                // SAFETY: all targets are below the width.
                assert!(unsafe { days.append(place, (&cells, &beside), piece) });
                for edge in at..at + count as usize {
                    let weight = F::weight(cells[edge], beside[edge]);
                    expected[step as usize + delay][F::place(cells[edge])] += weight;
                }
            }
            let mut sums = vec![0.0; width as usize];
            assert!(days.settle(step + 1, &mut sums));
            assert_eq!(sums, expected[step as usize + 1], "step {step}");
            if step == 100 {
                most = days.blocks.len();
            }
        }
        assert_eq!(days.blocks.len(), most, "nothing is lost");
    }

    #[test]
    fn a_list_is_added_in_its_step_and_only_there() {
        let mut days = Days::<Packed>::new(4, 3);
        let cells: Vec<u32> = [(1, 5.0), (1, -2.0), (3, 7.0)]
            .map(|(place, weight)| Packed::encode(place, weight).0)
            .to_vec();
        let emitted = 6;
        for (delay, piece) in [(1, (0, 2)), (3, (2, 1))] {
            let place = (days.place(emitted), delay);
            // SAFETY: all targets are below 4.
            assert!(unsafe { days.append(place, (&cells, &[]), piece) });
        }
        let mut sums = [0; 4];
        let expected = [[0, 3, 0, 0], [0, 3, 0, 0], [0, 3, 0, 7], [0, 3, 0, 7]];
        for (step, expected) in (7..).zip(expected) {
            assert!(days.settle(step, &mut sums));
            assert_eq!(sums, expected, "step {step}");
        }
        assert!(!days.settle(7, &mut sums[..3]));
    }
}
