//! Runs a tape over a range of lanes.

use neuropil_ir::kernel::{Element, Kernel, Precision, Reduction};
use neuropil_ir::plan::{REDUCTION_BLOCK, reduction_identity};
use neuropil_ir::scalar::{event_count, join};
use neuropil_ir::verify::Verified;

use super::frame::Frame;
use super::instruction::{Instruction, Wires};
use super::lane::{Lane, Pattern};
use super::set::InstructionSet;
use super::{SLOT_BYTES, compile};
use crate::events::Segment;
use crate::memory::{Array, Numbers};

/// A compiled kernel.
#[derive(Debug)]
pub(crate) struct Program(Typed);

#[derive(Debug)]
enum Typed {
    F32(Tape<f32>),
    F64(Tape<f64>),
}

/// A tape and what it needs beside its instructions.
#[derive(Debug)]
pub(super) struct Tape<L: Lane> {
    pub(super) instructions: Vec<Instruction<L>>,
    pub(super) slots: usize,
    pub(super) numbers: Vec<L>,
    /// Places of the table that hold uniforms.
    pub(super) uniforms: Vec<(u16, u32)>,
    pub(super) keys: Vec<[u32; 2]>,
    /// The element types of the arrays.
    pub(super) elements: Vec<Element>,
    pub(super) emitted: Vec<Emitted>,
    pub(super) reduced: Vec<Reduced>,
    /// Uniforms that are set, and the wires of their values.
    pub(super) sets: Vec<(u32, u16)>,
}

/// An emission of a tape.
#[derive(Debug)]
pub(super) struct Emitted {
    pub(super) emission: usize,
    /// The mask, or the number of events.
    pub(super) value: u16,
    /// For masks: the slot whose lane 0 says whether any lane holds.
    pub(super) any: Option<u16>,
}

/// A reduction of a tape.
#[derive(Debug)]
pub(super) struct Reduced {
    pub(super) uniform: u32,
    pub(super) reduction: Reduction,
    pub(super) value: u16,
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

/// What a run gives beside its stores.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    /// For each emission: what was emitted; the run appends.
    pub(crate) events: Vec<Segment>,
    /// For each reduction: the results of its blocks; the run appends.
    pub(crate) blocks: Vec<Vec<f64>>,
    /// The uniforms that were set; the run appends.
    pub(crate) sets: Vec<(u32, f64)>,
}

impl Program {
    /// Compiles a kernel; `None` if it is too large for a tape.
    pub(crate) fn compile(
        kernel: Verified<&Kernel>,
        set: InstructionSet,
        seed: u64,
    ) -> Option<Self> {
        Some(Self(match kernel.precision {
            Precision::F32 => Typed::F32(compile::compile(&kernel, set, seed)?),
            Precision::F64 => Typed::F64(compile::compile(&kernel, set, seed)?),
        }))
    }

    /// Number of slots that a frame needs.
    pub(crate) fn slots(&self) -> usize {
        match &self.0 {
            Typed::F32(tape) => tape.slots,
            Typed::F64(tape) => tape.slots,
        }
    }

    /// The uniforms that are reduced into, with their reductions, in order.
    pub(crate) fn reductions(&self) -> impl Iterator<Item = (u32, Reduction)> + '_ {
        let reduced = match &self.0 {
            Typed::F32(tape) => &tape.reduced,
            Typed::F64(tape) => &tape.reduced,
        };
        reduced
            .iter()
            .map(|reduced| (reduced.uniform, reduced.reduction))
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
        match &self.0 {
            Typed::F32(tape) => {
                let mut numbers = std::mem::take(&mut frame.f32s);
                tape.run(frame, &mut numbers, lanes, world, outputs);
                frame.f32s = numbers;
            }
            Typed::F64(tape) => {
                let mut numbers = std::mem::take(&mut frame.f64s);
                tape.run(frame, &mut numbers, lanes, world, outputs);
                frame.f64s = numbers;
            }
        }
    }
}

impl<L: Lane> Tape<L> {
    fn run(
        &self,
        frame: &mut Frame,
        numbers: &mut Vec<L>,
        lanes: Lanes,
        world: &mut World<'_>,
        outputs: &mut Outputs,
    ) {
        if lanes.count == 0 {
            return;
        }
        numbers.clear();
        numbers.extend_from_slice(&self.numbers);
        for &(place, uniform) in &self.uniforms {
            numbers[place as usize] = L::of((world.uniform)(uniform as usize));
        }
        self.point(frame, lanes, world);
        let pointers = &mut frame.pointers.0;
        let mut partial: [Partial; MOST_REDUCTIONS] = [Partial::default(); MOST_REDUCTIONS];
        let mut done = 0;
        while done < lanes.count {
            let rest = lanes.count - done;
            let groups = rest.div_ceil(L::GROUP).min(L::BLOCK / L::GROUP);
            let block = groups * L::GROUP;
            let wires = Wires {
                pointers: pointers.as_slice(),
                numbers: numbers.as_slice(),
                keys: &self.keys,
                element: lanes.element + done as u32,
                step: lanes.step,
                groups,
            };
            for instruction in &self.instructions {
                // SAFETY: the set was available when the tape was compiled; `point` has checked
                // that every array has `L::BLOCK` lanes from the last block on, and slots hold a
                // block; the allocator keeps an output apart from the inputs.
                unsafe { (instruction.run)(&wires, instruction) };
            }
            let live = rest.min(block);
            self.emit(&wires, live, outputs);
            self.reduce(&wires, live, &mut partial, outputs);
            done += live;
            for (pointer, stride) in pointers.iter_mut().zip(&frame.strides) {
                *pointer = pointer.wrapping_add(block * stride);
            }
        }
        self.finish(pointers, &partial, outputs);
        pointers.clear();
    }

    /// Points the wires to the first block.
    fn point(&self, frame: &mut Frame, lanes: Lanes, world: &mut World<'_>) {
        assert!(
            self.slots <= frame.room(),
            "the frame has room for the tape"
        );
        frame.pointers.0.clear();
        frame.strides.clear();
        for (binding, &element) in self.elements.iter().enumerate() {
            let bound = (world.bound)(binding);
            let array = &mut world.arrays[bound.array];
            let fits = bound.copy < array.copies()
                && bound.start + lanes.count <= array.len()
                && bound.start + lanes.count + L::BLOCK <= array.capacity();
            assert!(fits, "the array holds the lanes and a block more");
            let typed = match array.numbers() {
                Numbers::F32(_) => element == Element::Real && size_of::<L>() == 4,
                Numbers::F64(_) => match element {
                    Element::Real => size_of::<L>() == 8,
                    other => other == Element::F64,
                },
                Numbers::U32(_) => element == Element::U32,
                Numbers::I32(_) => element == Element::I32,
            };
            assert!(typed, "the array has the element type of the kernel");
            frame.strides.push(array.lane_bytes());
            frame
                .pointers
                .0
                .push(array.start_of(bound.copy, bound.start));
        }
        let slots = frame.slots.pointer().cast::<u8>();
        let slots = (0..self.slots).map(|slot| slots.wrapping_add(slot * SLOT_BYTES));
        frame.pointers.0.extend(slots);
    }

    /// Appends what the live lanes of a block emit.
    fn emit(&self, wires: &Wires<'_, L>, live: usize, outputs: &mut Outputs) {
        for emitted in &self.emitted {
            let segment = &mut outputs.events[emitted.emission];
            if let Some(any) = emitted.any {
                // SAFETY: a slot holds a block of the bits of lanes; no instruction runs now.
                let any = unsafe { lane_of::<L::Bits, L>(wires, any, 0) };
                if any == L::Bits::ZERO {
                    continue;
                }
                for lane in 0..live {
                    // SAFETY: as above; `live` lanes of the block were computed.
                    let mask = unsafe { lane_of::<L::Bits, L>(wires, emitted.value, lane) };
                    if mask != L::Bits::ZERO {
                        segment.elements.push(wires.element + lane as u32);
                    }
                }
            } else {
                for lane in 0..live {
                    // SAFETY: as above.
                    let value = unsafe { lane_of::<L, L>(wires, emitted.value, lane) };
                    let count = event_count(value.wide());
                    if count > 0 {
                        segment.elements.push(wires.element + lane as u32);
                        segment.counts.push(count);
                    }
                }
            }
        }
    }

    /// Joins the live lanes of a block, one after another.
    fn reduce(
        &self,
        wires: &Wires<'_, L>,
        live: usize,
        partial: &mut [Partial],
        outputs: &mut Outputs,
    ) {
        for (number, reduced) in self.reduced.iter().enumerate() {
            let partial = &mut partial[number];
            for lane in 0..live {
                if partial.taken == 0 {
                    partial.value = reduction_identity(reduced.reduction);
                }
                // SAFETY: a slot holds a block of lanes, of which `live` were computed.
                let value = unsafe { lane_of::<L, L>(wires, reduced.value, lane) };
                partial.value = join(reduced.reduction, partial.value, value.wide());
                partial.taken += 1;
                if partial.taken == REDUCTION_BLOCK {
                    outputs.blocks[number].push(partial.value);
                    partial.taken = 0;
                }
            }
        }
    }

    /// Appends what is left when the last block has run.
    fn finish(&self, pointers: &[*mut u8], partial: &[Partial], outputs: &mut Outputs) {
        for (number, _) in self.reduced.iter().enumerate() {
            if partial[number].taken > 0 {
                outputs.blocks[number].push(partial[number].value);
            }
        }
        let wires = Wires::<L> {
            pointers,
            numbers: &[],
            keys: &[],
            element: 0,
            step: 0,
            groups: 0,
        };
        for &(uniform, wire) in &self.sets {
            // SAFETY: a slot holds a block of lanes; lane 0 was computed in the last block.
            let value = unsafe { lane_of::<L, L>(&wires, wire, 0) };
            outputs.sets.push((uniform, value.wide()));
        }
    }
}

/// The most reductions of one kernel.
pub(super) const MOST_REDUCTIONS: usize = 16;

/// A reduction block that is not full yet.
#[derive(Clone, Copy, Debug, Default)]
struct Partial {
    value: f64,
    taken: usize,
}

/// One lane of a slot.
///
/// # Safety
///
/// The wire is a slot that holds lanes of type `T`, and the lane is below the block length.
unsafe fn lane_of<T: Copy, L: Lane>(wires: &Wires<'_, L>, wire: u16, lane: usize) -> T {
    debug_assert!(lane < L::BLOCK);
    let first = wires.pointers[wire as usize].cast::<T>();
    // SAFETY: the caller's promise.
    unsafe { first.wrapping_add(lane).read() }
}
