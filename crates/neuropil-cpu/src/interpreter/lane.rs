//! The two float types of a lane behind one interface.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::instruction::{Operation, Run, run_of};
use super::{GROUP_BYTES, SLOT_BYTES};
use crate::memory::Plain;
use crate::program::InstructionSet;

/// The bit pattern of a lane.
pub(super) trait Pattern: Plain + Eq {
    const ZERO: Self;
    const ONES: Self;
    fn cut(x: u64) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn not(self) -> Self;
    fn shl(self, by: u32) -> Self;
    fn shr(self, by: u32) -> Self;
}

macro_rules! pattern {
    ($t:ty) => {
        impl Pattern for $t {
            const ZERO: Self = 0;
            const ONES: Self = <$t>::MAX;
            #[inline(always)]
            fn cut(x: u64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self & other
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self ^ other
            }
            #[inline(always)]
            fn not(self) -> Self {
                !self
            }
            #[inline(always)]
            fn shl(self, by: u32) -> Self {
                self.wrapping_shl(by)
            }
            #[inline(always)]
            fn shr(self, by: u32) -> Self {
                self.wrapping_shr(by)
            }
        }
    };
}
pattern!(u32);
pattern!(u64);

/// A float type that kernels compute with.
pub(crate) trait Lane:
    Plain
    + PartialOrd
    + Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// Its bit pattern.
    type Bits: Pattern;

    /// Lanes of a group: four of the widest vectors.
    const GROUP: usize = GROUP_BYTES / size_of::<Self>();
    /// Lanes of a block: a slot full.
    const BLOCK: usize = SLOT_BYTES / size_of::<Self>();
    /// Stores flush magnitudes below this to +0.
    const FLUSH_BELOW: Self;

    fn of(x: f64) -> Self;
    fn of_u32(x: u32) -> Self;
    fn of_i32(x: i32) -> Self;
    fn wide(self) -> f64;
    fn bits(self) -> Self::Bits;
    fn from_bits(bits: Self::Bits) -> Self;
    fn absolute(self) -> Self;
    fn root(self) -> Self;
    fn down(self) -> Self;
    fn nearest(self) -> Self;
    fn fused(self, b: Self, c: Self) -> Self;
    /// A number of the open unit interval from the first two words of a Philox block, as
    /// [`neuropil_ir::draw::uniform_f64`] and its f32 sibling make it.
    fn uniform(w0: u64, w1: u64) -> Self;

    /// The function of an operation for an instruction set.
    fn run<O: Operation<Self>>(set: InstructionSet) -> Run<Self>;
}

macro_rules! lane {
    ($float:ty, $bits:ty, $flush:expr, |$w0:ident, $w1:ident| $uniform:expr) => {
        impl Lane for $float {
            type Bits = $bits;

            const FLUSH_BELOW: Self = <$float>::from_bits($flush);

            #[inline(always)]
            fn of(x: f64) -> Self {
                x as Self
            }
            #[inline(always)]
            #[allow(clippy::cast_lossless, reason = "exact for f64, rounded for f32")]
            fn of_u32(x: u32) -> Self {
                x as Self
            }
            #[inline(always)]
            #[allow(clippy::cast_lossless, reason = "exact for f64, rounded for f32")]
            fn of_i32(x: i32) -> Self {
                x as Self
            }
            #[inline(always)]
            fn wide(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn bits(self) -> $bits {
                self.to_bits()
            }
            #[inline(always)]
            fn from_bits(bits: $bits) -> Self {
                <$float>::from_bits(bits)
            }
            #[inline(always)]
            fn absolute(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn root(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn down(self) -> Self {
                self.floor()
            }
            #[inline(always)]
            fn nearest(self) -> Self {
                self.round_ties_even()
            }
            #[inline(always)]
            #[expect(
                clippy::disallowed_methods,
                reason = "the fused operation of the IR; inlined into functions with the feature"
            )]
            fn fused(self, b: Self, c: Self) -> Self {
                self.mul_add(b, c)
            }
            #[inline(always)]
            fn uniform($w0: u64, $w1: u64) -> Self {
                $uniform
            }
            fn run<O: Operation<Self>>(set: InstructionSet) -> Run<Self> {
                run_of::<Self, O>(set)
            }
        }
    };
}
lane!(f32, u32, 32 << 23, |w0, _w1| {
    ((w0 >> 9) as i32 as f32 + 0.5) * (1.0 / (1_u32 << 23) as f32)
});
lane!(f64, u64, 64 << 52, |w0, w1| {
    ((((w0 << 32) | w1) >> 12) as i64 as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
});
