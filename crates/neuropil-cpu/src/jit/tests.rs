//! The generator from both ends: what a disassembler reads in the bytes, and what runs where
//! registers run out. That all operations and random kernels give the bits of the scalar evaluator
//! stands with the suites of all methods.

mod encodings;

use neuropil_ir::conformance::{Input, check_kernel, check_random_kernels};
use neuropil_ir::kernel::{
    Binary, Binding, BindingDecl, Compare, Effect, Element, Kernel, Logic, Op, Precision, Value,
};
use neuropil_ir::scalar;

use super::*;
use crate::program::Method;
use crate::testing::methods;
use crate::{CpuBackend, conformance};

fn compiling() -> impl Iterator<Item = Method> {
    methods().into_iter().filter(|method| method.code)
}

/// A kernel over one array that is read and one that is written.
fn kernel(precision: Precision) -> Kernel {
    let mut kernel = Kernel::new("crowded", precision);
    kernel.bindings = ["in", "out"]
        .map(|name| BindingDecl {
            name: name.into(),
            element: Element::Real,
        })
        .to_vec();
    kernel.ops.push(Op::Load(Binding(0)));
    kernel
}

fn push(kernel: &mut Kernel, op: Op) -> Value {
    kernel.ops.push(op);
    Value(kernel.ops.len() as u32 - 1)
}

fn input(kernel: &Kernel, lanes: u32) -> Input {
    let arrays = kernel.bindings.iter().map(|binding| {
        let mut array = scalar::Array::zeros(binding.element, kernel.precision, lanes as usize);
        for lane in 0..lanes as usize {
            array.set(lane, (lane % 61) as f64 / 16.0 - 1.75);
        }
        array
    });
    Input {
        lanes,
        seed: 3,
        step: 9,
        uniforms: vec![0.25; kernel.uniforms.len()],
        arrays: arrays.collect(),
    }
}

fn check(kernel: &Kernel, lanes: u32, at_least: impl Fn(CodeStatistics) -> bool) {
    let input = input(kernel, lanes);
    for method in compiling() {
        let verified = neuropil_ir::verify::kernel(kernel).unwrap();
        let made = CpuBackend::with(method).statistics(verified).unwrap();
        assert!(at_least(made), "{method:?}: {made:?}");
        check_kernel(
            &|kernel, input| conformance::run(method, kernel, input),
            kernel,
            &input,
        );
    }
}

/// Sums over more values alive at once than any target has registers.
#[test]
fn vectors_are_spilled_and_come_back() {
    for precision in [Precision::F32, Precision::F64] {
        let mut kernel = kernel(precision);
        let made: Vec<Value> = (1..60)
            .map(|n| {
                let c = push(&mut kernel, Op::Const(f64::from(n) / 8.0));
                push(&mut kernel, Op::Fma(Value(0), Value(0), c))
            })
            .collect();
        // Each value is read again by one chain forwards and one backwards, so that all of them
        // are alive when the first chain ends.
        let mut sum = Value(0);
        for &value in made.iter().chain(made.iter().rev()) {
            sum = push(&mut kernel, Op::Binary(Binary::Mul, sum, value));
            sum = push(&mut kernel, Op::Binary(Binary::Add, value, sum));
            let small = push(&mut kernel, Op::Const(1.0 / 1024.0));
            sum = push(&mut kernel, Op::Binary(Binary::Mul, sum, small));
        }
        kernel.effects.push(Effect::Store(Binding(1), sum));
        check(&kernel, 200, |made| made.spills > 0 && made.reloads > 0);
    }
}

/// More masks alive at once than there are mask registers.
#[test]
fn masks_are_spilled_and_come_back() {
    for precision in [Precision::F32, Precision::F64] {
        let mut kernel = kernel(precision);
        let masks: Vec<Value> = (0..24)
            .map(|n| {
                let c = push(&mut kernel, Op::Const(f64::from(n) / 8.0 - 1.5));
                push(&mut kernel, Op::Compare(Compare::Lt, Value(0), c))
            })
            .collect();
        let mut mask = masks[0];
        for &other in masks.iter().chain(masks.iter().rev()) {
            mask = push(&mut kernel, Op::Logic(Logic::Xor, mask, other));
            let x = push(&mut kernel, Op::Const(0.5));
            let chosen = push(&mut kernel, Op::Select(mask, Value(0), x));
            mask = push(&mut kernel, Op::Compare(Compare::Le, chosen, x));
        }
        let zero = push(&mut kernel, Op::Const(0.0));
        let out = push(&mut kernel, Op::Select(mask, Value(0), zero));
        kernel.effects.push(Effect::Store(Binding(1), out));
        check(&kernel, 300, |made| {
            // Only AVX-512 has registers for masks: there those spill, and nothing else does.
            let of_masks = [0, made.spills].contains(&made.mask_spills);
            made.spills > 0 && made.reloads > 0 && of_masks
        });
    }
}

/// A cell with many channels: thousands of operations, more arrays than registers for pointers.
#[test]
fn long_kernels_with_many_arrays() {
    for precision in [Precision::F32, Precision::F64] {
        let mut kernel = Kernel::new("long", precision);
        let arrays = 24;
        for array in 0..arrays {
            kernel.bindings.push(BindingDecl {
                name: format!("gate{array}"),
                element: Element::Real,
            });
        }
        let gates: Vec<Value> = (0..arrays)
            .map(|array| push(&mut kernel, Op::Load(Binding(array))))
            .collect();
        let one = push(&mut kernel, Op::Const(1.0));
        let mut total = gates[0];
        for round in 0..32 {
            for (place, &gate) in gates.iter().enumerate() {
                let c = push(
                    &mut kernel,
                    Op::Const(f64::from(round) + place as f64 / 64.0),
                );
                let x = push(&mut kernel, Op::Fnma(gate, gate, c));
                let square = push(&mut kernel, Op::Fma(x, x, one));
                let part = push(&mut kernel, Op::Binary(Binary::Div, x, square));
                total = push(&mut kernel, Op::Binary(Binary::Add, total, part));
            }
        }
        for (array, &gate) in gates.iter().enumerate() {
            let next = push(&mut kernel, Op::Fma(gate, one, total));
            kernel
                .effects
                .push(Effect::Store(Binding(array as u32), next));
        }
        check(&kernel, 130, |made| made.instructions > 3000);
    }
}

/// A counter that goes down to 0 and is set again is stored as it is; what may be tiny is flushed.
#[test]
fn what_is_never_tiny_is_not_flushed() {
    for precision in [Precision::F32, Precision::F64] {
        let counter = |down: f64, floor: f64| {
            let mut kernel = kernel(precision);
            let down = push(&mut kernel, Op::Const(down));
            let floor = push(&mut kernel, Op::Const(floor));
            let less = push(&mut kernel, Op::Binary(Binary::Sub, Value(0), down));
            let left = push(&mut kernel, Op::Binary(Binary::Max, less, floor));
            let ended = push(&mut kernel, Op::Compare(Compare::Le, left, floor));
            let again = push(&mut kernel, Op::Const(50.0));
            let next = push(&mut kernel, Op::Select(ended, again, left));
            let out = push(&mut kernel, Op::Select(ended, left, next));
            kernel.effects.push(Effect::Store(Binding(1), out));
            kernel
        };
        let epsilon = match precision {
            Precision::F32 => f64::from(f32::EPSILON),
            Precision::F64 => f64::EPSILON,
        };
        let tiny = precision.flush_below() / 2.0;
        let awkward = [
            1.0,
            1.0 + epsilon,
            1.0 - epsilon / 2.0,
            1.5,
            0.5,
            0.0,
            -0.0,
            tiny,
            -tiny,
            2.0,
            1e30,
            f64::INFINITY,
            f64::NAN,
        ];
        for method in compiling() {
            let code = |(down, floor)| {
                let kernel = counter(down, floor);
                let mut input = input(&kernel, 200);
                for lane in 0..200 {
                    // Beside the awkward numbers, those that leave little of the constant.
                    let scale = if lane % 2 == 0 { 1.0 } else { down };
                    let x = awkward[lane % awkward.len()];
                    input.arrays[0].set(lane, x * scale);
                }
                check_kernel(
                    &|kernel, input| conformance::run(method, kernel, input),
                    &kernel,
                    &input,
                );
                let verified = neuropil_ir::verify::kernel(&kernel).unwrap();
                let made = CpuBackend::with(method).statistics(verified).unwrap();
                made.instructions / made.vectors
            };
            let never = code((1.0, 0.0));
            for maybe in [(1.0, tiny), (4.0 * tiny, 0.0)] {
                assert!(never < code(maybe), "{method:?}, {precision}: {maybe:?}");
            }
        }
    }
}

/// How many random kernels; the slow set asks for more.
fn random_kernels() -> u64 {
    let given = std::env::var("NEUROPIL_RANDOM_KERNELS").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(100)
}

#[test]
fn random_kernels_give_the_bits_of_the_scalar_evaluator() {
    for method in compiling() {
        // The first numbers are those of the suite of all methods.
        check_random_kernels(
            &|kernel, input| conformance::run(method, kernel, input),
            200..200 + random_kernels(),
        );
    }
}
