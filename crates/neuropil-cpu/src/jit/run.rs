//! Runs machine code over a range of lanes.

#![expect(unsafe_code, reason = "machine code reads and writes through pointers")]

use neuropil_ir::kernel::{Effect, Kernel};

use super::call::{ELEMENT, HEAD, NUMBERS, POOL, ROUNDS, SPILLS};
use super::select::Aside;
use super::{Code, numbers};
use crate::program::{Frame, Lanes, MOST_REDUCTIONS, Outputs, Partial, World};

/// Lanes of one call where the kernel leaves vectors aside, and where it does not: what a call
/// leaves stays in the first or second cache. Both are multiples of what a round works on.
const LANES_ASIDE: usize = 1024;
const LANES: usize = 16_384;

/// Lanes behind the last that a call may write: less than a round.
const ROOM: usize = 128;

/// Words of the scratch memory of a call, one part after another.
struct Areas {
    spills: usize,
    numbers: usize,
    masks: usize,
    asides: usize,
    total: usize,
}

impl Code {
    /// Whether a kernel fits: machine code sets no slots and joins a limited number of values.
    pub(super) fn takes(kernel: &Kernel) -> bool {
        let reductions = kernel
            .effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Reduce(..)));
        reductions.count() <= MOST_REDUCTIONS
    }

    /// Number of 64-bit words that a run needs in the frame.
    pub(crate) fn words(&self) -> usize {
        self.areas().total
    }

    fn areas(&self) -> Areas {
        let vector = self.shape.target.vector_bytes() / 8;
        let spills = self.spill_slots as usize * vector;
        let table = numbers::table_words(self.shape, &self.numbers).next_multiple_of(8);
        let masks = self.emissions * self.mask_words();
        let asides = self.given.asides.len() * self.aside_words();
        let spills_end = spills.next_multiple_of(8);
        Areas {
            spills: 0,
            numbers: spills_end,
            masks: spills_end + table,
            asides: spills_end + table + masks,
            total: spills_end + table + masks + asides,
        }
    }

    fn chunk(&self) -> usize {
        if self.given.asides.is_empty() {
            LANES
        } else {
            LANES_ASIDE
        }
    }

    /// Words of the masks of an emission, rounded up to whole lines.
    fn mask_words(&self) -> usize {
        let bytes = (self.chunk() + ROOM) / self.shape.lanes_a_byte();
        bytes.div_ceil(8).next_multiple_of(8)
    }

    fn aside_words(&self) -> usize {
        (LANES_ASIDE + ROOM) * self.shape.lane_bytes() / 8
    }

    /// Runs the kernel over a range of lanes.
    ///
    /// # Panics
    ///
    /// As [`crate::program::Program::run`].
    pub(crate) fn run(
        &self,
        frame: &mut Frame,
        lanes: Lanes,
        world: &mut World<'_>,
        outputs: &mut Outputs,
    ) {
        let areas = self.areas();
        let Frame {
            lanes: scratch,
            words,
            strides,
            ..
        } = frame;
        assert!(
            areas.total <= scratch.len(),
            "the frame has room for the code"
        );
        let base = scratch.pointer() as u64;
        let at = |word: usize| base + 8 * word as u64;
        numbers::fill(
            self.shape,
            &self.numbers,
            &self.keys,
            lanes.step,
            world.uniform,
            &mut scratch[areas.numbers..areas.masks],
        );
        words.clear();
        words.resize(HEAD, 0);
        words[POOL] = self.pages.pool();
        words[NUMBERS] = at(areas.numbers);
        words[SPILLS] = at(areas.spills);
        words[ELEMENT] = u64::from(lanes.element);
        strides.clear();
        for (binding, &element) in self.elements.iter().enumerate() {
            let (start, stride) =
                world.start_of(binding, element, self.shape.precision, lanes, ROOM);
            words.push(start as u64);
            strides.push(stride);
        }
        words.extend((0..self.emissions).map(|one| at(areas.masks + one * self.mask_words())));
        let asides = 0..self.given.asides.len();
        words.extend(asides.map(|one| at(areas.asides + one * self.aside_words())));
        let mut partial = [Partial::default(); MOST_REDUCTIONS];
        let round = self.copies as usize * self.shape.lanes();
        let mut done = 0;
        while done < lanes.count {
            let live = (lanes.count - done).min(self.chunk());
            words[ROUNDS] = live.div_ceil(round) as u64;
            // SAFETY: the code was made for an instruction set of this processor. It writes whole
            // rounds of lanes of the arrays, whose last round ends less than `ROOM` lanes behind
            // the last (`start_of` has checked that the arrays hold those); masks and vectors
            // aside have room for a chunk and as much more; spills and numbers are of the size
            // asked for. Nothing else touches array or scratch memory while both are borrowed.
            unsafe { self.pages.call(words) };
            let first = lanes.element.wrapping_add(done as u32);
            for &emission in &self.given.masks {
                let start = areas.masks + emission as usize * self.mask_words();
                let masks = &scratch[start..start + self.mask_words()];
                let segment = &mut outputs.events[emission as usize].elements;
                self.emitted(masks, live, |lane| segment.push(first.wrapping_add(lane)));
            }
            self.take_asides(
                &scratch[areas.asides..areas.total],
                first,
                live,
                &mut partial,
                outputs,
            );
            done += live;
            words[ELEMENT] = u64::from(lanes.element) + done as u64;
            for (word, stride) in words[HEAD..].iter_mut().zip(strides.iter()) {
                *word += (live * stride) as u64;
            }
        }
        let reduced = partial.iter_mut().zip(&mut outputs.blocks);
        for (partial, blocks) in reduced.take(self.reductions()) {
            partial.finish(blocks);
        }
    }

    fn reductions(&self) -> usize {
        let asides = self.given.asides.iter();
        asides
            .filter(|aside| matches!(aside, Aside::Reduce { .. }))
            .count()
    }

    /// The live lanes whose mask holds, in ascending order.
    fn emitted(&self, masks: &[u64], live: usize, mut take: impl FnMut(u32)) {
        let lanes_a_byte = self.shape.lanes_a_byte();
        let lanes_a_word = 8 * lanes_a_byte;
        let words = &masks[..live.div_ceil(lanes_a_word)];
        for (place, &word) in words.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                let lane = place * lanes_a_word + bit / 8 * lanes_a_byte + bit % 8;
                if lane < live {
                    take(lane as u32);
                }
            }
        }
    }

    /// Takes up the vectors that the code has left aside.
    fn take_asides(
        &self,
        area: &[u64],
        first: u32,
        live: usize,
        partial: &mut [Partial],
        outputs: &mut Outputs,
    ) {
        let mut reductions = 0;
        for (aside, words) in self
            .given
            .asides
            .iter()
            .zip(area.chunks_exact(self.aside_words()))
        {
            match *aside {
                Aside::Count { emission } => {
                    let segment = &mut outputs.events[emission as usize];
                    // Every lane is written, and the next one over it if it has no event: whether
                    // it has one is as good as a coin to the branch predictor.
                    let mut end = segment.elements.len();
                    segment.elements.resize(end + live, 0);
                    segment.counts.resize(end + live, 0);
                    let (elements, counts) = (&mut segment.elements, &mut segment.counts);
                    self.each(words, live, |lane, value| {
                        // The code has rounded; the conversion saturates, and NaN gives 0.
                        let count = value as u32;
                        elements[end] = first.wrapping_add(lane);
                        counts[end] = count;
                        end += usize::from(count > 0);
                    });
                    elements.truncate(end);
                    counts.truncate(end);
                }
                Aside::Reduce { reduction, .. } => {
                    let (partial, blocks) =
                        (&mut partial[reductions], &mut outputs.blocks[reductions]);
                    self.each(words, live, |_, value| {
                        partial.take(reduction, value, blocks);
                    });
                    reductions += 1;
                }
            }
        }
    }

    /// Calls a function with the live lanes of vectors aside.
    fn each(&self, words: &[u64], live: usize, mut take: impl FnMut(u32, f64)) {
        if self.shape.is_f64() {
            for (lane, &word) in words[..live].iter().enumerate() {
                take(lane as u32, f64::from_bits(word));
            }
            return;
        }
        for (pair, &word) in words[..live.div_ceil(2)].iter().enumerate() {
            let lane = 2 * pair as u32;
            // The lower lane stands first in memory, as x86-64 is little-endian.
            take(lane, f64::from(f32::from_bits(word as u32)));
            if (lane as usize) + 1 < live {
                take(lane + 1, f64::from(f32::from_bits((word >> 32) as u32)));
            }
        }
    }
}
