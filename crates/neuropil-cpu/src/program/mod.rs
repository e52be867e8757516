//! Compiled kernels, however they are run.
//!
//! A [`Program`] is a kernel in machine code ([`crate::jit`]) or on a tape
//! ([`crate::interpreter`]); both give the same bits. Here stands what they share: the lanes of a
//! run, the arrays that it is bound to, its outputs and its scratch memory.

mod frame;
mod outputs;
mod set;
#[cfg(test)]
mod tests;

use neuropil_ir::draw;
use neuropil_ir::kernel::{Effect, Element, Kernel, Precision, Reduction};
use neuropil_ir::verify::Verified;

use crate::interpreter;
use crate::jit::{Code, CodeStatistics, Target};
use crate::memory::{Array, Numbers};

pub(crate) use frame::Frame;
pub(crate) use outputs::{MOST_REDUCTIONS, Outputs, Partial};
pub use set::InstructionSet;

/// How kernels are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Method {
    /// The instructions that may be used.
    pub(crate) set: InstructionSet,
    /// Whether kernels become machine code; else they become tapes.
    pub(crate) code: bool,
    /// How many vectors machine code works on at a time; as registers and the instruction cache
    /// suggest, where it is not said.
    pub(crate) copies: Option<u32>,
}

/// A compiled kernel.
#[derive(Debug)]
pub(crate) struct Program {
    form: Form,
    reductions: Vec<(u32, Reduction)>,
}

#[derive(Debug)]
enum Form {
    /// Machine code.
    Code(Code),
    /// A tape for the interpreter.
    Tape(interpreter::Tape),
}

/// The lanes of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lanes {
    /// The element of the first lane.
    pub(crate) element: u32,
    /// Number of lanes.
    pub(crate) count: usize,
    /// The step that draws use.
    pub(crate) step: u64,
}

/// What an array of a kernel is bound to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    /// Which of the arrays.
    pub(crate) array: usize,
    /// Which copy.
    pub(crate) copy: usize,
    /// The place of the first lane of the run.
    pub(crate) start: usize,
}

/// What a run reads and writes.
pub(crate) struct World<'a> {
    pub(crate) arrays: &'a mut [Array],
    /// What each array of the kernel is bound to.
    pub(crate) bound: &'a dyn Fn(usize) -> Bound,
    /// The value of each uniform of the kernel.
    pub(crate) uniform: &'a dyn Fn(usize) -> f64,
}

impl Program {
    /// Compiles a kernel; `None` if it is too large.
    ///
    /// What gains nothing from machine code (kernels of one lane), or cannot have it here, becomes
    /// a tape.
    pub(crate) fn compile(kernel: Verified<&Kernel>, method: Method, seed: u64) -> Option<Self> {
        let keys: Vec<[u32; 2]> = kernel
            .draws
            .iter()
            .map(|declared| draw::key(seed, declared.stream))
            .collect();
        let target = Target::of(method.set).filter(|_| method.code);
        let code = target.and_then(|target| Code::compile(&kernel, target, method.copies, &keys));
        let form = match code {
            Some(code) => Form::Code(code),
            None => Form::Tape(interpreter::Tape::compile(&kernel, method.set, keys)?),
        };
        let reductions = kernel.effects.iter().filter_map(|effect| match *effect {
            Effect::Reduce(uniform, reduction, _) => Some((uniform.0, reduction)),
            _ => None,
        });
        Some(Self {
            form,
            reductions: reductions.collect(),
        })
    }

    /// The uniforms that are reduced into, with their reductions, in order.
    pub(crate) fn reductions(&self) -> &[(u32, Reduction)] {
        &self.reductions
    }

    /// What the generator made, where the program is machine code.
    pub(crate) fn statistics(&self) -> Option<CodeStatistics> {
        match &self.form {
            Form::Code(code) => Some(code.statistics()),
            Form::Tape(_) => None,
        }
    }

    /// Scratch memory that a run needs: 64-bit words in blocks of lanes.
    pub(crate) fn words(&self) -> usize {
        match &self.form {
            Form::Code(code) => code.words(),
            Form::Tape(tape) => tape.words(),
        }
    }

    /// Runs the kernel over a range of lanes.
    ///
    /// # Panics
    ///
    /// If the world does not fit the kernel: an array that is not there, too short, or of another
    /// type; a frame that is too small.
    pub(crate) fn run(
        &self,
        frame: &mut Frame,
        lanes: Lanes,
        world: &mut World<'_>,
        outputs: &mut Outputs,
    ) {
        if lanes.count == 0 {
            return;
        }
        match &self.form {
            Form::Code(code) => code.run(frame, lanes, world, outputs),
            Form::Tape(tape) => tape.run(frame, lanes, world, outputs),
        }
    }
}

impl World<'_> {
    /// The first lane of an array of a kernel, and the bytes from one lane to the next.
    ///
    /// # Panics
    ///
    /// If there is no such array, it is of another type, or does not hold the lanes of the run and
    /// `room` more.
    pub(crate) fn start_of(
        &mut self,
        binding: usize,
        element: Element,
        precision: Precision,
        lanes: Lanes,
        room: usize,
    ) -> (*mut u8, usize) {
        let bound = (self.bound)(binding);
        let array = &mut self.arrays[bound.array];
        let fits = bound.copy < array.copies()
            && bound.start + lanes.count <= array.len()
            && bound.start + lanes.count + room <= array.capacity();
        assert!(fits, "the array holds the lanes and a block more");
        let typed = match array.numbers() {
            Numbers::F32(_) => element == Element::Real && precision == Precision::F32,
            Numbers::F64(_) => match element {
                Element::Real => precision == Precision::F64,
                other => other == Element::F64,
            },
            Numbers::U32(_) => element == Element::U32,
            Numbers::I32(_) => element == Element::I32,
        };
        assert!(typed, "the array has the element type of the kernel");
        (array.start_of(bound.copy, bound.start), array.lane_bytes())
    }
}
