//! Operations that move lanes between slots, arrays and numbers, and those of masks as a whole.

use super::instruction::{Instruction, Operation, Wires};
use super::lane::{Lane, Pattern};

/// Fills a slot with a number.
#[derive(Debug)]
pub(super) struct Splat;

/// Copies a wire.
#[derive(Debug)]
pub(super) struct Copy;

/// Converts an array of unsigned integers.
#[derive(Debug)]
pub(super) struct FromU32;

/// Converts an array of signed integers.
#[derive(Debug)]
pub(super) struct FromI32;

/// Converts an array of doubles.
#[derive(Debug)]
pub(super) struct FromF64;

/// The index of the element.
#[derive(Debug)]
pub(super) struct Index;

/// Bits shifted to the left by input 1.
#[derive(Debug)]
pub(super) struct Shl;

/// Bits shifted to the right by input 1.
#[derive(Debug)]
pub(super) struct Shr;

/// Writes an array; tiny magnitudes become +0.
#[derive(Debug)]
pub(super) struct Store;

/// Writes zeros of four bytes.
#[derive(Debug)]
pub(super) struct Clear4;

/// Writes zeros of eight bytes.
#[derive(Debug)]
pub(super) struct Clear8;

/// Writes to lane 0 whether any lane of a mask holds.
#[derive(Debug)]
pub(super) struct Any;

impl<L: Lane> Operation<L> for Splat {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        // SAFETY: the caller's promise; so below.
        let number = unsafe { wires.number(at.inputs[0]) };
        // SAFETY: as above.
        unsafe { wires.output::<L>(at.out) }.fill(number);
    }
}

impl<L: Lane> Operation<L> for Copy {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        // SAFETY: the caller's promise; so below.
        let input = unsafe { wires.input::<L>(at.inputs[0]) };
        // SAFETY: as above.
        unsafe { wires.output::<L>(at.out) }.copy_from_slice(input);
    }
}

impl<L: Lane> Operation<L> for Index {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        // SAFETY: the caller's promise.
        let out = unsafe { wires.output::<L>(at.out) };
        for lane in 0..out.len() {
            out[lane] = L::of_u32(wires.element.wrapping_add(lane as u32));
        }
    }
}

/// Declares an operation that turns each lane of an input of some type into a lane of the output.
macro_rules! convert {
    ($name:ident, $from:ty, $to:ty, |$x:ident, $at:ident| $body:expr) => {
        impl<L: Lane> Operation<L> for $name {
            #[inline(always)]
            unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
                #[inline(always)]
                fn block<L: Lane>(out: &mut [$to], input: &[$from], $at: &Instruction<L>) {
                    let _ = $at;
                    for lane in 0..out.len() {
                        let $x = input[lane];
                        out[lane] = $body;
                    }
                }
                // SAFETY: the caller's promise; so below.
                let input = unsafe { wires.input::<$from>(at.inputs[0]) };
                // SAFETY: as above.
                let out = unsafe { wires.output::<$to>(at.out) };
                block::<L>(out, input, at);
            }
        }
    };
}

convert!(FromU32, u32, L, |x, _at| L::of_u32(x));
convert!(FromI32, i32, L, |x, _at| L::of_i32(x));
convert!(FromF64, f64, L, |x, _at| L::of(x));
convert!(Shl, L, L, |x, at| L::from_bits(
    x.bits().shl(u32::from(at.inputs[1]))
));
convert!(Shr, L, L, |x, at| L::from_bits(
    x.bits().shr(u32::from(at.inputs[1]))
));
convert!(Store, L, L, |x, _at| if x.absolute() < L::FLUSH_BELOW {
    L::default()
} else {
    x
});

impl<L: Lane> Operation<L> for Clear4 {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        // SAFETY: the caller's promise.
        unsafe { wires.output::<u32>(at.out) }.fill(0);
    }
}

impl<L: Lane> Operation<L> for Clear8 {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        // SAFETY: the caller's promise.
        unsafe { wires.output::<u64>(at.out) }.fill(0);
    }
}

impl<L: Lane> Operation<L> for Any {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        // SAFETY: the caller's promise; so below.
        let mask = unsafe { wires.input::<L::Bits>(at.inputs[0]) };
        // SAFETY: as above.
        let out = unsafe { wires.output::<L::Bits>(at.out) };
        let mut any = L::Bits::ZERO;
        for lane in 0..mask.len() {
            any = any.or(mask[lane]);
        }
        out[0] = any;
    }
}
