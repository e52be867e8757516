//! What the suites of kernels do not reach: chains of fused products, and ranges inside arrays.

use neuropil_ir::conformance::{Input, check_kernel};
use neuropil_ir::kernel::{
    Binary, Binding, BindingDecl, Effect, Element, Kernel, Op, Precision, Uniform, Value,
};
use neuropil_ir::{scalar, verify};

use super::*;
use crate::conformance;
use crate::testing::methods;

/// A kernel over arrays of these names.
fn kernel(name: &str, arrays: [&str; 2], precision: Precision) -> Kernel {
    let mut kernel = Kernel::new(name, precision);
    kernel.bindings = arrays
        .map(|name| BindingDecl {
            name: name.into(),
            element: Element::Real,
        })
        .to_vec();
    kernel
}

#[test]
fn long_chains_are_cut_into_pieces_and_stay_exact() {
    for precision in [Precision::F32, Precision::F64] {
        for terms in 1..24 {
            let mut kernel = kernel("chain", ["x", "p"], precision);
            kernel.uniforms = vec!["u".into()];
            kernel.ops = vec![Op::Load(Binding(0)), Op::Uniform(Uniform(0))];
            let mut p = Value(1);
            for term in 0..terms {
                let c = Value(kernel.ops.len() as u32);
                kernel.ops.push(if term % 5 == 4 {
                    Op::Uniform(Uniform(0))
                } else {
                    Op::Const(0.25 * f64::from(term))
                });
                kernel.ops.push(Op::Fma(Value(0), p, c));
                p = Value(c.0 + 1);
            }
            kernel.effects = vec![Effect::Store(Binding(1), p)];
            let mut x = scalar::Array::zeros(Element::Real, precision, 300);
            for lane in 0..300 {
                x.set(lane, lane as f64 / 150.0 - 1.0);
            }
            let input = Input {
                lanes: 300,
                seed: 0,
                step: 0,
                uniforms: vec![0.3],
                arrays: vec![x.clone(), x],
            };
            for method in methods() {
                let run = |kernel: &Kernel, input: &Input| conformance::run(method, kernel, input);
                check_kernel(&run, &kernel, &input);
            }
        }
    }
}

#[test]
fn a_range_in_the_middle_touches_nothing_else() {
    let mut kernel = kernel("middle", ["out", "in"], Precision::F64);
    kernel.ops = vec![
        Op::Load(Binding(1)),
        Op::Lane,
        Op::Binary(Binary::Add, Value(0), Value(1)),
    ];
    kernel.effects = vec![Effect::Store(Binding(0), Value(2))];
    for method in methods() {
        let program = Program::compile(verify::kernel(&kernel).unwrap(), method, 0).unwrap();
        let mut frame = Frame::new(program.words()).unwrap();
        let mut arrays = [
            Array::zeroed(Element::Real, Precision::F64, 5, 1).unwrap(),
            Array::zeroed(Element::Real, Precision::F64, 1000, 1).unwrap(),
        ];
        let numbers: Vec<f64> = (0..1000).map(|i| f64::from(i) * 0.5).collect();
        arrays[1].write(0, &numbers);
        let mut world = World {
            arrays: &mut arrays,
            bound: &|array| Bound {
                array,
                copy: 0,
                start: if array == 0 { 0 } else { 997 },
            },
            uniform: &|_| 0.0,
        };
        let lanes = Lanes {
            element: 10_997,
            count: 3,
            step: 0,
        };
        program.run(&mut frame, lanes, &mut world, &mut Outputs::default());
        let mut out = Vec::new();
        arrays[0].read_into(0, &mut out);
        assert_eq!(
            out[..3],
            [
                997.0 * 0.5 + 10_997.0,
                998.0 * 0.5 + 10_998.0,
                999.0 * 0.5 + 10_999.0
            ]
        );
    }
}
