//! The instructions of groups of operations (see [`super::fuse`]).

use std::marker::PhantomData;

use super::function::Source;
use super::instruction::{Instruction, Operation, Wires};
use super::lane::{Lane, Pattern};

/// Input 0 is x; input 1 the place of the numbers low and high.
#[derive(Debug)]
pub(super) struct Clamp;

/// Input 0 is x; input 1 the place of five numbers; writes `shifted` and `rest`.
#[derive(Debug)]
pub(super) struct Split;

/// Input 0 is p, input 1 the bits, input 2 the shift.
#[derive(Debug)]
pub(super) struct ScaleTwice;

/// Input 0 is q, input 1 the bits, input 2 the shift, input 3 the number `unit`.
#[derive(Debug)]
pub(super) struct ScaleRest;

/// Input 0 is x, input 1 the number it is compared to, input 2 `near`, input 3 `far`.
#[derive(Debug)]
pub(super) struct Near<N>(PhantomData<N>);

impl<L: Lane> Operation<L> for Clamp {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        #[inline(always)]
        fn block<L: Lane>(out: &mut [L], x: &[L], [low, high]: [L; 2]) {
            for lane in 0..out.len() {
                let x = x[lane];
                let x = if low > x { low } else { x };
                out[lane] = if high < x { high } else { x };
            }
        }
        // SAFETY: the caller's promise; so below.
        let numbers = unsafe { numbers(wires, at.inputs[1]) };
        // SAFETY: as above.
        let x = unsafe { wires.input::<L>(at.inputs[0]) };
        // SAFETY: as above.
        let out = unsafe { wires.output::<L>(at.out) };
        block(out, x, numbers);
    }
}

impl<L: Lane> Operation<L> for Split {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        #[inline(always)]
        fn block<L: Lane>(shifted: &mut [L], rest: &mut [L], x: &[L], [a, b, again, c, d]: [L; 5]) {
            for lane in 0..shifted.len() {
                let x = x[lane];
                let near = x.fused(a, b);
                let k = near - again;
                shifted[lane] = near;
                rest[lane] = (-k).fused(d, (-k).fused(c, x));
            }
        }
        // SAFETY: the caller's promise; so below.
        let numbers = unsafe { numbers(wires, at.inputs[1]) };
        // SAFETY: as above.
        let x = unsafe { wires.input::<L>(at.inputs[0]) };
        // SAFETY: as above.
        let shifted = unsafe { wires.output::<L>(at.out) };
        // SAFETY: as above; the allocator gives the two outputs slots of their own.
        let rest = unsafe { wires.output::<L>(at.also) };
        block(shifted, rest, x, numbers);
    }
}

impl<L: Lane> Operation<L> for ScaleTwice {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        #[inline(always)]
        fn block<L: Lane>(out: &mut [L], p: &[L], bits: &[L], by: u32) {
            for lane in 0..out.len() {
                let scale = L::from_bits(bits[lane].bits().shl(by));
                out[lane] = p[lane] * scale * scale;
            }
        }
        // SAFETY: the caller's promise; so below.
        let p = unsafe { wires.input::<L>(at.inputs[0]) };
        // SAFETY: as above.
        let bits = unsafe { wires.input::<L>(at.inputs[1]) };
        // SAFETY: as above.
        let out = unsafe { wires.output::<L>(at.out) };
        block(out, p, bits, u32::from(at.inputs[2]));
    }
}

impl<L: Lane> Operation<L> for ScaleRest {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        #[inline(always)]
        fn block<L: Lane>(out: &mut [L], q: &[L], bits: &[L], by: u32, unit: L) {
            for lane in 0..out.len() {
                let scale = L::from_bits(bits[lane].bits().shl(by));
                out[lane] = scale.fused(q[lane], scale - unit);
            }
        }
        // SAFETY: the caller's promise; so below.
        let unit = unsafe { wires.number(at.inputs[3]) };
        // SAFETY: as above.
        let q = unsafe { wires.input::<L>(at.inputs[0]) };
        // SAFETY: as above.
        let bits = unsafe { wires.input::<L>(at.inputs[1]) };
        // SAFETY: as above.
        let out = unsafe { wires.output::<L>(at.out) };
        block(out, q, bits, u32::from(at.inputs[2]), unit);
    }
}

impl<L: Lane, N: Source<L>> Operation<L> for Near<N> {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        #[inline(always)]
        fn block<L: Lane, N: Source<L>>(
            out: &mut [L],
            x: &[L],
            limit: L,
            near: N::Input<'_>,
            far: &[L],
        ) {
            for lane in 0..out.len() {
                let near = N::lane(near, lane);
                let is_near = x[lane].absolute() < limit;
                out[lane] = if is_near { near } else { far[lane] };
            }
        }
        // SAFETY: the caller's promise; so below.
        let limit = unsafe { wires.number(at.inputs[1]) };
        // SAFETY: as above.
        let x = unsafe { wires.input::<L>(at.inputs[0]) };
        // SAFETY: as above.
        let near = unsafe { N::open(wires, at.inputs[2]) };
        // SAFETY: as above.
        let far = unsafe { wires.input::<L>(at.inputs[3]) };
        // SAFETY: as above.
        let out = unsafe { wires.output::<L>(at.out) };
        block::<L, N>(out, x, limit, near, far);
    }
}

/// Neighbouring numbers of the table.
///
/// # Safety
///
/// The table has `COUNT` numbers from the place on.
#[inline(always)]
unsafe fn numbers<L: Lane, const COUNT: usize>(wires: &Wires<'_, L>, first: u16) -> [L; COUNT] {
    let mut numbers = [L::default(); COUNT];
    for (place, number) in numbers.iter_mut().enumerate() {
        // SAFETY: the caller's promise.
        *number = unsafe { wires.number(first + place as u16) };
    }
    numbers
}
