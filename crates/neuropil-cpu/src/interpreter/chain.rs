//! Chains of fused multiply-adds with one common factor: polynomials by Horner's rule.
//!
//! `p = p * x + c` several times over keeps `p` in a register, where separate instructions would
//! write and read a slot for each term.

use super::function::Source;
use super::instruction::{Instruction, Operation, Wires};
use super::lane::Lane;

/// `TERMS` times `p = p * x + c`: input 0 is p, input 1 the wire x, input 2 the place of the first
/// of `TERMS` neighbouring numbers c.
#[derive(Debug)]
pub(super) struct Chain<P, const TERMS: usize>(std::marker::PhantomData<P>);

/// The lengths that exist, longest first.
pub(super) const CHAIN_LENGTHS: [usize; 7] = [12, 8, 6, 5, 4, 3, 2];

impl<L: Lane, P: Source<L>, const TERMS: usize> Operation<L> for Chain<P, TERMS> {
    #[inline(always)]
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>) {
        #[inline(always)]
        fn block<L: Lane, P: Source<L>, const TERMS: usize>(
            out: &mut [L],
            start: P::Input<'_>,
            x: &[L],
            terms: [L; TERMS],
        ) {
            for lane in 0..out.len() {
                let mut p = P::lane(start, lane);
                for term in terms {
                    p = p.fused(x[lane], term);
                }
                out[lane] = p;
            }
        }
        let mut terms = [L::default(); TERMS];
        for (place, term) in terms.iter_mut().enumerate() {
            // SAFETY: the compiler of the tape places `TERMS` numbers from input 2 on.
            *term = unsafe { wires.number(at.inputs[2] + place as u16) };
        }
        // SAFETY: the caller's promise; so below.
        let start = unsafe { P::open(wires, at.inputs[0]) };
        // SAFETY: as above.
        let x = unsafe { wires.input::<L>(at.inputs[1]) };
        // SAFETY: as above.
        let out = unsafe { wires.output::<L>(at.out) };
        block::<L, P, TERMS>(out, start, x, terms);
    }
}
