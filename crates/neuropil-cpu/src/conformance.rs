//! The suites of `neuropil-ir`, for every method that runs kernels on this processor.

use neuropil_ir::conformance::{Input, Output, check_kernels, check_machine, check_reductions};
use neuropil_ir::kernel::{Kernel, Precision};
use neuropil_ir::scalar::{self, Mapped};
use neuropil_ir::verify;

use crate::CpuBackend;
use crate::events::Segment;
use crate::memory::Array;
use crate::program::{Bound, Frame, Lanes, Method, Outputs, Program, World};
use crate::testing::methods;

/// The copy of two that kernels work on: not the first, so that a copy forgotten is seen.
const COPY: usize = 1;

/// Runs a kernel as the machine does.
pub(crate) fn run(method: Method, kernel: &Kernel, input: &Input) -> Output {
    let program = Program::compile(verify::kernel(kernel).unwrap(), method, input.seed).unwrap();
    let mut frame = Frame::new(program.words()).unwrap();
    let mut arrays: Vec<Array> = kernel
        .bindings
        .iter()
        .zip(&input.arrays)
        .map(|(binding, given)| {
            let lanes = input.lanes as usize;
            let mut array = Array::zeroed(binding.element, kernel.precision, lanes, 2).unwrap();
            array.write(COPY, &given.to_vec());
            array
        })
        .collect();
    let mut outputs = Outputs {
        events: vec![Segment::default(); kernel.emissions.len()],
        blocks: vec![Vec::new(); kernel.effects.len()],
        sets: Vec::new(),
    };
    let mut world = World {
        arrays: &mut arrays,
        bound: &|array| Bound {
            array,
            copy: COPY,
            start: 0,
        },
        uniform: &|uniform| input.uniforms[uniform],
    };
    let lanes = Lanes {
        element: 0,
        count: input.lanes as usize,
        step: input.step,
    };
    program.run(&mut frame, lanes, &mut world, &mut outputs);
    let slots = program.reductions().iter().zip(&mut outputs.blocks).map(
        |(&(uniform, reduction), blocks)| {
            (
                neuropil_ir::kernel::Uniform(uniform),
                scalar::tree(reduction, blocks),
            )
        },
    );
    let slots = slots.collect();
    Output {
        arrays: arrays
            .iter()
            .zip(&kernel.bindings)
            .map(|(array, binding)| given_back(array, binding.element, kernel.precision))
            .collect(),
        mapped: Mapped {
            emitted: outputs
                .events
                .iter()
                .map(|segment| segment.iter().collect())
                .collect(),
            slots,
        },
    }
}

fn given_back(
    array: &Array,
    element: neuropil_ir::kernel::Element,
    precision: Precision,
) -> scalar::Array {
    let mut values = Vec::new();
    array.read_into(COPY, &mut values);
    let mut back = scalar::Array::zeros(element, precision, values.len());
    for (place, &value) in values.iter().enumerate() {
        back.set(place, value);
    }
    back
}

#[test]
fn kernels_conform() {
    for method in methods() {
        check_kernels(&|kernel, input| run(method, kernel, input));
    }
}

#[test]
fn reductions_conform() {
    for method in methods() {
        check_reductions(&|kernel, input| run(method, kernel, input));
    }
}

#[test]
fn machines_conform() {
    for method in methods() {
        check_machine(&CpuBackend::with(method));
    }
}
