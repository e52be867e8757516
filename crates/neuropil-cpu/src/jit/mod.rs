//! Machine code for kernels on x86-64: what the interpreter computes, in registers.
//!
//! ```text
//! kernel ──select──▶ listing ──interleave, schedule──▶ listing ──allocate──▶ placing ──emit──▶ bytes ──▶ pages
//!         instructions of      some vectors at a time,           registers,          encodings     executable
//!         the target           in order of need                  spills
//! ```
//!
//! A kernel is straight-line code, so each step is one walk over a list. Functions such as `exp`
//! are programs of the Kernel IR already; a target needs some forty instructions. Constants are read
//! from memory by the instructions that use them (with AVX-512 one number for all lanes). Up to four
//! vectors of lanes are worked on at a time, where the chains of one would leave the processor idle.
//! The bits are those of [`neuropil_ir::scalar`]: the IR says where products and sums are fused
//! and in which order, and every instruction used is exact or rounds once, as the IR's operation.

mod allocate;
mod assembler;
mod call;
mod code;
mod condition;
mod draw;
mod emit;
mod numbers;
mod pages;
mod run;
mod schedule;
mod select;
mod target;
#[cfg(test)]
mod tests;

use neuropil_ir::kernel::{BindingDecl, Element, Kernel, Precision};
use neuropil_ir::verify::Verified;

use crate::program::InstructionSet;
use numbers::Number;
use pages::Pages;
use select::Given;
use target::{Bank, Shape};

pub(crate) use target::Target;

/// The bindings that a kernel over edges gets behind its own, all of `U32`.
pub(crate) const EDGE_COUNTERS: [&str; 3] = ["pre", "post", "copy"];

/// A kernel in machine code.
#[derive(Debug)]
pub(crate) struct Code {
    pages: Pages,
    shape: Shape,
    /// Vectors worked on at a time.
    copies: u32,
    /// The element types of the arrays.
    elements: Vec<Element>,
    emissions: usize,
    given: Given,
    numbers: Vec<Number>,
    /// The Philox keys of the streams of draws.
    keys: Vec<[u32; 2]>,
    spill_slots: u32,
    statistics: CodeStatistics,
}

/// Where a kernel over edges finds the counters of its draws: three arrays of `U32` behind its
/// bindings, with the element, the low and the high half of the step of each lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counters {
    first: u32,
}

impl Counters {
    fn element(self) -> u32 {
        self.first
    }

    fn steps(self) -> [u32; 2] {
        [self.first + 1, self.first + 2]
    }
}

/// What the generator made of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeStatistics {
    /// Lanes of a round.
    pub lanes: usize,
    /// Vectors of lanes that a round works on.
    pub vectors: usize,
    /// Instructions of a round.
    pub instructions: usize,
    /// Values written to memory in a round because registers ran out.
    pub spills: usize,
    /// Those of them that are masks; on AVX2 masks are vectors, and count as such.
    pub mask_spills: usize,
    /// Values read from there.
    pub reloads: usize,
    /// Bytes of machine code.
    pub bytes: usize,
}

impl CodeStatistics {
    /// What code for a set of instructions would be, which this processor need not have.
    ///
    /// `None` where no code is made: of kernels that set slots, for sets without a generator, and on other
    /// processors than x86-64.
    pub fn of(kernel: Verified<&Kernel>, set: InstructionSet) -> Option<Self> {
        let keys = vec![[0; 2]; kernel.draws.len()];
        // Code that is never run may be for any target.
        let code = Code::compile(&kernel, Target::of(set)?, None, &keys)?;
        Some(code.statistics())
    }
}

impl Code {
    /// Compiles a kernel; `None` where it gains nothing, or the system gives no executable pages.
    pub(crate) fn compile(
        kernel: &Kernel,
        target: Target,
        copies: Option<u32>,
        keys: &[[u32; 2]],
    ) -> Option<Self> {
        Self::compile_with(kernel, target, copies, keys, None)
    }

    /// Compiles a kernel over edges, with three bindings more, which [`Counters`] describes.
    ///
    /// `None` for kernels that are not of f64, too.
    pub(crate) fn compile_for_edges(
        kernel: &Kernel,
        target: Target,
        keys: &[[u32; 2]],
    ) -> Option<Self> {
        if kernel.precision != Precision::F64 {
            return None;
        }
        let mut kernel = kernel.clone();
        let first = kernel.bindings.len() as u32;
        kernel
            .bindings
            .extend(EDGE_COUNTERS.map(|name| BindingDecl {
                name: name.to_owned(),
                element: Element::U32,
            }));
        Self::compile_with(&kernel, target, None, keys, Some(Counters { first }))
    }

    fn compile_with(
        kernel: &Kernel,
        target: Target,
        copies: Option<u32>,
        keys: &[[u32; 2]],
        counters: Option<Counters>,
    ) -> Option<Self> {
        let shape = Shape {
            target,
            precision: kernel.precision,
        };
        if !Self::takes(kernel) {
            return None;
        }
        let selected = select::select(kernel, shape, keys, counters)?;
        let copies = copies.unwrap_or_else(|| schedule::vectors(&selected.listing));
        let mut listing = selected.listing.interleave(copies);
        schedule::schedule(&mut listing, target);
        let placing = allocate::allocate(&listing, target);
        let emissions = kernel.emissions.len();
        let arrays = kernel.bindings.len();
        let bytes = emit::emit(
            &placing,
            &selected.numbers,
            shape,
            arrays,
            emissions,
            copies,
        );
        let statistics = CodeStatistics {
            lanes: copies as usize * shape.lanes(),
            vectors: copies as usize,
            instructions: placing.instructions.len(),
            spills: placing.spills,
            mask_spills: placing.spills_of(Bank::Mask),
            reloads: placing.reloads,
            bytes: bytes.len(),
        };
        Some(Self {
            pages: Pages::new(&bytes, &selected.numbers.pool)?,
            shape,
            copies,
            elements: kernel
                .bindings
                .iter()
                .map(|binding| binding.element)
                .collect(),
            emissions,
            given: selected.given,
            numbers: selected.numbers.of_call,
            keys: keys.to_vec(),
            spill_slots: placing.spill_slots,
            statistics,
        })
    }

    /// What the generator made.
    pub(crate) fn statistics(&self) -> CodeStatistics {
        self.statistics
    }
}
