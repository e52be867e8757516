//! Operations and effects with their operands renamed, for passes.

use super::{Effect, Op, Value};

impl Op {
    /// The same operation on other operands, each given by a function of the old one.
    #[must_use]
    pub fn with_operands(&self, mut rename: impl FnMut(Value) -> Value) -> Self {
        let mut f = |value| rename(value);
        match *self {
            leaf @ (Self::Const(_)
            | Self::BitsConst(_)
            | Self::Uniform(_)
            | Self::Load(_)
            | Self::Lane
            | Self::Draw(_)) => leaf,
            Self::Unary(op, a) => Self::Unary(op, f(a)),
            Self::Binary(op, a, b) => Self::Binary(op, f(a), f(b)),
            Self::Fma(a, b, c) => Self::Fma(f(a), f(b), f(c)),
            Self::Fnma(a, b, c) => Self::Fnma(f(a), f(b), f(c)),
            Self::Compare(op, a, b) => Self::Compare(op, f(a), f(b)),
            Self::Logic(op, a, b) => Self::Logic(op, f(a), f(b)),
            Self::Not(a) => Self::Not(f(a)),
            Self::Select(m, a, b) => Self::Select(f(m), f(a), f(b)),
            Self::ToBits(a) => Self::ToBits(f(a)),
            Self::FromBits(a) => Self::FromBits(f(a)),
            Self::BitOp(op, a, b) => Self::BitOp(op, f(a), f(b)),
            Self::Shl(a, n) => Self::Shl(f(a), n),
            Self::Shr(a, n) => Self::Shr(f(a), n),
        }
    }
}

impl Effect {
    /// The value that the effect uses.
    pub fn operand(&self) -> Option<Value> {
        match *self {
            Self::Clear(_) => None,
            Self::Store(_, value)
            | Self::Emit(_, value)
            | Self::EmitCount(_, value)
            | Self::Reduce(_, _, value)
            | Self::Set(_, value) => Some(value),
        }
    }

    /// The same effect of another value, given by a function of the old one.
    #[must_use]
    pub fn with_operand(&self, rename: impl FnOnce(Value) -> Value) -> Self {
        match *self {
            Self::Clear(binding) => Self::Clear(binding),
            Self::Store(binding, value) => Self::Store(binding, rename(value)),
            Self::Emit(emission, value) => Self::Emit(emission, rename(value)),
            Self::EmitCount(emission, value) => Self::EmitCount(emission, rename(value)),
            Self::Reduce(slot, reduction, value) => Self::Reduce(slot, reduction, rename(value)),
            Self::Set(slot, value) => Self::Set(slot, rename(value)),
        }
    }
}
