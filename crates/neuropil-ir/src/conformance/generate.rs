//! Random verified kernels.

use crate::draw::Stream;
use crate::kernel::{
    Binary, Binding, BindingDecl, BitOp, Compare, DrawDecl, DrawStream, Effect, Element, Emission,
    Kernel, Logic, Op, Precision, Reduction, Type, Unary, Uniform, Value,
};

const ELEMENTS: [Element; 7] = [
    Element::Real,
    Element::Real,
    Element::Real,
    Element::U32,
    Element::I32,
    Element::F64,
    Element::Real,
];

struct Generator {
    kernel: Kernel,
    random: Stream,
}

impl Generator {
    fn push(&mut self, op: Op) -> Value {
        self.kernel.ops.push(op);
        Value(self.kernel.ops.len() as u32 - 1)
    }

    fn below(&mut self, n: usize) -> usize {
        self.random.below(n as u32) as usize
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A value of a type, more often a late one; the first operations provide each type.
    fn any(&mut self, kind: Type) -> Value {
        let all: Vec<Value> = (0..self.kernel.ops.len() as u32)
            .map(Value)
            .filter(|&value| self.kernel.op(value).result_type() == kind)
            .collect();
        let back = self.below(all.len()).min(self.below(all.len()));
        all[all.len() - 1 - back]
    }

    fn real(&mut self) -> Value {
        self.any(Type::Real)
    }

    /// A `Real` that is not NaN: the bits of a NaN are nobody's promise.
    fn number(&mut self) -> Value {
        let x = self.real();
        let ordered = self.push(Op::Compare(Compare::Eq, x, x));
        let one = self.push(Op::Const(1.0));
        self.push(Op::Select(ordered, x, one))
    }

    fn constant(&mut self) -> Op {
        let choices = [0.0, -0.0, 1.0, -2.5, 0.001, 1e6, 3.0, -7.0, 0.5, 1e-3];
        let x = self.one_of(&choices);
        Op::Const(match self.kernel.precision {
            Precision::F32 => f64::from(x as f32),
            Precision::F64 => x,
        })
    }

    fn operation(&mut self) {
        let width = self.kernel.precision.bytes() * 8;
        let op = match self.below(40) {
            0..=1 => self.constant(),
            2 => {
                let bits = self.random.next_u64();
                Op::BitsConst(if width == 32 {
                    bits & 0xFFFF_FFFF
                } else {
                    bits
                })
            }
            3 => Op::Uniform(Uniform(self.random.below(2))),
            4..=6 => Op::Load(Binding(self.random.below(ELEMENTS.len() as u32))),
            7 => Op::Lane,
            8 => Op::Draw(DrawStream(self.random.below(2))),
            9..=13 => Op::Unary(self.one_of(&Unary::ALL), self.real()),
            14..=22 => Op::Binary(self.one_of(&Binary::ALL), self.real(), self.real()),
            23..=24 => Op::Fma(self.real(), self.real(), self.real()),
            25..=26 => Op::Fnma(self.real(), self.real(), self.real()),
            27..=29 => Op::Compare(self.one_of(&Compare::ALL), self.real(), self.real()),
            30 => Op::Logic(
                self.one_of(&Logic::ALL),
                self.any(Type::Mask),
                self.any(Type::Mask),
            ),
            31 => Op::Not(self.any(Type::Mask)),
            32..=34 => Op::Select(self.any(Type::Mask), self.real(), self.real()),
            35 => Op::ToBits(self.number()),
            36 => Op::FromBits(self.any(Type::Bits)),
            37..=38 => Op::BitOp(
                self.one_of(&BitOp::ALL),
                self.any(Type::Bits),
                self.any(Type::Bits),
            ),
            _ => {
                let by = self.below(width) as u8;
                let bits = self.any(Type::Bits);
                if self.below(2) == 0 {
                    Op::Shl(bits, by)
                } else {
                    Op::Shr(bits, by)
                }
            }
        };
        self.push(op);
    }
}

/// A random kernel with seven arrays (three `Real`, `U32`, `I32`, `F64`, `Real`), two uniforms, two
/// that are reduced into, two streams of draws and two emissions.
///
/// It stores to the first two arrays and the last, clears the fourth and the sixth, emits by mask and
/// by number, and takes a sum and a minimum: one of each effect that a kernel of many lanes has.
pub fn random_kernel(precision: Precision, number: u64) -> Kernel {
    let mut kernel = Kernel::new(format!("random {number}"), precision);
    kernel.bindings = (ELEMENTS.iter().enumerate())
        .map(|(i, &element)| BindingDecl {
            name: format!("array {i}"),
            element,
        })
        .collect();
    kernel.uniforms = ["u0", "u1", "sum", "min"].map(Into::into).to_vec();
    kernel.draws = (0..2_u64)
        .map(|i| DrawDecl {
            name: format!("draw {i}"),
            stream: crate::draw::mix(number * 2 + i),
        })
        .collect();
    kernel.emissions = vec!["e0".into(), "e1".into()];
    let mut g = Generator {
        kernel,
        random: Stream::new(number, 0x00C0_FFEE, 0),
    };
    let first = g.push(Op::Load(Binding(0)));
    let second = g.push(Op::Load(Binding(1)));
    g.push(Op::Compare(Compare::Lt, first, second));
    g.push(Op::BitsConst(0x0123_4567));
    for _ in 0..5 + g.below(90) {
        g.operation();
    }
    // A number of events from 0 to 3; a NaN gives none.
    let x = g.real();
    let zero = g.push(Op::Const(0.0));
    let three = g.push(Op::Const(3.0));
    let low = g.push(Op::Binary(Binary::Max, x, zero));
    let count = g.push(Op::Binary(Binary::Min, low, three));
    let (stored, also, last, mask) = (g.real(), g.real(), g.real(), g.any(Type::Mask));
    let (summed, least) = (g.real(), g.real());
    g.kernel.effects = vec![
        Effect::Store(Binding(0), stored),
        Effect::Emit(Emission(0), mask),
        Effect::Store(Binding(1), also),
        Effect::Clear(Binding(3)),
        Effect::Store(Binding(6), last),
        Effect::Clear(Binding(5)),
        Effect::EmitCount(Emission(1), count),
        Effect::Reduce(Uniform(2), Reduction::Sum, summed),
        Effect::Reduce(Uniform(3), Reduction::Min, least),
    ];
    g.kernel
}
