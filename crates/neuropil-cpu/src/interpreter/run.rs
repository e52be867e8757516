//! Runs a tape over a range of lanes.

use neuropil_ir::kernel::{Element, Kernel, Precision, Reduction};
use neuropil_ir::scalar::event_count;

use super::instruction::{Instruction, Wires};
use super::lane::{Lane, Pattern};
use super::{SLOT_BYTES, compile};
use crate::program::{Frame, InstructionSet, Lanes, MOST_REDUCTIONS, Outputs, Partial, World};

/// A kernel on a tape.
#[derive(Debug)]
pub(crate) struct Tape(Either);

#[derive(Debug)]
enum Either {
    F32(Typed<f32>),
    F64(Typed<f64>),
}

/// A tape and what it needs beside its instructions.
#[derive(Debug)]
pub(super) struct Typed<L: Lane> {
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
    pub(super) reduction: Reduction,
    pub(super) value: u16,
}

impl Tape {
    /// Compiles a kernel; `None` if it is too large for a tape.
    pub(crate) fn compile(
        kernel: &Kernel,
        set: InstructionSet,
        keys: Vec<[u32; 2]>,
    ) -> Option<Self> {
        Some(Self(match kernel.precision {
            Precision::F32 => Either::F32(compile::compile(kernel, set, keys)?),
            Precision::F64 => Either::F64(compile::compile(kernel, set, keys)?),
        }))
    }

    /// Number of 64-bit words that the slots of a frame need.
    pub(crate) fn words(&self) -> usize {
        let slots = match &self.0 {
            Either::F32(tape) => tape.slots,
            Either::F64(tape) => tape.slots,
        };
        slots * SLOT_BYTES / 8
    }

    /// Runs the tape over a range of lanes, of which there is at least one.
    ///
    /// # Panics
    ///
    /// As [`crate::program::Program::run`].
    pub(crate) fn run(
        &self,
        frame: &mut Frame,
        lanes: Lanes,
        world: &mut World<'_>,
        outputs: &mut Outputs,
    ) {
        match &self.0 {
            Either::F32(tape) => {
                let mut numbers = std::mem::take(&mut frame.f32s);
                tape.run(frame, &mut numbers, lanes, world, outputs);
                frame.f32s = numbers;
            }
            Either::F64(tape) => {
                let mut numbers = std::mem::take(&mut frame.f64s);
                tape.run(frame, &mut numbers, lanes, world, outputs);
                frame.f64s = numbers;
            }
        }
    }
}

impl<L: Lane> Typed<L> {
    fn run(
        &self,
        frame: &mut Frame,
        numbers: &mut Vec<L>,
        lanes: Lanes,
        world: &mut World<'_>,
        outputs: &mut Outputs,
    ) {
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
        self.finish(pointers, &mut partial, outputs);
        pointers.clear();
    }

    /// Points the wires to the first block.
    fn point(&self, frame: &mut Frame, lanes: Lanes, world: &mut World<'_>) {
        assert!(
            self.slots * SLOT_BYTES / 8 <= frame.lanes.len(),
            "the frame has room for the tape"
        );
        frame.pointers.0.clear();
        frame.strides.clear();
        let precision = if size_of::<L>() == 4 {
            Precision::F32
        } else {
            Precision::F64
        };
        for (binding, &element) in self.elements.iter().enumerate() {
            let (start, stride) = world.start_of(binding, element, precision, lanes, L::BLOCK);
            frame.strides.push(stride);
            frame.pointers.0.push(start);
        }
        let slots = frame.lanes.pointer().cast::<u8>();
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
                // SAFETY: a slot holds a block of lanes, of which `live` were computed.
                let value = unsafe { lane_of::<L, L>(wires, reduced.value, lane) };
                partial.take(reduced.reduction, value.wide(), &mut outputs.blocks[number]);
            }
        }
    }

    /// Appends what is left when the last block has run.
    fn finish(&self, pointers: &[*mut u8], partial: &mut [Partial], outputs: &mut Outputs) {
        for (number, _) in self.reduced.iter().enumerate() {
            partial[number].finish(&mut outputs.blocks[number]);
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
