//! Draws: Philox over a block of lanes.

use neuropil_ir::draw::{PHILOX_MULTIPLIERS, PHILOX_ROUNDS, PHILOX_WEYL};

use super::instruction::{Instruction, Operation, Wires};
use super::lane::Lane;

/// A draw of the stream named by input 0, for the element of each lane.
#[derive(Debug)]
pub(super) struct Draw;

/// The low half of a 64-bit lane.
const LOW: u64 = 0xFFFF_FFFF;

impl<L: Lane> Operation<L> for Draw {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        let key = wires.keys[at.inputs[0] as usize];
        // SAFETY: the caller's promise.
        let out = unsafe { wires.output::<L>(at.out) };
        block(out, key, wires.element, wires.step);
    }
}

/// The words of [`neuropil_ir::draw::philox`], each in a 64-bit lane, so that the products of a
/// round are the products of lanes.
#[inline(always)]
fn block<L: Lane>(out: &mut [L], key: [u32; 2], element: u32, step: u64) {
    let mut keys = [[0_u64; 2]; PHILOX_ROUNDS];
    let mut next = key;
    for round in &mut keys {
        *round = next.map(u64::from);
        next[0] = next[0].wrapping_add(PHILOX_WEYL[0]);
        next[1] = next[1].wrapping_add(PHILOX_WEYL[1]);
    }
    let [m0, m1] = PHILOX_MULTIPLIERS.map(u64::from);
    for lane in 0..out.len() {
        let mut c0 = u64::from(element.wrapping_add(lane as u32));
        let mut c1 = 0;
        let mut c2 = step & LOW;
        let mut c3 = step >> 32;
        for [k0, k1] in keys {
            let p0 = c0 * m0;
            let p1 = c2 * m1;
            c0 = (p1 >> 32) ^ c1 ^ k0;
            c1 = p1 & LOW;
            c2 = (p0 >> 32) ^ c3 ^ k1;
            c3 = p0 & LOW;
        }
        out[lane] = L::uniform(c0, c1);
    }
}
