//! Random verified kernels.

use crate::draw::Stream;
use crate::kernel::{
    Binary, Binding, BindingDecl, BitOp, Compare, DrawDecl, DrawStream, Effect, Element, Emission,
    Kernel, Logic, Op, Precision, Type, Unary, Uniform, Value,
};

const ELEMENTS: [Element; 6] = [
    Element::Real,
    Element::Real,
    Element::Real,
    Element::U32,
    Element::I32,
    Element::F64,
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
        let x = choices[self.below(choices.len())];
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
            9..=13 => {
                let ops = [
                    Unary::Neg,
                    Unary::Abs,
                    Unary::Sqrt,
                    Unary::Floor,
                    Unary::Round,
                ];
                Op::Unary(ops[self.below(5)], self.real())
            }
            14..=22 => {
                let ops = [
                    Binary::Add,
                    Binary::Sub,
                    Binary::Mul,
                    Binary::Div,
                    Binary::Min,
                    Binary::Max,
                ];
                Op::Binary(ops[self.below(6)], self.real(), self.real())
            }
            23..=24 => Op::Fma(self.real(), self.real(), self.real()),
            25..=26 => Op::Fnma(self.real(), self.real(), self.real()),
            27..=29 => {
                let ops = [Compare::Lt, Compare::Le, Compare::Eq, Compare::Ne];
                Op::Compare(ops[self.below(4)], self.real(), self.real())
            }
            30 => {
                let ops = [Logic::And, Logic::Or, Logic::Xor];
                Op::Logic(
                    ops[self.below(3)],
                    self.any(Type::Mask),
                    self.any(Type::Mask),
                )
            }
            31 => Op::Not(self.any(Type::Mask)),
            32..=34 => Op::Select(self.any(Type::Mask), self.real(), self.real()),
            35 => Op::ToBits(self.number()),
            36 => Op::FromBits(self.any(Type::Bits)),
            37..=38 => {
                let ops = [BitOp::Add, BitOp::Sub, BitOp::And, BitOp::Or, BitOp::Xor];
                Op::BitOp(
                    ops[self.below(5)],
                    self.any(Type::Bits),
                    self.any(Type::Bits),
                )
            }
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

/// A random kernel with six arrays (three `Real`, `U32`, `I32`, `F64`), two uniforms, two streams
/// of draws and two emissions; it stores to the first two arrays, clears the fourth and emits.
pub fn random_kernel(precision: Precision, number: u64) -> Kernel {
    let mut kernel = Kernel::new(format!("random {number}"), precision);
    kernel.bindings = (ELEMENTS.iter().enumerate())
        .map(|(i, &element)| BindingDecl {
            name: format!("array {i}"),
            element,
        })
        .collect();
    kernel.uniforms = vec!["u0".into(), "u1".into()];
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
    let (stored, also, mask) = (g.real(), g.real(), g.any(Type::Mask));
    g.kernel.effects = vec![
        Effect::Store(Binding(0), stored),
        Effect::Emit(Emission(0), mask),
        Effect::Store(Binding(1), also),
        Effect::Clear(Binding(3)),
        Effect::EmitCount(Emission(1), count),
    ];
    g.kernel
}
