//! Programs against the scalar evaluator: random kernels, awkward values, all methods.

use neuropil_ir::draw::Stream;
use neuropil_ir::kernel::{
    Binary, Binding, BindingDecl, BitOp, Compare, DrawDecl, DrawStream, Effect, Element, Emission,
    Kernel, Logic, Op, Precision, Reduction, Type, Unary, Uniform, Value,
};
use neuropil_ir::scalar::{self, Evaluator, Mapped};
use neuropil_ir::verify;

use super::*;
use crate::events::Segment;
use crate::memory::Array;
use crate::testing::methods;

const SEED: u64 = 77;
const STEP: u64 = (1 << 40) + 5;

/// The bindings of every random kernel: three reals, a count, a fixed sum, a double.
const ELEMENTS: [Element; 7] = [
    Element::Real,
    Element::Real,
    Element::Real,
    Element::U32,
    Element::I32,
    Element::F64,
    Element::Real,
];

/// Random choices, from the generator of draws.
struct Dice(Stream);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0.below(n as u32) as usize
    }

    /// A value that arithmetic finds hard, or an ordinary one.
    fn value(&mut self, precision: Precision) -> f64 {
        let value = match self.below(14) {
            0 => 0.0,
            1 => -0.0,
            2 => f64::INFINITY,
            3 => f64::NEG_INFINITY,
            4 => f64::NAN,
            5 => precision.flush_below() * 0.5,
            6 => -precision.flush_below() * 2.0,
            7 => 0.5,
            8 => 2.5,
            9 => 1e9,
            _ => (self.0.next_f64() - 0.5) * 20.0,
        };
        if precision == Precision::F32 {
            f64::from(value as f32)
        } else {
            value
        }
    }

    fn pick(&mut self, kernel: &Kernel, kind: Type) -> Option<Value> {
        let fitting: Vec<u32> = (0..kernel.ops.len() as u32)
            .filter(|&value| kernel.op(Value(value)).result_type() == kind)
            .collect();
        if fitting.is_empty() {
            return None;
        }
        // Recent values more often, so that programs become deep.
        let reach = if self.below(2) == 0 {
            fitting.len().min(6)
        } else {
            fitting.len()
        };
        Some(Value(fitting[fitting.len() - 1 - self.below(reach)]))
    }
}

/// A kernel of random operations and one of each effect.
fn random_kernel(dice: &mut Dice, precision: Precision) -> Kernel {
    let mut kernel = Kernel::new("random", precision);
    for (place, element) in ELEMENTS.into_iter().enumerate() {
        kernel.bindings.push(BindingDecl {
            name: format!("a{place}"),
            element,
        });
    }
    kernel.uniforms = vec!["u0".into(), "u1".into(), "sum".into(), "min".into()];
    kernel.draws = vec![DrawDecl {
        name: "r".into(),
        stream: 99,
    }];
    kernel.emissions = vec!["spike".into(), "count".into()];
    for place in 0..6 {
        kernel.ops.push(Op::Load(Binding(place)));
    }
    kernel
        .ops
        .push(Op::Compare(Compare::Lt, Value(0), Value(1)));
    for _ in 0..60 {
        if let Some(op) = random_op(dice, &kernel) {
            kernel.ops.push(op);
        }
    }
    let mut real = || dice.pick(&kernel, Type::Real).unwrap();
    let values = [real(), real(), real(), real(), real(), real()];
    let mask = dice.pick(&kernel, Type::Mask).unwrap();
    kernel.effects = vec![
        Effect::Store(Binding(0), values[0]),
        Effect::Clear(Binding(3)),
        Effect::Store(Binding(6), values[1]),
        Effect::Clear(Binding(5)),
        Effect::Store(Binding(1), values[2]),
        Effect::Emit(Emission(0), mask),
        Effect::EmitCount(Emission(1), values[3]),
        Effect::Reduce(Uniform(2), Reduction::Sum, values[4]),
        Effect::Reduce(Uniform(3), Reduction::Min, values[5]),
    ];
    kernel
}

fn random_op(dice: &mut Dice, kernel: &Kernel) -> Option<Op> {
    let width = kernel.precision.bytes() * 8;
    let real = |dice: &mut Dice| dice.pick(kernel, Type::Real);
    Some(match dice.below(22) {
        0 => Op::Const(dice.value(kernel.precision)),
        1 => Op::Uniform(Uniform(dice.below(2) as u32)),
        2 => Op::Lane,
        3 => Op::Draw(DrawStream(0)),
        4 => {
            let op = [
                Unary::Neg,
                Unary::Abs,
                Unary::Sqrt,
                Unary::Floor,
                Unary::Round,
            ];
            Op::Unary(op[dice.below(5)], real(dice)?)
        }
        5..=8 => {
            let op = [
                Binary::Add,
                Binary::Sub,
                Binary::Mul,
                Binary::Div,
                Binary::Min,
                Binary::Max,
            ];
            Op::Binary(op[dice.below(6)], real(dice)?, real(dice)?)
        }
        9..=11 => Op::Fma(real(dice)?, real(dice)?, real(dice)?),
        12 => Op::Fnma(real(dice)?, real(dice)?, real(dice)?),
        13..=14 => {
            let op = [Compare::Lt, Compare::Le, Compare::Eq, Compare::Ne];
            Op::Compare(op[dice.below(4)], real(dice)?, real(dice)?)
        }
        15 => {
            let op = [Logic::And, Logic::Or, Logic::Xor][dice.below(3)];
            Op::Logic(
                op,
                dice.pick(kernel, Type::Mask)?,
                dice.pick(kernel, Type::Mask)?,
            )
        }
        16 => Op::Not(dice.pick(kernel, Type::Mask)?),
        17 => Op::Select(dice.pick(kernel, Type::Mask)?, real(dice)?, real(dice)?),
        18 => Op::ToBits(real(dice)?),
        19 => {
            let op = [BitOp::Add, BitOp::Sub, BitOp::And, BitOp::Or, BitOp::Xor][dice.below(5)];
            Op::BitOp(
                op,
                dice.pick(kernel, Type::Bits)?,
                dice.pick(kernel, Type::Bits)?,
            )
        }
        20 => {
            let by = dice.below(width) as u8;
            let bits = dice.pick(kernel, Type::Bits)?;
            if dice.below(2) == 0 {
                Op::Shl(bits, by)
            } else {
                Op::Shr(bits, by)
            }
        }
        _ => Op::FromBits(dice.pick(kernel, Type::Bits)?),
    })
}

/// What a kernel leaves behind.
#[derive(Debug, PartialEq)]
struct Result {
    arrays: Vec<Vec<u64>>,
    emitted: Vec<Vec<(u32, u32)>>,
    reduced: Vec<(Uniform, u64)>,
}

/// The bits of a value; all NaNs are one, because their payloads are not promised.
fn bits(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        value.to_bits()
    }
}

fn defined(kernel: &Kernel, values: &[Vec<f64>], uniforms: &[f64]) -> Result {
    let len = values[0].len();
    let mut memory: Vec<scalar::Array> = values
        .iter()
        .zip(ELEMENTS)
        .map(|(values, element)| {
            let mut array = scalar::Array::zeros(element, kernel.precision, len);
            for (place, &value) in values.iter().enumerate() {
                array.set(place, value);
            }
            array
        })
        .collect();
    let mut evaluator = Evaluator::new(kernel).unwrap();
    let Mapped { emitted, slots } = scalar::map(
        &mut evaluator,
        0..len as u32,
        SEED,
        STEP,
        uniforms,
        &mut memory,
    );
    Result {
        arrays: memory
            .iter()
            .map(|a| a.to_vec().into_iter().map(bits).collect())
            .collect(),
        emitted,
        reduced: slots
            .into_iter()
            .map(|(uniform, value)| (uniform, bits(value)))
            .collect(),
    }
}

fn computed(kernel: &Kernel, method: Method, values: &[Vec<f64>], uniforms: &[f64]) -> Result {
    let len = values[0].len();
    let mut arrays: Vec<Array> = values
        .iter()
        .zip(ELEMENTS)
        .map(|(values, element)| {
            let mut array = Array::zeroed(element, kernel.precision, len, 2).unwrap();
            array.write(1, values);
            array
        })
        .collect();
    let program = Program::compile(verify::kernel(kernel).unwrap(), method, SEED).unwrap();
    let mut frame = Frame::new(program.words()).unwrap();
    let mut outputs = Outputs {
        events: vec![Segment::default(); 2],
        blocks: vec![Vec::new(); 2],
        sets: Vec::new(),
    };
    let mut world = World {
        arrays: &mut arrays,
        bound: &|array| Bound {
            array,
            copy: 1,
            start: 0,
        },
        uniform: &|uniform| uniforms[uniform],
    };
    let lanes = Lanes {
        element: 0,
        count: len,
        step: STEP,
    };
    program.run(&mut frame, lanes, &mut world, &mut outputs);
    Result {
        arrays: arrays
            .iter()
            .map(|array| {
                let mut read = Vec::new();
                array.read_into(1, &mut read);
                read.into_iter().map(bits).collect()
            })
            .collect(),
        emitted: outputs
            .events
            .iter()
            .map(|segment| segment.iter().collect())
            .collect(),
        reduced: program
            .reductions()
            .iter()
            .zip(&mut outputs.blocks)
            .map(|(&(uniform, reduction), blocks)| {
                (Uniform(uniform), bits(scalar::tree(reduction, blocks)))
            })
            .collect(),
    }
}

/// Bit patterns of NaNs are not promised, so kernels that look at bits are kept apart from NaN:
/// every `ToBits` reads a value that is no NaN.
fn without_nan_bits(kernel: &mut Kernel) {
    let mut ops = Vec::new();
    let mut moved = Vec::new();
    let operand = |moved: &[u32], value: Value| Value(moved[value.index()]);
    for op in &kernel.ops {
        let op = renamed(*op, &|value| operand(&moved, value));
        if let Op::ToBits(a) = op {
            let place = ops.len() as u32;
            ops.push(Op::Compare(Compare::Eq, a, a));
            ops.push(Op::Const(1.0));
            ops.push(Op::Select(Value(place), a, Value(place + 1)));
            moved.push(place + 3);
            ops.push(Op::ToBits(Value(place + 2)));
        } else {
            moved.push(ops.len() as u32);
            ops.push(op);
        }
    }
    for effect in &mut kernel.effects {
        *effect = match *effect {
            Effect::Store(a, v) => Effect::Store(a, operand(&moved, v)),
            Effect::Emit(e, v) => Effect::Emit(e, operand(&moved, v)),
            Effect::EmitCount(e, v) => Effect::EmitCount(e, operand(&moved, v)),
            Effect::Reduce(u, r, v) => Effect::Reduce(u, r, operand(&moved, v)),
            other => other,
        };
    }
    kernel.ops = ops;
}

fn renamed(op: Op, to: &dyn Fn(Value) -> Value) -> Op {
    match op {
        Op::Unary(o, a) => Op::Unary(o, to(a)),
        Op::Binary(o, a, b) => Op::Binary(o, to(a), to(b)),
        Op::Fma(a, b, c) => Op::Fma(to(a), to(b), to(c)),
        Op::Fnma(a, b, c) => Op::Fnma(to(a), to(b), to(c)),
        Op::Compare(o, a, b) => Op::Compare(o, to(a), to(b)),
        Op::Logic(o, a, b) => Op::Logic(o, to(a), to(b)),
        Op::Not(a) => Op::Not(to(a)),
        Op::Select(m, a, b) => Op::Select(to(m), to(a), to(b)),
        Op::ToBits(a) => Op::ToBits(to(a)),
        Op::FromBits(a) => Op::FromBits(to(a)),
        Op::BitOp(o, a, b) => Op::BitOp(o, to(a), to(b)),
        Op::Shl(a, n) => Op::Shl(to(a), n),
        Op::Shr(a, n) => Op::Shr(to(a), n),
        leaf => leaf,
    }
}

#[test]
fn random_kernels_give_the_bits_of_the_scalar_evaluator() {
    for precision in [Precision::F32, Precision::F64] {
        for number in 0..250 {
            let mut dice = Dice(Stream::new(number, 1, precision.bytes() as u64));
            let mut kernel = random_kernel(&mut dice, precision);
            without_nan_bits(&mut kernel);
            let len = [1, 15, 16, 33, 128, 256, 300, 700][dice.below(8)];
            let values: Vec<Vec<f64>> = ELEMENTS
                .iter()
                .map(|element| {
                    let mut value = || match element {
                        Element::U32 => dice.below(1 << 31) as f64,
                        Element::I32 => dice.below(1 << 31) as f64 - 1e9,
                        Element::Real => dice.value(precision),
                        Element::F64 => dice.value(Precision::F64),
                    };
                    (0..len).map(|_| value()).collect()
                })
                .collect();
            let uniforms = [dice.value(Precision::F64), 0.1, 0.0, 0.0];
            let expected = defined(&kernel, &values, &uniforms);
            for method in methods() {
                let found = computed(&kernel, method, &values, &uniforms);
                assert_eq!(
                    found, expected,
                    "kernel {number} {precision} {method:?}: {kernel}"
                );
            }
        }
    }
}

#[test]
fn long_chains_are_cut_into_pieces_and_stay_exact() {
    for precision in [Precision::F32, Precision::F64] {
        for terms in 1..24 {
            let mut kernel = Kernel::new("chain", precision);
            for (place, element) in ELEMENTS.into_iter().enumerate() {
                kernel.bindings.push(BindingDecl {
                    name: format!("a{place}"),
                    element,
                });
            }
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
            let x: Vec<f64> = (0..300).map(|i| f64::from(i) / 150.0 - 1.0).collect();
            let mut values = vec![vec![0.0; 300]; ELEMENTS.len()];
            values[0] = x.iter().map(|&x| f64::from(x as f32)).collect();
            let expected = defined(&kernel, &values, &[0.3]).arrays;
            for method in methods() {
                let found = computed(&kernel, method, &values, &[0.3]).arrays;
                assert_eq!(found, expected, "{terms} terms {precision} {method:?}");
            }
        }
    }
}

#[test]
fn a_range_in_the_middle_touches_nothing_else() {
    let mut kernel = Kernel::new("middle", Precision::F64);
    kernel.bindings = vec![
        BindingDecl {
            name: "out".into(),
            element: Element::Real,
        },
        BindingDecl {
            name: "in".into(),
            element: Element::Real,
        },
    ];
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
