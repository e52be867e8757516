//! Events under way: what is added later, by the step in which it is due.
//!
//! Where edges have their own delays, a ring of sums is touched at random over all the steps that
//! delays span, which no cache near the processor holds. A calendar keeps a list for each of those
//! steps instead: rows are stored by delay, so that a spike appends whole pieces to the lists, and
//! the list of the present step is added at once to sums that are small. Both are sequential.

use neuropil_ir::kernel::Precision;

use super::format::{Format, Packed, Wide};
use super::tile::add_cells;

/// Edges that are copied at a time.
const LANES: usize = 16;

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
    days: Vec<Day<F>>,
    /// Targets lie below this.
    width: usize,
}

/// What is due in a step: the cells of edges, and what is beside them.
#[derive(Debug)]
struct Day<F: Format> {
    cells: Vec<F::Cell>,
    beside: Vec<F::Beside>,
}

impl<F: Format> Days<F> {
    fn new(width: usize, longest: u32) -> Self {
        let day = || Day {
            cells: Vec::new(),
            beside: Vec::new(),
        };
        Self {
            days: (0..=longest).map(|_| day()).collect(),
            width,
        }
    }

    fn bytes(&self) -> u64 {
        let bytes = |day: &Day<F>| {
            day.cells.capacity() * size_of::<F::Cell>()
                + day.beside.capacity() * size_of::<F::Beside>()
        };
        self.days.iter().map(bytes).sum::<usize>() as u64
    }

    /// Number of targets.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The longest delay.
    pub(super) fn longest(&self) -> usize {
        self.days.len() - 1
    }

    /// The place of a step in the ring.
    pub(super) fn place(&self, step: u64) -> usize {
        (step % self.days.len() as u64) as usize
    }

    /// Appends edges `at..at + count` of some columns to the list of the step `delay` behind the
    /// one at a place.
    ///
    /// # Safety
    ///
    /// The targets of all edges lie below the width.
    #[inline]
    pub(super) unsafe fn append(
        &mut self,
        (place, delay): (usize, usize),
        (cells, beside): (&[F::Cell], &[F::Beside]),
        (at, count): (usize, usize),
    ) {
        let place = place + delay;
        let place = if place >= self.days.len() {
            place - self.days.len()
        } else {
            place
        };
        let day = &mut self.days[place];
        append(&mut day.cells, cells, at, count);
        if F::BESIDE {
            append(&mut day.beside, beside, at, count);
        }
    }

    /// Adds what is due in a step to the sums, and empties its list; false if the sums are too few.
    pub(super) fn settle(&mut self, step: u64, sums: &mut [F::Sum]) -> bool {
        if sums.len() < self.width {
            return false;
        }
        let place = self.place(step);
        let day = &mut self.days[place];
        // SAFETY: who appends promises that targets lie below the width.
        unsafe { add_cells::<F, false>(&day.cells, &day.beside, 1, sums) };
        day.cells.clear();
        day.beside.clear();
        true
    }
}

/// Appends elements of a slice, by pieces of a fixed length, which is faster than by their number.
#[inline]
fn append<T: Copy>(to: &mut Vec<T>, from: &[T], at: usize, count: usize) {
    let copied = count.next_multiple_of(LANES);
    if from.len() < at + copied {
        to.extend_from_slice(&from[at..at + count]);
        return;
    }
    to.reserve(copied);
    let len = to.len();
    for piece in (0..count).step_by(LANES) {
        // SAFETY: `copied` elements lie in `from` behind `at`, and fit in `to` behind its length.
        unsafe {
            let source = from.as_ptr().add(at + piece).cast::<[T; LANES]>();
            let target = to.as_mut_ptr().add(len + piece).cast::<[T; LANES]>();
            std::ptr::copy_nonoverlapping(source, target, 1);
        }
    }
    // SAFETY: so many were written.
    unsafe { to.set_len(len + count) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_appended_whole_wherever_they_lie() {
        let from: Vec<u32> = (0..100).collect();
        let mut to = Vec::new();
        let mut expected = Vec::new();
        for (at, count) in [
            (0, 0),
            (3, 1),
            (5, 16),
            (2, 17),
            (80, 20),
            (99, 1),
            (0, 100),
        ] {
            append(&mut to, &from, at, count);
            expected.extend_from_slice(&from[at..at + count]);
            assert_eq!(to, expected, "{at} {count}");
        }
    }

    #[test]
    fn a_list_is_added_in_its_step_and_only_there() {
        let mut days = Days::<Packed>::new(4, 3);
        let cells: Vec<u32> = [(1, 5.0), (1, -2.0), (3, 7.0)]
            .map(|(place, weight)| Packed::encode(place, weight).0)
            .to_vec();
        let emitted = 6;
        // SAFETY: all targets are below 4.
        unsafe {
            days.append((days.place(emitted), 1), (&cells, &[]), (0, 2));
            days.append((days.place(emitted), 3), (&cells, &[]), (2, 1));
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
