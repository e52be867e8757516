//! Kernels against the scalar evaluator: each operation, then random programs.

use std::ops::Range;

use super::{awkward, random_kernel, same};
use crate::draw::{Stream, stream_key};
use crate::kernel::{
    Binary, BitOp, Builder, Compare, Element, Kernel, Logic, Op, Precision, Reduction, Type, Unary,
    Value, function,
};
use crate::scalar::{Array, Evaluator, Mapped, map};

/// What a kernel is run on.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The number of lanes; all arrays have as many elements.
    pub lanes: u32,
    /// The seed of all draws.
    pub seed: u64,
    /// The step.
    pub step: u64,
    /// The uniforms.
    pub uniforms: Vec<f64>,
    /// The arrays, in the order of the bindings.
    pub arrays: Vec<Array>,
}

/// What is there afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The arrays.
    pub arrays: Vec<Array>,
    /// Events and reduced slots.
    pub mapped: Mapped,
}

/// What the scalar evaluator makes of a kernel.
///
/// # Panics
///
/// Where the kernel is not valid.
pub fn reference(kernel: &Kernel, input: &Input) -> Output {
    let mut evaluator = match Evaluator::new(kernel) {
        Ok(evaluator) => evaluator,
        Err(error) => panic!("{error}"),
    };
    let mut arrays = input.arrays.clone();
    let Input {
        lanes,
        seed,
        step,
        uniforms,
        ..
    } = input;
    let mapped = map(
        &mut evaluator,
        0..*lanes,
        *seed,
        *step,
        uniforms,
        &mut arrays,
    );
    Output { arrays, mapped }
}

/// The lane counts of the suite: around the widths of vectors and blocks.
const LANES: [u32; 9] = [0, 1, 7, 8, 17, 255, 256, 257, 1000];

/// What runs a kernel.
pub type Run<'a> = &'a dyn Fn(&Kernel, &Input) -> Output;

/// Runs every operation on awkward values, every function program, every lane count, and random
/// kernels; all must give the bits of the scalar evaluator. Of these only the random ones reduce.
///
/// # Panics
///
/// At the first difference.
pub fn check_kernels(run: Run<'_>) {
    for precision in [Precision::F32, Precision::F64] {
        for op in operations(precision) {
            let kernel = probe(precision, &format!("{op}"), &op.operands_kinds(), |b, x| {
                b.push(op.op.with_operands(|value| x[value.index()]))
            });
            check_kernel(run, &kernel, &op.input(precision));
        }
        check_functions(run, precision);
    }
    check_random_kernels(run, 0..200);
}

/// Runs the random kernels of a range of numbers, in both precisions; all must give the bits of
/// the scalar evaluator.
///
/// # Panics
///
/// At the first difference.
pub fn check_random_kernels(run: Run<'_>, numbers: Range<u64>) {
    for number in numbers {
        for precision in [Precision::F32, Precision::F64] {
            let kernel = random_kernel(precision, number);
            let lanes = LANES[number as usize % LANES.len()];
            check_kernel(run, &kernel, &random_input(&kernel, lanes, number));
        }
    }
}

/// Runs reductions over every lane count; the tree must be the one of [`crate::scalar::tree`].
///
/// # Panics
///
/// At the first difference.
pub fn check_reductions(run: Run<'_>) {
    for precision in [Precision::F32, Precision::F64] {
        for reduction in [Reduction::Sum, Reduction::Min, Reduction::Max] {
            let mut b = Builder::new(format!("{reduction:?}"), precision);
            let a = b.binding("x", Element::Real);
            let x = b.load(a);
            let scaled = b.mul_number(x, 1.0 / 3.0);
            let (first, second) = (b.uniform("first"), b.uniform("second"));
            b.reduce(first, reduction, x);
            b.reduce(second, Reduction::Sum, scaled);
            let kernel = b.finish();
            for lanes in LANES.into_iter().chain([70_000]) {
                check_kernel(run, &kernel, &random_input(&kernel, lanes, 5));
            }
        }
    }
}

/// An operation whose operands are the places of a list of inputs.
struct Probe {
    op: Op,
    /// The number of inputs.
    arity: usize,
}

impl std::fmt::Display for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.op)
    }
}

impl Probe {
    /// The type that each operand must have.
    fn operands_kinds(&self) -> Vec<Type> {
        let all = match self.op {
            Op::Logic(..) | Op::Not(_) => Type::Mask,
            Op::FromBits(_) | Op::BitOp(..) | Op::Shl(..) | Op::Shr(..) => Type::Bits,
            _ => Type::Real,
        };
        let mut kinds = vec![all; self.arity];
        if matches!(self.op, Op::Select(..)) {
            kinds[0] = Type::Mask;
        }
        kinds
    }

    /// All combinations of awkward values; the bits of NaN are left out where they would show.
    fn input(&self, precision: Precision) -> Input {
        let mut values = awkward(precision);
        let kinds = self.operands_kinds();
        if matches!(self.op, Op::ToBits(_)) || kinds.contains(&Type::Bits) {
            values.retain(|x| !x.is_nan());
        }
        if self.arity == 3 {
            values = values.into_iter().step_by(3).collect();
        }
        let n = values.len();
        let lanes = n.pow(self.arity as u32);
        let column = |place: usize| {
            let numbers = (0..lanes).map(|i| values[i / n.pow(place as u32) % n]);
            array(precision, numbers.collect())
        };
        let mut arrays: Vec<Array> = (0..self.arity).map(column).collect();
        arrays.resize(
            OUTPUTS + self.arity,
            Array::zeros(Element::Real, precision, lanes),
        );
        Input {
            lanes: lanes as u32,
            seed: 1,
            step: 2,
            uniforms: vec![0.1],
            arrays,
        }
    }
}

fn array(precision: Precision, values: Vec<f64>) -> Array {
    match precision {
        Precision::F32 => Array::F32(values.into_iter().map(|x| x as f32).collect()),
        Precision::F64 => Array::F64(values),
    }
}

/// Every operation with operands 0, 1, 2.
fn operations(precision: Precision) -> Vec<Probe> {
    let [a, b, c] = [Value(0), Value(1), Value(2)];
    let mut all = Vec::new();
    let mut add = |op: Op| {
        all.push(Probe {
            arity: op.operands().count().max(1),
            op,
        });
    };
    add(Op::Lane);
    for op in Unary::ALL {
        add(Op::Unary(op, a));
    }
    for op in Binary::ALL {
        add(Op::Binary(op, a, b));
    }
    for op in Compare::ALL {
        add(Op::Compare(op, a, b));
    }
    for op in Logic::ALL {
        add(Op::Logic(op, a, b));
    }
    for op in BitOp::ALL {
        add(Op::BitOp(op, a, b));
    }
    for op in [Op::Fma(a, b, c), Op::Fnma(a, b, c), Op::Select(a, b, c)] {
        add(op);
    }
    for op in [Op::Not(a), Op::ToBits(a), Op::FromBits(a)] {
        add(op);
    }
    let width = precision.bytes() as u8 * 8;
    for by in [0, 1, 5, width / 2, width - 1] {
        add(Op::Shl(a, by));
        add(Op::Shr(a, by));
    }
    all
}

/// The number of arrays in which a probe shows its result.
const OUTPUTS: usize = 5;

/// A kernel that shows every bit of a result, past the flushing of stores: value, scaled value,
/// reciprocal (sign of zero), and for `Bits` its quarters.
fn probe(
    precision: Precision,
    name: &str,
    kinds: &[Type],
    make: impl Fn(&mut Builder, &[Value]) -> Value,
) -> Kernel {
    let mut b = Builder::new(name, precision);
    let mut inputs = Vec::new();
    for (i, kind) in kinds.iter().enumerate() {
        let binding = b.binding(format!("in {i}"), Element::Real);
        let x = b.load(binding);
        let one = b.number(1.0);
        inputs.push(match kind {
            Type::Real => x,
            Type::Mask => b.lt(x, one),
            Type::Bits => b.to_bits(x),
        });
    }
    let result = make(&mut b, &inputs);
    let outputs: Vec<_> = (0..OUTPUTS)
        .map(|i| b.binding(format!("out {i}"), Element::Real))
        .collect();
    let kind = b.op(result).result_type();
    let shown: Vec<Value> = match kind {
        Type::Real => {
            let scale = if precision == Precision::F32 {
                1.267_650_600_228_229_4e30
            } else {
                1.606_938_044_258_990_3e60
            };
            let scaled = b.mul_number(result, scale);
            let one = b.number(1.0);
            let inverse = b.div(one, result);
            vec![result, scaled, inverse]
        }
        Type::Mask => {
            let event = b.emission("event");
            b.emit(event, result);
            let [yes, no] = [2.0, 1.0].map(|x| b.number(x));
            vec![b.select(result, yes, no)]
        }
        Type::Bits => {
            let base = if precision == Precision::F32 {
                0x4B00_0000
            } else {
                0x4330 << 48
            };
            (0..precision.bytes() as u8 / 2)
                .map(|quarter| {
                    let [base, mask] = [base, 0xFFFF].map(|x| b.bits(x));
                    let moved = b.shr(result, 16 * quarter);
                    let low = b.bits_and(moved, mask);
                    let float = b.bits_or(low, base);
                    b.from_bits(float)
                })
                .collect()
        }
    };
    for (&output, &value) in outputs.iter().zip(&shown) {
        b.store(output, value);
    }
    b.finish()
}

/// The function programs, on awkward values and on a walk through their middle range.
fn check_functions(run: Run<'_>, precision: Precision) {
    type One = (&'static str, fn(&mut Builder, Value) -> Value);
    let functions: [One; 16] = [
        ("exp", function::exp),
        ("expm1", function::expm1),
        ("exprel", function::exprel),
        ("linexp", function::linexp),
        ("log", function::log),
        ("log1p", function::log1p),
        ("tanh", function::tanh),
        ("sigmoid", function::sigmoid),
        ("softplus", function::softplus),
        ("sin", function::sin),
        ("cos", function::cos),
        ("tan", function::tan),
        ("erf", function::erf),
        ("normal_cdf", function::normal_cdf),
        ("normal_quantile", function::normal_quantile),
        ("pow", |b, x| {
            let y = b.mul_number(x, 0.3);
            function::pow(b, x, y)
        }),
    ];
    let mut values = awkward(precision);
    values.extend((-300..300).map(|i| f64::from(i) * 0.037));
    for (name, f) in functions {
        let kernel = probe(precision, name, &[Type::Real], |b, x| f(b, x[0]));
        let mut arrays = vec![array(precision, values.clone())];
        arrays.resize(
            1 + OUTPUTS,
            Array::zeros(Element::Real, precision, values.len()),
        );
        let lanes = values.len() as u32;
        check_kernel(
            run,
            &kernel,
            &Input {
                lanes,
                seed: 1,
                step: 2,
                uniforms: Vec::new(),
                arrays,
            },
        );
    }
}

fn random_input(kernel: &Kernel, lanes: u32, number: u64) -> Input {
    let mut random = Stream::new(number, stream_key("conformance", 0), u64::from(lanes));
    let odd = awkward(kernel.precision);
    let mut arrays = Vec::new();
    for binding in &kernel.bindings {
        let mut array = Array::zeros(binding.element, kernel.precision, lanes as usize);
        for i in 0..lanes as usize {
            let usual = (random.next_f64() - 0.5) * 200.0;
            let value = match binding.element {
                Element::Real if random.below(8) == 0 => {
                    odd[random.below(odd.len() as u32) as usize]
                }
                Element::Real | Element::F64 => usual,
                Element::U32 if random.below(9) == 0 => f64::from(u32::MAX - random.below(300)),
                Element::U32 => f64::from(random.below(5)),
                Element::I32 => f64::from(random.next_u32() as i32),
            };
            array.set(i, value);
        }
        arrays.push(array);
    }
    let uniforms = (0..kernel.uniforms.len())
        .map(|_| random.next_f64() * 10.0 - 5.0)
        .collect();
    Input {
        lanes,
        seed: random.next_u64(),
        step: random.next_u64() >> 20,
        uniforms,
        arrays,
    }
}

/// Runs one kernel; it must give the bits of the scalar evaluator.
///
/// # Panics
///
/// At the first difference.
pub fn check_kernel(run: Run<'_>, kernel: &Kernel, input: &Input) {
    let (got, expected) = (run(kernel, input), reference(kernel, input));
    for (number, (got, expected)) in got.arrays.iter().zip(&expected.arrays).enumerate() {
        assert_eq!(
            got.len(),
            expected.len(),
            "length of a{number} of\n{kernel}"
        );
        for i in 0..expected.len() {
            let (got, expected) = (got.get(i), expected.get(i));
            let inputs: Vec<f64> = input.arrays.iter().map(|array| array.get(i)).collect();
            assert!(
                same(got, expected),
                "a{number}[{i}] is {got:e} ({:#x}), expected {expected:e} ({:#x}), from {inputs:?}, lanes {}, in\n{kernel}",
                got.to_bits(),
                expected.to_bits(),
                input.lanes,
            );
        }
    }
    assert_eq!(
        got.mapped.emitted, expected.mapped.emitted,
        "events of\n{kernel}"
    );
    let slots = got.mapped.slots.iter().zip(&expected.mapped.slots);
    assert_eq!(
        got.mapped.slots.len(),
        expected.mapped.slots.len(),
        "slots of\n{kernel}"
    );
    for (got, expected) in slots {
        let equal = got.0 == expected.0 && same(got.1, expected.1);
        assert!(
            equal,
            "{got:?}, expected {expected:?}, {} lanes, in\n{kernel}",
            input.lanes
        );
    }
}
