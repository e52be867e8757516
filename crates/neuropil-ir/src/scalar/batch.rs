//! The scalar evaluator on many lanes at a time: one operation after another, each on all lanes.
//!
//! The way of a back-end that compiles nothing. The bits are those of
//! [`Evaluator`](super::Evaluator), NaN payloads excepted.

use super::float::pure;
use super::flushed;
use crate::draw::{GROUP_BLOCKS, key, philox_lanes, uniform_f64};
use crate::kernel::{Binary, Binding, BitOp, Compare, Effect, Kernel, Logic, Op, Precision, Unary};
use crate::verify::Verified;

/// Lanes that are evaluated at a time.
pub const BATCH_LANES: usize = 64;

/// A cell of every lane: the bits of a `Real`, 0 or 1 of a mask, or `Bits`.
type Cells = [u64; BATCH_LANES];

/// What an operation without an operand reads.
static NOTHING: Cells = [0; BATCH_LANES];

/// Evaluates a kernel of f64 whose only effect is to store a value.
#[derive(Clone, Debug)]
pub struct Batch<'k> {
    kernel: &'k Kernel,
    /// The cells of every operation; those of constants and uniforms are set once.
    cells: Vec<Cells>,
    /// The Philox keys of the streams.
    keys: Vec<[u32; 2]>,
    elements: Cells,
    steps: Cells,
    /// The place of the value that is stored.
    stored: usize,
}

impl<'k> Batch<'k> {
    /// Prepares a kernel; `None` where it is not of f64 or does more than to store one value.
    pub fn of(kernel: &'k Verified<Kernel>, seed: u64, uniforms: &[f64]) -> Option<Self> {
        let kernel: &Kernel = kernel;
        let &[Effect::Store(_, stored)] = &kernel.effects[..] else {
            return None;
        };
        if kernel.precision != Precision::F64 {
            return None;
        }
        let cells = kernel.ops.iter().map(|op| {
            let cell = match op {
                Op::Uniform(u) => uniforms.get(u.index()).map_or(f64::NAN, |&x| x).to_bits(),
                _ => pure::<f64>(op, [0; 3]).unwrap_or(0),
            };
            [cell; BATCH_LANES]
        });
        Some(Self {
            kernel,
            cells: cells.collect(),
            keys: kernel
                .draws
                .iter()
                .map(|draw| key(seed, draw.stream))
                .collect(),
            elements: [0; BATCH_LANES],
            steps: [0; BATCH_LANES],
            stored: stored.index(),
        })
    }

    /// Sets the element and the step of every lane, and what it loads.
    pub fn load(
        &mut self,
        elements: &[u64; BATCH_LANES],
        steps: &[u64; BATCH_LANES],
        loads: &dyn Fn(Binding, usize) -> f64,
    ) {
        self.elements = *elements;
        self.steps = *steps;
        for (op, cells) in self.kernel.ops.iter().zip(&mut self.cells) {
            match *op {
                Op::Load(binding) => {
                    for (lane, cell) in cells.iter_mut().enumerate() {
                        *cell = loads(binding, lane).to_bits();
                    }
                }
                Op::Lane => {
                    for (cell, &element) in cells.iter_mut().zip(elements) {
                        *cell = (element as f64).to_bits();
                    }
                }
                _ => {}
            }
        }
    }

    /// The values of all lanes after [`Batch::run`].
    pub fn values(&self) -> [f64; BATCH_LANES] {
        self.cells[self.stored].map(|cell| flushed(Precision::F64, f64::from_bits(cell)))
    }

    /// Evaluates all lanes.
    pub fn run(&mut self) {
        for (place, op) in self.kernel.ops.iter().enumerate() {
            let mut operands = [&NOTHING; 3];
            // Operands stand before what uses them.
            let (before, rest) = self.cells.split_at_mut(place);
            for (operand, value) in operands.iter_mut().zip(op.operands()) {
                *operand = &before[value.index()];
            }
            let [a, b, c] = operands;
            let out = &mut rest[0];
            match *op {
                Op::Const(_) | Op::BitsConst(_) | Op::Uniform(_) | Op::Load(_) | Op::Lane => {}
                Op::Draw(stream) => {
                    let key = self.keys[stream.index()];
                    let lanes = out.as_chunks_mut::<GROUP_BLOCKS>().0.iter_mut();
                    let elements = self.elements.as_chunks::<GROUP_BLOCKS>().0;
                    let steps = self.steps.as_chunks::<GROUP_BLOCKS>().0;
                    for ((out, elements), steps) in lanes.zip(elements).zip(steps) {
                        uniforms(out, elements, steps, key);
                    }
                }
                // Each arm has a loop of its own: a choice inside of one would keep it scalar.
                Op::Unary(Unary::Neg, _) => reals(out, a, b, |a, _| -a),
                Op::Unary(Unary::Abs, _) => reals(out, a, b, |a, _| a.abs()),
                Op::Unary(Unary::Sqrt, _) => reals(out, a, b, |a, _| a.sqrt()),
                Op::Unary(Unary::Floor, _) => reals(out, a, b, |a, _| a.floor()),
                Op::Unary(Unary::Round, _) => reals(out, a, b, |a, _| a.round_ties_even()),
                Op::Binary(Binary::Add, ..) => reals(out, a, b, |a, b| a + b),
                Op::Binary(Binary::Sub, ..) => reals(out, a, b, |a, b| a - b),
                Op::Binary(Binary::Mul, ..) => reals(out, a, b, |a, b| a * b),
                Op::Binary(Binary::Div, ..) => reals(out, a, b, |a, b| a / b),
                Op::Binary(Binary::Min, ..) => reals(out, a, b, |a, b| if a < b { a } else { b }),
                Op::Binary(Binary::Max, ..) => reals(out, a, b, |a, b| if a > b { a } else { b }),
                Op::Fma(..) => fused(out, a, b, c, 0),
                Op::Fnma(..) => fused(out, a, b, c, 1 << 63),
                Op::Compare(Compare::Lt, ..) => masks(out, a, b, |a, b| a < b),
                Op::Compare(Compare::Le, ..) => masks(out, a, b, |a, b| a <= b),
                Op::Compare(Compare::Eq, ..) => masks(out, a, b, |a, b| a == b),
                Op::Compare(Compare::Ne, ..) => masks(out, a, b, |a, b| a != b),
                Op::Select(..) => {
                    for i in 0..BATCH_LANES {
                        out[i] = if a[i] == 0 { c[i] } else { b[i] };
                    }
                }
                Op::Not(_) => bits(out, a, b, |a, _| a ^ 1),
                Op::ToBits(_) | Op::FromBits(_) => *out = *a,
                Op::Logic(Logic::And, ..) | Op::BitOp(BitOp::And, ..) => {
                    bits(out, a, b, |a, b| a & b);
                }
                Op::Logic(Logic::Or, ..) | Op::BitOp(BitOp::Or, ..) => {
                    bits(out, a, b, |a, b| a | b);
                }
                Op::Logic(Logic::Xor, ..) | Op::BitOp(BitOp::Xor, ..) => {
                    bits(out, a, b, |a, b| a ^ b);
                }
                Op::BitOp(BitOp::Add, ..) => bits(out, a, b, u64::wrapping_add),
                Op::BitOp(BitOp::Sub, ..) => bits(out, a, b, u64::wrapping_sub),
                Op::Shl(_, n) if n < 64 => bits(out, a, b, |a, _| a << n),
                Op::Shr(_, n) if n < 64 => bits(out, a, b, |a, _| a >> n),
                Op::Shl(..) | Op::Shr(..) => *out = NOTHING,
            }
        }
    }
}

/// What [`uniform_f64`] makes of the draws of some elements and steps.
#[inline]
fn uniforms(
    out: &mut [u64; GROUP_BLOCKS],
    elements: &[u64; GROUP_BLOCKS],
    steps: &[u64; GROUP_BLOCKS],
    key: [u32; 2],
) {
    let (mut element_high, mut step_high) = (*elements, *steps);
    for i in 0..GROUP_BLOCKS {
        element_high[i] >>= 32;
        step_high[i] >>= 32;
    }
    let [first, second, ..] = philox_lanes([*elements, element_high, *steps, step_high], key);
    for i in 0..GROUP_BLOCKS {
        out[i] = uniform_f64([first[i] as u32, second[i] as u32, 0, 0]).to_bits();
    }
}

#[inline]
fn bits(out: &mut Cells, a: &Cells, b: &Cells, of: impl Fn(u64, u64) -> u64) {
    for i in 0..BATCH_LANES {
        out[i] = of(a[i], b[i]);
    }
}

#[inline]
fn reals(out: &mut Cells, a: &Cells, b: &Cells, of: impl Fn(f64, f64) -> f64) {
    bits(out, a, b, |a, b| {
        of(f64::from_bits(a), f64::from_bits(b)).to_bits()
    });
}

#[inline]
fn masks(out: &mut Cells, a: &Cells, b: &Cells, of: impl Fn(f64, f64) -> bool) {
    bits(out, a, b, |a, b| {
        u64::from(of(f64::from_bits(a), f64::from_bits(b)))
    });
}

/// `a * b + c` with a sign that `a` is given.
#[inline]
#[expect(
    clippy::disallowed_methods,
    reason = "the definition of the fused operation"
)]
fn fused(out: &mut Cells, a: &Cells, b: &Cells, c: &Cells, sign: u64) {
    for i in 0..BATCH_LANES {
        let a = f64::from_bits(a[i] ^ sign);
        out[i] = a
            .mul_add(f64::from_bits(b[i]), f64::from_bits(c[i]))
            .to_bits();
    }
}
