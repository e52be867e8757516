//! The two float types behind one interface, and the meaning of every operation without state.

use crate::kernel::{Binary, BitOp, Compare, Logic, Op, Precision, Type, Unary};

/// What the evaluator needs of a float type; values travel as bit patterns in `u64` cells.
pub(crate) trait Float: Copy + PartialOrd {
    const WIDTH: u32;

    fn of(x: f64) -> Self;
    fn wide(self) -> f64;
    fn cell(self) -> u64;
    fn from_cell(cell: u64) -> Self;
    fn unary(op: Unary, a: Self) -> Self;
    fn binary(op: Binary, a: Self, b: Self) -> Self;
    fn fma(a: Self, b: Self, c: Self) -> Self;
    fn minus(self) -> Self;
}

macro_rules! float {
    ($float:ty, $bits:ty) => {
        impl Float for $float {
            const WIDTH: u32 = <$bits>::BITS;

            fn of(x: f64) -> Self {
                x as $float
            }

            fn wide(self) -> f64 {
                f64::from(self)
            }

            fn cell(self) -> u64 {
                u64::from(self.to_bits())
            }

            fn from_cell(cell: u64) -> Self {
                <$float>::from_bits(cell as $bits)
            }

            fn unary(op: Unary, a: Self) -> Self {
                match op {
                    Unary::Neg => -a,
                    Unary::Abs => a.abs(),
                    Unary::Sqrt => a.sqrt(),
                    Unary::Floor => a.floor(),
                    Unary::Round => a.round_ties_even(),
                }
            }

            fn binary(op: Binary, a: Self, b: Self) -> Self {
                match op {
                    Binary::Add => a + b,
                    Binary::Sub => a - b,
                    Binary::Mul => a * b,
                    Binary::Div => a / b,
                    Binary::Min => {
                        if a < b {
                            a
                        } else {
                            b
                        }
                    }
                    Binary::Max => {
                        if a > b {
                            a
                        } else {
                            b
                        }
                    }
                }
            }

            #[expect(
                clippy::disallowed_methods,
                reason = "the definition of the fused operation"
            )]
            fn fma(a: Self, b: Self, c: Self) -> Self {
                a.mul_add(b, c)
            }

            fn minus(self) -> Self {
                -self
            }
        }
    };
}

float!(f32, u32);
float!(f64, u64);

/// The value of an operation without state, from the cells of its operands.
///
/// A cell holds the bits of a `Real`, 0 or 1 for a mask, or `Bits`. Leaves that read the world
/// (`Uniform`, `Load`, `Lane`, `Draw`) have no value here.
#[inline]
pub(crate) fn pure<F: Float>(op: &Op, [a, b, c]: [u64; 3]) -> Option<u64> {
    let real = F::from_cell;
    let width = u64::MAX >> (64 - F::WIDTH);
    Some(match *op {
        Op::Const(x) => F::of(x).cell(),
        Op::BitsConst(x) => x & width,
        Op::Uniform(_) | Op::Load(_) | Op::Lane | Op::Draw(_) => return None,
        Op::Unary(op, _) => F::unary(op, real(a)).cell(),
        Op::Binary(op, ..) => F::binary(op, real(a), real(b)).cell(),
        Op::Fma(..) => F::fma(real(a), real(b), real(c)).cell(),
        Op::Fnma(..) => F::fma(real(a).minus(), real(b), real(c)).cell(),
        Op::Compare(op, ..) => {
            let (a, b) = (real(a), real(b));
            u64::from(match op {
                Compare::Lt => a < b,
                Compare::Le => a <= b,
                Compare::Eq => a == b,
                Compare::Ne => a != b,
            })
        }
        Op::Logic(op, ..) => match op {
            Logic::And => a & b,
            Logic::Or => a | b,
            Logic::Xor => a ^ b,
        },
        Op::Not(_) => a ^ 1,
        Op::Select(..) => {
            if a == 0 {
                c
            } else {
                b
            }
        }
        Op::ToBits(_) | Op::FromBits(_) => a,
        Op::BitOp(op, ..) => {
            (match op {
                BitOp::Add => a.wrapping_add(b),
                BitOp::Sub => a.wrapping_sub(b),
                BitOp::And => a & b,
                BitOp::Or => a | b,
                BitOp::Xor => a ^ b,
            }) & width
        }
        Op::Shl(_, n) => a.checked_shl(u32::from(n)).unwrap_or(0) & width,
        Op::Shr(_, n) => a.checked_shr(u32::from(n)).unwrap_or(0),
    })
}

/// The cell of a constant operation of a type at a precision, as [`Op::Const`] or
/// [`Op::BitsConst`]; `None` for masks, which have no constants.
pub(crate) fn constant(precision: Precision, kind: Type, cell: u64) -> Option<Op> {
    match kind {
        Type::Real => Some(Op::Const(match precision {
            Precision::F32 => f32::from_cell(cell).wide(),
            Precision::F64 => f64::from_cell(cell),
        })),
        Type::Bits => Some(Op::BitsConst(cell)),
        Type::Mask => None,
    }
}

/// [`pure`] at a precision that is known at run time.
pub(crate) fn pure_at(precision: Precision, op: &Op, cells: [u64; 3]) -> Option<u64> {
    match precision {
        Precision::F32 => pure::<f32>(op, cells),
        Precision::F64 => pure::<f64>(op, cells),
    }
}

/// What a store of a `Real` leaves in memory: magnitudes below [`Precision::flush_below`], also
/// -0, become +0.
pub fn flushed(precision: Precision, value: f64) -> f64 {
    if value.abs() < precision.flush_below() {
        0.0
    } else {
        value
    }
}
