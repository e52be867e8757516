//! One method of [`Builder`] for each operation.

use super::{Binary, BitOp, Builder, Compare, Logic, Op, Unary, Value};

/// Declares methods that push an operation.
macro_rules! shorthand {
    ($($(#[$doc:meta])* $name:ident($($arg:ident),+) => $op:expr;)+) => {
        impl Builder {
            $($(#[$doc])* pub fn $name(&mut self, $($arg: Value),+) -> Value {
                self.push($op)
            })+
        }
    };
}

shorthand! {
    /// `-a`
    neg(a) => Op::Unary(Unary::Neg, a);
    /// Magnitude of `a`.
    abs(a) => Op::Unary(Unary::Abs, a);
    /// Square root of `a`.
    sqrt(a) => Op::Unary(Unary::Sqrt, a);
    /// Largest integer not above `a`.
    floor(a) => Op::Unary(Unary::Floor, a);
    /// Nearest integer to `a`, half to even.
    round(a) => Op::Unary(Unary::Round, a);
    /// `a + b`
    add(a, b) => Op::Binary(Binary::Add, a, b);
    /// `a - b`
    sub(a, b) => Op::Binary(Binary::Sub, a, b);
    /// `a * b`
    mul(a, b) => Op::Binary(Binary::Mul, a, b);
    /// `a / b`
    div(a, b) => Op::Binary(Binary::Div, a, b);
    /// `a` if `a < b`, else `b`.
    min(a, b) => Op::Binary(Binary::Min, a, b);
    /// `a` if `a > b`, else `b`.
    max(a, b) => Op::Binary(Binary::Max, a, b);
    /// `a * b + c`, rounded once.
    fma(a, b, c) => Op::Fma(a, b, c);
    /// `c - a * b`, rounded once.
    fnma(a, b, c) => Op::Fnma(a, b, c);
    /// `a < b`
    lt(a, b) => Op::Compare(Compare::Lt, a, b);
    /// `a <= b`
    le(a, b) => Op::Compare(Compare::Le, a, b);
    /// `a > b`
    gt(a, b) => Op::Compare(Compare::Lt, b, a);
    /// `a >= b`
    ge(a, b) => Op::Compare(Compare::Le, b, a);
    /// `a == b`
    eq(a, b) => Op::Compare(Compare::Eq, a, b);
    /// not (`a == b`)
    ne(a, b) => Op::Compare(Compare::Ne, a, b);
    /// Both masks.
    and(a, b) => Op::Logic(Logic::And, a, b);
    /// At least one of two masks.
    or(a, b) => Op::Logic(Logic::Or, a, b);
    /// Exactly one of two masks.
    xor(a, b) => Op::Logic(Logic::Xor, a, b);
    /// The other truth value.
    not(a) => Op::Not(a);
    /// `a` where the mask holds, else `b`.
    select(mask, a, b) => Op::Select(mask, a, b);
    /// The bit pattern of a `Real`.
    to_bits(a) => Op::ToBits(a);
    /// The `Real` of a bit pattern.
    from_bits(a) => Op::FromBits(a);
    /// Sum of two bit patterns.
    bits_add(a, b) => Op::BitOp(BitOp::Add, a, b);
    /// Difference of two bit patterns.
    bits_sub(a, b) => Op::BitOp(BitOp::Sub, a, b);
    /// Bitwise and.
    bits_and(a, b) => Op::BitOp(BitOp::And, a, b);
    /// Bitwise or.
    bits_or(a, b) => Op::BitOp(BitOp::Or, a, b);
    /// Bitwise exclusive or.
    bits_xor(a, b) => Op::BitOp(BitOp::Xor, a, b);
}

impl Builder {
    /// A bit pattern shifted to the left.
    pub fn shl(&mut self, a: Value, by: u8) -> Value {
        self.push(Op::Shl(a, by))
    }

    /// A bit pattern shifted to the right.
    pub fn shr(&mut self, a: Value, by: u8) -> Value {
        self.push(Op::Shr(a, by))
    }

    /// `a + c` for a constant.
    pub fn add_number(&mut self, a: Value, c: f64) -> Value {
        let c = self.number(c);
        self.add(a, c)
    }

    /// `a * c` for a constant.
    pub fn mul_number(&mut self, a: Value, c: f64) -> Value {
        let c = self.number(c);
        self.mul(a, c)
    }
}
