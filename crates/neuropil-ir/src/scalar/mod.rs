//! The scalar evaluator: the definition of what a kernel computes.
//!
//! One lane at a time, one operation at a time, in plain Rust. Every back-end must give the same
//! bits (NaN payloads excepted). [`Evaluator`] computes the values of a kernel's effects for one
//! lane, [`Batch`] the same for many lanes where a kernel only stores one; [`map`] runs a kernel over
//! many lanes with arrays, events and reductions.
//!
//! Loads and uniforms are handed over as f64 and rounded to the kernel's precision, which is
//! exact for what a `Real` array of that precision holds and correctly rounded for integers.

mod array;
mod batch;
mod float;
mod map;
mod reduce;

pub use array::Array;
pub use batch::{BATCH_LANES, Batch};
pub use float::flushed;
pub(crate) use float::{constant, pure_at};
pub use map::{Mapped, Memory, map};
pub use reduce::{Reducer, join, tree};

use float::{Float, pure};

use crate::draw::{counter, key, philox, uniform_f32, uniform_f64};
use crate::kernel::{Binding, Effect, Kernel, Op, Precision};
use crate::verify::{self, KernelError, Verified};

/// Which lane of which step is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// The seed of all draws.
    pub seed: u64,
    /// The index of the element; for edges, the presynaptic element.
    pub element: u64,
    /// The step; for edges, what [`crate::connect::EdgeQuantity::Own`] says.
    pub step: u64,
}

/// An operation with the places of its result and operands (0 where there is none).
#[derive(Clone, Copy, Debug)]
struct Step {
    place: usize,
    op: Op,
    operands: [usize; 3],
}

/// Evaluates one kernel, lane by lane, without allocating.
#[derive(Clone, Debug)]
pub struct Evaluator<'k> {
    kernel: &'k Kernel,
    /// One cell a value: the bits of a `Real`, 0 or 1 of a mask, or `Bits`.
    cells: Vec<u64>,
    /// The operations that are not constants; the cells of constants are set once.
    steps: Vec<Step>,
    /// The Philox keys of the streams, for `keyed`.
    keys: Vec<[u32; 2]>,
    keyed: Option<u64>,
    results: Vec<f64>,
}

impl<'k> Evaluator<'k> {
    /// Prepares a kernel, which is verified first.
    pub fn new(kernel: &'k Kernel) -> Result<Self, KernelError> {
        verify::kernel(kernel)?;
        Ok(Self::prepared(kernel))
    }

    /// Prepares a kernel that is verified already.
    pub fn of(kernel: &'k Verified<Kernel>) -> Self {
        Self::prepared(kernel)
    }

    fn prepared(kernel: &'k Kernel) -> Self {
        let mut cells = vec![0; kernel.ops.len()];
        let mut steps = Vec::new();
        for (place, op) in kernel.ops.iter().enumerate() {
            if let Op::Const(_) | Op::BitsConst(_) = op {
                cells[place] = pure_at(kernel.precision, op, [0; 3]).unwrap_or(0);
                continue;
            }
            let mut operands = [0; 3];
            for (operand, value) in operands.iter_mut().zip(op.operands()) {
                *operand = value.index();
            }
            steps.push(Step {
                place,
                op: *op,
                operands,
            });
        }
        Self {
            kernel,
            cells,
            steps,
            keys: vec![[0; 2]; kernel.draws.len()],
            keyed: None,
            results: vec![0.0; kernel.effects.len()],
        }
    }

    /// The kernel.
    pub fn kernel(&self) -> &'k Kernel {
        self.kernel
    }

    /// Evaluates a lane; gives one number for each effect, in order.
    ///
    /// A `Store` gives what is left in memory (flushed), `Clear` 0, `Emit` 1 or 0, `EmitCount`
    /// the number of events, `Reduce` and `Set` their value. A missing uniform counts as NaN.
    pub fn evaluate(
        &mut self,
        lane: Lane,
        loads: &dyn Fn(Binding) -> f64,
        uniforms: &[f64],
    ) -> &[f64] {
        if self.keyed != Some(lane.seed) {
            for (slot, draw) in self.keys.iter_mut().zip(&self.kernel.draws) {
                *slot = key(lane.seed, draw.stream);
            }
            self.keyed = Some(lane.seed);
        }
        match self.kernel.precision {
            Precision::F32 => self.run::<f32>(lane, loads, uniforms),
            Precision::F64 => self.run::<f64>(lane, loads, uniforms),
        }
        &self.results
    }

    /// The value of the only `Store` or `Set` of a kernel, or of the first effect of any kernel.
    pub fn value(&mut self, lane: Lane, loads: &dyn Fn(Binding) -> f64, uniforms: &[f64]) -> f64 {
        self.evaluate(lane, loads, uniforms)
            .first()
            .copied()
            .unwrap_or(f64::NAN)
    }

    fn run<F: Float>(&mut self, lane: Lane, loads: &dyn Fn(Binding) -> f64, uniforms: &[f64]) {
        for step in &self.steps {
            let operands = step.operands.map(|place| self.cells[place]);
            self.cells[step.place] = match step.op {
                Op::Uniform(u) => {
                    F::of(uniforms.get(u.index()).copied().unwrap_or(f64::NAN)).cell()
                }
                Op::Load(binding) => F::of(loads(binding)).cell(),
                Op::Lane => F::of(lane.element as f64).cell(),
                Op::Draw(stream) => {
                    let words = philox(counter(lane.element, lane.step), self.keys[stream.index()]);
                    match self.kernel.precision {
                        Precision::F32 => uniform_f32(words).cell(),
                        Precision::F64 => uniform_f64(words).cell(),
                    }
                }
                _ => pure::<F>(&step.op, operands).unwrap_or(0),
            };
        }
        for (result, effect) in self.results.iter_mut().zip(&self.kernel.effects) {
            let cell = effect
                .operand()
                .map_or(0, |value| self.cells[value.index()]);
            *result = match effect {
                Effect::Clear(_) => 0.0,
                Effect::Store(..) => flushed(self.kernel.precision, F::from_cell(cell).wide()),
                Effect::Emit(..) => cell as f64,
                Effect::EmitCount(..) => f64::from(event_count(F::from_cell(cell).wide())),
                Effect::Reduce(..) | Effect::Set(..) => F::from_cell(cell).wide(),
            };
        }
    }
}

/// The number of events of an `EmitCount`: the nearest integer, half to even; none for NaN and
/// below 1; at most `u32::MAX`.
pub fn event_count(value: f64) -> u32 {
    value.round_ties_even() as u32
}

/// The number that a kernel of one lane without loads stores or sets: compile-time values.
pub fn constant_value(kernel: &Kernel, uniforms: &[f64]) -> Result<f64, KernelError> {
    Ok(Evaluator::new(kernel)?.value(Lane::default(), &|_| f64::NAN, uniforms))
}
