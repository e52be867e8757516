//! What becomes of the kernels of the examples: operations, instructions, spills, bytes a neuron.
//!
//! Code is generated for processors with AVX2 and with AVX-512 alike, wherever the tests run; it is not
//! run here. A change of these numbers is a change of speed, to be looked at in review.
#![cfg(all(target_arch = "x86_64", unix))]

mod common;

use std::fmt::Write as _;

use common::programs::{network, program};
use neuropil_cpu::{CodeStatistics, InstructionSet};
use neuropil_ir::kernel::{Effect, Kernel, Precision};
use neuropil_ir::plan::Plan;
use neuropil_ir::verify;

/// Instructions a vector, and how many vectors and masks go to memory, for all vectors of a round.
fn code(kernel: &Kernel, set: InstructionSet) -> String {
    let verified = verify::kernel(kernel).expect("the compiler's kernels are valid");
    let Some(made) = CodeStatistics::of(verified, set) else {
        return "interpreted".to_owned();
    };
    let instructions = made.instructions as f64 / made.vectors as f64;
    let (vectors, masks) = (made.spills - made.mask_spills, made.mask_spills);
    format!(
        "{instructions:6.1} x {} {vectors:4} {masks:4}",
        made.vectors
    )
}

/// Bytes of the buffers of each population, an element.
fn bytes(plan: &Plan) -> String {
    let mut text = String::new();
    for (number, axis) in plan.axes.iter().enumerate() {
        let own = plan
            .buffers
            .iter()
            .filter(|buffer| buffer.axis.index() == number);
        let bytes: usize = own
            .map(|buffer| buffer.element.bytes(plan.precision) * buffer.depth as usize)
            .sum();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:28} {bytes:4}", axis.name);
    }
    text
}

/// The table of one example in one precision.
fn table(example: &'static str, precision: Precision) -> String {
    let plan = program(&network(example, &[], "1 ms", precision)).plan;
    let mut text = format!(
        "{precision}: operations; AVX2, AVX-512: instructions a vector x vectors, spilled vectors, masks\n"
    );
    for kernel in &plan.kernels {
        // Kernels of one lane, which set slots, run once a step and are not worth code.
        if kernel
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Set(..)))
        {
            continue;
        }
        let [avx2, avx512] =
            [InstructionSet::Avx2, InstructionSet::Avx512].map(|set| code(kernel, set));
        let _ = writeln!(
            text,
            "{:28} {:4} | {avx2} | {avx512}",
            kernel.name,
            kernel.ops.len()
        );
    }
    let _ = write!(text, "bytes an element\n{}", bytes(&plan));
    text
}

fn snapshot(example: &'static str) {
    let both = [Precision::F64, Precision::F32].map(|precision| table(example, precision));
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("kernels-{example}"), both.join("\n"));
    });
}

#[test]
fn coba() {
    snapshot("coba");
}

#[test]
fn cuba() {
    snapshot("cuba");
}

#[test]
fn cobahh() {
    snapshot("cobahh");
}

#[test]
fn brunel() {
    snapshot("brunel");
}

#[test]
fn hh_population() {
    snapshot("hh_population");
}

#[test]
fn izhikevich() {
    snapshot("izhikevich");
}

#[test]
fn microcircuit() {
    snapshot("microcircuit");
}
