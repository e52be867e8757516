//! Samples.

use std::ops::Range;

use neuropil_ir::backend::{RunError, Sink};
use neuropil_ir::plan::{RecordId, Sampled};

use super::schedule::{Bound, Step};
use super::world::{World, lock};
use crate::program::{self, Lanes};

/// What takes samples: the sink, and the values on their way to it.
pub(super) struct Sampler<'a> {
    pub(super) values: &'a mut Vec<f64>,
    pub(super) sink: &'a mut dyn Sink,
}

/// A recording as it is run.
#[derive(Debug)]
pub(super) struct Recording {
    /// What runs right before: reductions, scalar kernels, counts.
    pub(super) before: Vec<Before>,
    pub(super) from: From,
}

/// A stage that runs right before a sample, on the calling thread.
#[derive(Debug)]
pub(super) enum Before {
    Reduce(Bound, usize),
    Other(Step),
}

/// Where a sample comes from.
#[derive(Debug)]
pub(super) enum From {
    Slot(usize),
    Elements {
        axis: usize,
        call: Bound,
        /// The array of each part that holds the sample.
        sample: usize,
        /// For each owner: the elements that it samples.
        pieces: Vec<Vec<Range<u32>>>,
    },
}

impl World {
    /// Takes a sample and hands it to the sink.
    pub(super) fn record(
        &mut self,
        record: RecordId,
        step: u64,
        sampler: &mut Sampler<'_>,
    ) -> Result<(), RunError> {
        for at in 0..self.recordings[record.index()].before.len() {
            self.run_before(record.index(), at, step);
        }
        sampler.values.clear();
        match &self.recordings[record.index()].from {
            // A slot may hold anything, such as the mean of no elements.
            From::Slot(slot) => {
                return sampler.sink.sample(record, step, &[self.slots[*slot]]);
            }
            From::Elements {
                axis,
                call,
                sample,
                pieces,
            } => {
                for (owner, pieces) in pieces.iter().enumerate() {
                    self.sample_owner(*axis, owner, call, *sample, pieces, step);
                    lock(&self.parts[*axis][owner]).arrays[*sample].read_into(0, sampler.values);
                }
            }
        }
        if let Some(place) = sampler.values.iter().position(|value| !value.is_finite()) {
            return Err(self.not_finite(record, place, sampler.values[place], step));
        }
        sampler.sink.sample(record, step, sampler.values)
    }

    fn run_before(&mut self, record: usize, at: usize, step: u64) {
        // The stage is taken out while it runs, because it changes slots beside it.
        let recordings = std::mem::take(&mut self.recordings);
        match &recordings[record].before[at] {
            Before::Reduce(call, axis) => {
                for owner in 0..self.parts[*axis].len() {
                    let mut frame = lock(&self.frames[0]);
                    self.map(*axis, owner, call, step, &mut frame);
                }
                self.join(call, *axis);
            }
            Before::Other(Step::Scalar(call)) => self.scalar(call, step),
            Before::Other(Step::Count { list, window, slot }) => {
                self.slots[*slot] = self.lists[*list].count_last(step, *window) as f64;
            }
            Before::Other(_) => {}
        }
        self.recordings = recordings;
    }

    /// Runs the kernel of a sample over the chosen elements of an owner.
    fn sample_owner(
        &self,
        axis: usize,
        owner: usize,
        call: &Bound,
        sample: usize,
        pieces: &[Range<u32>],
        step: u64,
    ) {
        let mut part = lock(&self.parts[axis][owner]);
        let part = &mut *part;
        let mut frame = lock(&self.frames[0]);
        let mut taken = 0;
        for piece in pieces {
            let first = (piece.start - part.range.start) as usize;
            let mut world = program::World {
                arrays: &mut part.arrays,
                bound: &|binding| match binding.checked_sub(1) {
                    None => program::Bound {
                        array: sample,
                        copy: 0,
                        start: taken,
                    },
                    Some(buffer) => {
                        let home = call.arrays[buffer];
                        program::Bound {
                            array: home.array,
                            copy: home.copy(step),
                            start: first,
                        }
                    }
                },
                uniform: &|uniform| self.slots[call.slots[uniform]],
            };
            let lanes = Lanes {
                element: piece.start,
                count: piece.len(),
                step,
            };
            self.programs[call.program].run(&mut frame, lanes, &mut world, &mut part.outputs);
            taken += piece.len();
        }
    }

    /// The error for a value at a place of a sample.
    fn not_finite(&self, record: RecordId, place: usize, value: f64, step: u64) -> RunError {
        let declared = &self.plan.records[record.index()];
        let element = match &declared.sampled {
            Sampled::Slot(_) => 0,
            Sampled::Elements { ranges, .. } => {
                ranges.iter().flat_map(Clone::clone).nth(place).unwrap_or(0)
            }
        };
        RunError::NotFinite {
            name: declared.name.clone(),
            element,
            value,
            step,
        }
    }
}
