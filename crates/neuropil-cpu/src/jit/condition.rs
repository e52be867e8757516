//! Masks: comparisons, what is made of them, tests of magnitudes and the flushing of tiny ones.

use neuropil_ir::kernel::{Binary, Compare, Kernel, Logic, Op, Unary, Value};

use super::code::{Bitwise, Operand, Operation, Predicate, Reg};
use super::numbers::Constant;
use super::select::Selector;
use super::target::Target;

/// A comparison as the processor makes it.
struct Comparison {
    predicate: Predicate,
    a: Value,
    b: Value,
}

impl Comparison {
    fn new(op: Compare, a: Value, b: Value) -> Self {
        let predicate = match op {
            Compare::Eq => Predicate::Eq,
            Compare::Ne => Predicate::Ne,
            Compare::Lt => Predicate::Lt,
            Compare::Le => Predicate::Le,
        };
        Self { predicate, a, b }
    }

    fn negated(self) -> Self {
        Self {
            predicate: self.predicate.negated(),
            ..self
        }
    }
}

impl Predicate {
    /// What holds where this does not; NaN on either side counts.
    fn negated(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::NotLt,
            Self::NotLt => Self::Lt,
            Self::Le => Self::NotLe,
            Self::NotLe => Self::Le,
            Self::Ge => Self::NotGe,
            Self::NotGe => Self::Ge,
            Self::Gt => Self::NotGt,
            Self::NotGt => Self::Gt,
        }
    }

    /// The predicate of the operands in the other order.
    fn swapped(self) -> Self {
        match self {
            Self::Eq | Self::Ne => self,
            Self::Lt => Self::Gt,
            Self::Gt => Self::Lt,
            Self::Le => Self::Ge,
            Self::Ge => Self::Le,
            Self::NotLt => Self::NotGt,
            Self::NotGt => Self::NotLt,
            Self::NotLe => Self::NotGe,
            Self::NotGe => Self::NotLe,
        }
    }
}

impl Selector<'_> {
    /// The mask of a comparison.
    pub(super) fn compared(&mut self, op: Compare, a: Value, b: Value) -> Reg {
        self.compare(None, &Comparison::new(op, a, b))
    }

    /// Two masks joined.
    pub(super) fn joined(&mut self, op: Logic, a: Value, b: Value) -> Reg {
        if op == Logic::And && self.shape.target == Target::Avx512 {
            return self.both(a, b);
        }
        let inputs = [self.place(a), self.place(b)];
        self.make_mask(Operation::MaskLogic(op), &inputs)
    }

    /// The other mask; of a comparison, the contrary one.
    pub(super) fn negated(&mut self, a: Value) -> Reg {
        if let Some(comparison) = self.comparison(a) {
            return self.compare(None, &comparison.negated());
        }
        match (self.shape.target, self.place(a)) {
            (Target::Avx2, Operand::Reg(mask)) => {
                let ones = self.constant(Constant::Quad(u64::MAX));
                self.bitwise(Bitwise::Xor, mask, ones)
            }
            (_, mask) => self.make_mask(Operation::MaskNot, &[mask]),
        }
    }

    /// The comparison that a mask is, be it negated.
    fn comparison(&self, mask: Value) -> Option<Comparison> {
        match *self.kernel.op(mask) {
            Op::Compare(op, a, b) => Some(Comparison::new(op, a, b)),
            Op::Not(a) => Some(self.comparison(a)?.negated()),
            _ => None,
        }
    }

    /// The mask of a comparison, and of another mask if there is one.
    fn compare(&mut self, within: Option<Operand>, comparison: &Comparison) -> Reg {
        let Comparison { predicate, a, b } = *comparison;
        if within.is_none()
            && let Some(small) = self.small(comparison)
        {
            return small;
        }
        let (mut a, mut b) = (self.place(a), self.place(b));
        let mut predicate = predicate;
        if a.is_memory() && !b.is_memory() {
            std::mem::swap(&mut a, &mut b);
            predicate = predicate.swapped();
        }
        let a = Operand::Reg(self.reg(a));
        match within {
            None => self.make_mask(Operation::Compare(predicate), &[a, b]),
            Some(mask) => self.make_mask(Operation::CompareWithin(predicate), &[a, b, mask]),
        }
    }

    /// Where two masks hold: a comparison is made under the mask of the other side.
    fn both(&mut self, a: Value, b: Value) -> Reg {
        for (one, other) in [(b, a), (a, b)] {
            if let Some(comparison) = self.comparison(one) {
                let mask = self.place(other);
                return self.compare(Some(mask), &comparison);
            }
        }
        let inputs = [self.place(a), self.place(b)];
        self.make_mask(Operation::MaskLogic(Logic::And), &inputs)
    }

    /// The mask of `|x| < limit`, or of its contrary, where testing bits of x tells.
    fn small(&mut self, comparison: &Comparison) -> Option<Reg> {
        let below = match comparison.predicate {
            Predicate::Lt => true,
            Predicate::NotLt => false,
            _ => return None,
        };
        let (&Op::Unary(Unary::Abs, x), &Op::Const(limit)) =
            (self.kernel.op(comparison.a), self.kernel.op(comparison.b))
        else {
            return None;
        };
        let bits = self.bits_from(limit)?;
        let x = self.value(x);
        Some(self.test(x, bits, below))
    }

    /// The bits of a number one of which is set where its magnitude is not below a limit; `None`
    /// if no bits tell, or on a target that cannot test them.
    ///
    /// The exponent field of the limit is a power of two, and its fraction 0: fields that are not
    /// below it have this or a higher bit. NaN is not below.
    fn bits_from(&self, limit: f64) -> Option<u64> {
        if self.shape.target == Target::Avx2 {
            return None;
        }
        let (limit, fraction) = if self.shape.is_f64() {
            (limit.to_bits(), 52)
        } else {
            (u64::from((limit as f32).to_bits()), 23)
        };
        let exact = limit.is_power_of_two() && limit >> fraction > 0 && limit < self.sign_bit();
        exact.then(|| self.sign_bit() - limit)
    }

    /// Where none (or any) of some bits of a value is set.
    fn test(&mut self, x: Reg, bits: u64, none: bool) -> Reg {
        let bits = self.constant(Constant::Lane(bits));
        self.make_mask(Operation::TestBits { none }, &[Operand::Reg(x), bits])
    }

    /// The value as a store leaves it: tiny magnitudes are +0.
    pub(super) fn flushed(&mut self, value: Value) -> Reg {
        let limit = self.shape.precision.flush_below();
        let kept = self.never_tiny[value.index()];
        let value = self.value(value);
        if kept {
            return value;
        }
        let kept = if let Some(bits) = self.bits_from(limit) {
            self.test(value, bits, false)
        } else {
            let rest = self.constant(Constant::Lane(self.cut(!self.sign_bit())));
            let magnitude = Operand::Reg(self.bitwise(Bitwise::And, value, rest));
            let limit = self.float(limit);
            self.make_mask(Operation::Compare(Predicate::NotLt), &[magnitude, limit])
        };
        self.make(Operation::Keep, &[Operand::Reg(kept), Operand::Reg(value)])
    }
}

/// For each value of a kernel: whether it is +0, NaN or of a magnitude that a store leaves as it is, which
/// its form shows. A counter that goes down to 0 is.
pub(super) fn never_tiny(kernel: &Kernel) -> Vec<bool> {
    let limit = kernel.precision.flush_below();
    // What a sum leaves where it is not +0: an operand below half of the constant leaves half of the
    // constant, and others have places of at least half the last place of the constant.
    let epsilon = f64::from(f32::EPSILON);
    let least_left = epsilon * epsilon * epsilon;
    let mut never = Vec::with_capacity(kernel.ops.len());
    for op in &kernel.ops {
        let number = |value: Value| match *kernel.op(value) {
            Op::Const(x) => x.abs(),
            _ => 0.0,
        };
        never.push(match *op {
            Op::Const(x) => x.to_bits() == 0 || x.abs() >= limit,
            Op::Binary(Binary::Add | Binary::Sub, a, b) => {
                number(a).max(number(b)) * least_left >= limit
            }
            Op::Binary(Binary::Min | Binary::Max, a, b) | Op::Select(_, a, b) => {
                never[a.index()] && never[b.index()]
            }
            _ => false,
        });
    }
    never
}
