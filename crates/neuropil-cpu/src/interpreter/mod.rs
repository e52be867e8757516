//! The block interpreter: runs kernels on every processor, vectorised.
//!
//! A verified kernel is compiled to a *tape*: a list of instructions, each a function that runs one
//! operation over a whole block of lanes (1 KiB: 128 f64 or 256 f32), so the cost of interpreting
//! is shared by the lanes of a block. Values live in *slots* of one block each, reused as soon as
//! their last reader is past; arrays of the plan are read in place; numbers equal for all lanes are
//! broadcast from a table. The output of an instruction never overlaps an input, which lets the
//! compiler of the functions vectorise them.
//!
//! Every function exists once for each [`crate::InstructionSet`]; all sets compute the same bits, those of
//! [`neuropil_ir::scalar`]. Lanes are worked on in groups of 256 bytes, so that the rest of a range
//! need not be a whole block; lanes behind its end compute on padding and have no effect.

#![expect(
    unsafe_code,
    reason = "instructions read and write blocks of lanes through a table of pointers"
)]
#![expect(
    clippy::inline_always,
    reason = "what is not inlined into a function of an instruction set loses the set"
)]

mod allocate;
mod chain;
mod choose;
mod compile;
mod draw;
mod function;
mod fuse;
mod group;
mod instruction;
mod lane;
mod run;
mod transfer;

pub(crate) use instruction::Pointers;
pub(crate) use run::Tape;

/// Bytes of a slot.
pub(crate) const SLOT_BYTES: usize = 1024;

/// Bytes of a group of lanes: what the loops of instructions take at a time.
pub(crate) const GROUP_BYTES: usize = 256;
