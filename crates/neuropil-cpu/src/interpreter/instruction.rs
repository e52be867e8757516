//! Instructions of a tape, what they see of the world, and their functions by instruction set.

use super::lane::Lane;
use crate::program::InstructionSet;

/// The function of an instruction.
///
/// # Safety
///
/// The processor has the instruction set of the function; the wires and numbers that the
/// instruction names are valid for the block (see [`Wires`]).
pub(super) type Run<L> = unsafe fn(&Wires<'_, L>, &Instruction<L>);

/// One instruction of a tape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instruction<L: Lane> {
    pub(super) run: Run<L>,
    /// The wire that is written.
    pub(super) out: u16,
    /// A second wire that is written, by the functions that do.
    pub(super) also: u16,
    /// What is read: wires, or places in the table of numbers, or a count, by the function.
    pub(super) inputs: [u16; 4],
}

/// What an instruction sees: a pointer for each wire and a table of numbers.
///
/// A wire is an array of the plan at the present block, or a slot. When an instruction runs on a
/// block, each wire it names points to as many lanes of the wire's type, aligned for it;
/// the written wires overlap none of the read ones; nothing else touches the lanes meanwhile.
#[derive(Debug)]
pub(super) struct Wires<'a, L: Lane> {
    pub(super) pointers: &'a [*mut u8],
    pub(super) numbers: &'a [L],
    /// The Philox keys of the streams of draws.
    pub(super) keys: &'a [[u32; 2]],
    /// The element of the first lane of the block.
    pub(super) element: u32,
    /// The step that draws use.
    pub(super) step: u64,
    /// The number of groups of lanes in the block.
    pub(super) groups: usize,
}

impl<'a, L: Lane> Wires<'a, L> {
    /// The number of lanes in the block.
    #[inline(always)]
    fn lanes(&self) -> usize {
        // The factor lets the compiler of a loop see that no lane is left over.
        self.groups * L::GROUP
    }

    /// The lanes of a wire that is read.
    ///
    /// # Safety
    ///
    /// The wire points to a block of lanes of type `T` that nothing writes while the
    /// reference lives.
    #[inline(always)]
    pub(super) unsafe fn input<T>(&self, wire: u16) -> &'a [T] {
        debug_assert!((wire as usize) < self.pointers.len());
        // SAFETY: instructions name wires of the table they are compiled for.
        let pointer: *mut u8 = unsafe { *self.pointers.get_unchecked(wire as usize) };
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(pointer.cast::<T>(), self.lanes()) }
    }

    /// The lanes of a wire that is written.
    ///
    /// # Safety
    ///
    /// The wire points to a block of lanes of type `T` that nothing else touches while
    /// the reference lives.
    #[inline(always)]
    pub(super) unsafe fn output<T>(&self, wire: u16) -> &'a mut [T] {
        debug_assert!((wire as usize) < self.pointers.len());
        // SAFETY: instructions name wires of the table they are compiled for.
        let pointer: *mut u8 = unsafe { *self.pointers.get_unchecked(wire as usize) };
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(pointer.cast::<T>(), self.lanes()) }
    }

    /// A number equal for all lanes.
    ///
    /// # Safety
    ///
    /// The place lies in the table.
    #[inline(always)]
    pub(super) unsafe fn number(&self, place: u16) -> L {
        debug_assert!((place as usize) < self.numbers.len());
        // SAFETY: the caller's promise.
        unsafe { *self.numbers.get_unchecked(place as usize) }
    }
}

/// Pointers of wires, on their way into [`Wires`]; valid only while a tape runs.
#[derive(Debug, Default)]
pub(crate) struct Pointers(pub(super) Vec<*mut u8>);

// SAFETY: the pointers are written at the start of every run and never used after it.
unsafe impl Send for Pointers {}

/// An operation over a block of lanes.
pub(super) trait Operation<L: Lane> {
    /// Runs a block.
    ///
    /// # Safety
    ///
    /// What the instruction names is valid (see [`Wires`]).
    unsafe fn run(wires: &Wires<'_, L>, at: &Instruction<L>);
}

/// The function of an operation for an instruction set.
pub(super) fn run_of<L: Lane, O: Operation<L>>(set: InstructionSet) -> Run<L> {
    match set {
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 => avx512::<L, O>,
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => avx2::<L, O>,
        _ => portable::<L, O>,
    }
}

/// # Safety
///
/// As for [`Run`].
unsafe fn portable<L: Lane, O: Operation<L>>(wires: &Wires<'_, L>, at: &Instruction<L>) {
    // SAFETY: the caller's promise.
    unsafe { O::run(wires, at) }
}

/// # Safety
///
/// As for [`Run`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<L: Lane, O: Operation<L>>(wires: &Wires<'_, L>, at: &Instruction<L>) {
    // SAFETY: the caller's promise.
    unsafe { O::run(wires, at) }
}

/// # Safety
///
/// As for [`Run`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
unsafe fn avx512<L: Lane, O: Operation<L>>(wires: &Wires<'_, L>, at: &Instruction<L>) {
    // SAFETY: the caller's promise.
    unsafe { O::run(wires, at) }
}
