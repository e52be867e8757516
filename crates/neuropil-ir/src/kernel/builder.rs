//! Builds kernels: equal operations become one value, constants are computed on the way.
//!
//! Folding uses the very functions of the scalar evaluator at the kernel's precision, and the
//! identities applied are exact in IEEE arithmetic (NaN payloads excepted), so a built kernel
//! computes the same bits as the operations that were asked for. Nothing is contracted: a fused
//! operation appears only where [`Builder::fma`] or [`Builder::fnma`] is called.

use std::collections::HashMap;

use super::{
    Binary, Binding, BindingDecl, BitOp, Compare, DrawDecl, DrawStream, Effect, Element, Emission,
    Kernel, Logic, Op, Origin, Precision, Reduction, Unary, Uniform, Value,
};
use crate::scalar::{constant, pure_at};

/// Builds one kernel.
#[derive(Clone, Debug)]
pub struct Builder {
    kernel: Kernel,
    /// Looked up only, never iterated.
    known: HashMap<[u64; 4], Value>,
    /// Where in the text new operations come from.
    origin: Origin,
}

impl Builder {
    /// Starts an empty kernel.
    pub fn new(name: impl Into<String>, precision: Precision) -> Self {
        Self {
            kernel: Kernel::new(name, precision),
            known: HashMap::new(),
            origin: Origin::default(),
        }
    }

    /// The float type of the kernel.
    pub fn precision(&self) -> Precision {
        self.kernel.precision
    }

    /// Says where in the text new operations come from, from now on.
    ///
    /// An operation that is there already stays with the place that needed it first.
    pub fn set_origin(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// The operation that defines a value.
    pub fn op(&self, value: Value) -> &Op {
        self.kernel.op(value)
    }

    /// The number behind a `Real` value, if it is a constant.
    pub fn constant_of(&self, value: Value) -> Option<f64> {
        match *self.op(value) {
            Op::Const(x) => Some(x),
            _ => None,
        }
    }

    // Declarations. Each call declares a new one, also where a name is repeated.

    /// Declares an array.
    pub fn binding(&mut self, name: impl Into<String>, element: Element) -> Binding {
        self.kernel.bindings.push(BindingDecl {
            name: name.into(),
            element,
        });
        Binding(self.kernel.bindings.len() as u32 - 1)
    }

    /// Declares a number equal for all lanes; read it with [`Builder::read`].
    pub fn uniform(&mut self, name: impl Into<String>) -> Uniform {
        self.kernel.uniforms.push(name.into());
        Uniform(self.kernel.uniforms.len() as u32 - 1)
    }

    /// Declares a stream of draws (see [`crate::draw::stream_key`]); draw with [`Builder::drawn`].
    pub fn draw(&mut self, name: impl Into<String>, stream: u64) -> DrawStream {
        self.kernel.draws.push(DrawDecl {
            name: name.into(),
            stream,
        });
        DrawStream(self.kernel.draws.len() as u32 - 1)
    }

    /// Declares an event that the kernel emits.
    pub fn emission(&mut self, name: impl Into<String>) -> Emission {
        self.kernel.emissions.push(name.into());
        Emission(self.kernel.emissions.len() as u32 - 1)
    }

    // Leaves.

    /// A constant, rounded to the precision of the kernel.
    pub fn number(&mut self, x: f64) -> Value {
        self.push(Op::Const(x))
    }

    /// A constant bit pattern, cut to the width of the float.
    pub fn bits(&mut self, pattern: u64) -> Value {
        self.push(Op::BitsConst(pattern))
    }

    /// A mask that is the same for all lanes: a comparison of two constants.
    pub fn mask(&mut self, truth: bool) -> Value {
        let zero = self.number(0.0);
        self.intern(Op::Compare(
            if truth { Compare::Eq } else { Compare::Ne },
            zero,
            zero,
        ))
    }

    /// The value of a uniform.
    pub fn read(&mut self, uniform: Uniform) -> Value {
        self.push(Op::Uniform(uniform))
    }

    /// The element of an array.
    pub fn load(&mut self, binding: Binding) -> Value {
        self.push(Op::Load(binding))
    }

    /// The index of the element.
    pub fn lane(&mut self) -> Value {
        self.push(Op::Lane)
    }

    /// The draw of a stream; a second call gives the same value.
    pub fn drawn(&mut self, stream: DrawStream) -> Value {
        self.push(Op::Draw(stream))
    }

    // Operations.

    /// Any operation, simplified.
    pub fn push(&mut self, op: Op) -> Value {
        let op = self.ordered(op);
        match self.simplified(&op) {
            Simple::Value(value) => value,
            Simple::Op(op) => self.push(op),
            Simple::Mask(truth) => self.mask(truth),
            Simple::Scaled(value, factor) => {
                let factor = self.number(factor);
                self.push(Op::Binary(Binary::Mul, value, factor))
            }
            Simple::None => self.intern(op),
        }
    }

    // Effects.

    /// Writes a `Real` to an array.
    pub fn store(&mut self, binding: Binding, value: Value) {
        self.kernel.effects.push(Effect::Store(binding, value));
    }

    /// Sets the elements of an array to zero.
    pub fn clear(&mut self, binding: Binding) {
        self.kernel.effects.push(Effect::Clear(binding));
    }

    /// Emits an event where a mask holds.
    pub fn emit(&mut self, emission: Emission, mask: Value) {
        self.kernel.effects.push(Effect::Emit(emission, mask));
    }

    /// Emits a number of events.
    pub fn emit_count(&mut self, emission: Emission, count: Value) {
        self.kernel.effects.push(Effect::EmitCount(emission, count));
    }

    /// Joins a `Real` of all lanes into a slot.
    pub fn reduce(&mut self, uniform: Uniform, reduction: Reduction, value: Value) {
        self.kernel
            .effects
            .push(Effect::Reduce(uniform, reduction, value));
    }

    /// Sets a slot.
    pub fn set(&mut self, uniform: Uniform, value: Value) {
        self.kernel.effects.push(Effect::Set(uniform, value));
    }

    /// The kernel, without the operations that no effect needs; the others keep their order.
    pub fn finish(self) -> Kernel {
        let mut kernel = self.kernel;
        let mut needed = vec![false; kernel.ops.len()];
        for effect in &kernel.effects {
            if let Some(value) = effect.operand() {
                needed[value.index()] = true;
            }
        }
        for place in (0..kernel.ops.len()).rev() {
            if needed[place] {
                for operand in kernel.ops[place].operands() {
                    needed[operand.index()] = true;
                }
            }
        }
        let mut renamed = vec![Value(u32::MAX); kernel.ops.len()];
        let (mut ops, mut origins) = (Vec::new(), Vec::new());
        for (place, op) in kernel.ops.iter().enumerate() {
            if needed[place] {
                renamed[place] = Value(ops.len() as u32);
                ops.push(op.with_operands(|value| renamed[value.index()]));
                origins.push(kernel.origins[place]);
            }
        }
        (kernel.ops, kernel.origins) = (ops, origins);
        for effect in &mut kernel.effects {
            *effect = effect.with_operand(|value| renamed[value.index()]);
        }
        kernel
    }

    fn intern(&mut self, op: Op) -> Value {
        let key = key(&op);
        if let Some(&value) = self.known.get(&key) {
            return value;
        }
        self.kernel.ops.push(op);
        self.kernel.origins.push(self.origin);
        let value = Value(self.kernel.ops.len() as u32 - 1);
        self.known.insert(key, value);
        value
    }

    /// Rounds constants and puts the operands of symmetric operations in ascending order.
    fn ordered(&self, op: Op) -> Op {
        let f32s = self.kernel.precision == Precision::F32;
        match op {
            Op::Const(x) if f32s => Op::Const(f64::from(x as f32)),
            Op::BitsConst(x) if f32s => Op::BitsConst(x & 0xFFFF_FFFF),
            Op::Binary(op @ (Binary::Add | Binary::Mul), a, b) if b < a => Op::Binary(op, b, a),
            Op::Fma(a, b, c) if b < a => Op::Fma(b, a, c),
            Op::Fnma(a, b, c) if b < a => Op::Fnma(b, a, c),
            Op::Compare(op @ (Compare::Eq | Compare::Ne), a, b) if b < a => Op::Compare(op, b, a),
            Op::Logic(op, a, b) if b < a => Op::Logic(op, b, a),
            Op::BitOp(op, a, b) if b < a && op != BitOp::Sub => Op::BitOp(op, b, a),
            other => other,
        }
    }

    /// The cell of a value that is equal for all lanes and known now.
    fn known_cell(&self, value: Value) -> Option<u64> {
        match *self.op(value) {
            ref op @ (Op::Const(_) | Op::BitsConst(_)) => {
                pure_at(self.kernel.precision, op, [0; 3])
            }
            // The only comparisons of two constants that are interned are those of `mask`.
            Op::Compare(op, a, b)
                if self.constant_of(a).is_some() && self.constant_of(b).is_some() =>
            {
                Some(u64::from(op == Compare::Eq))
            }
            _ => None,
        }
    }

    fn folded(&self, op: &Op) -> Simple {
        let mut cells = [0; 3];
        let mut count = 0;
        for operand in op.operands() {
            let Some(cell) = self.known_cell(operand) else {
                return Simple::None;
            };
            cells[count] = cell;
            count += 1;
        }
        if count == 0 {
            return Simple::None;
        }
        let Some(cell) = pure_at(self.kernel.precision, op, cells) else {
            return Simple::None;
        };
        match constant(self.kernel.precision, op.result_type(), cell) {
            Some(op) => Simple::Op(op),
            None => Simple::Mask(cell != 0),
        }
    }

    fn simplified(&self, op: &Op) -> Simple {
        match self.folded(op) {
            Simple::None => self.identity(op),
            found => found,
        }
    }

    /// Identities that hold bit for bit, NaN payloads excepted.
    fn identity(&self, op: &Op) -> Simple {
        let number = |value| self.constant_of(value);
        let is = |value, x: f64| number(value).is_some_and(|y| y.to_bits() == x.to_bits());
        let neg = |value| match *self.op(value) {
            Op::Unary(Unary::Neg, inner) => Some(inner),
            _ => None,
        };
        match *op {
            Op::Unary(Unary::Neg, a) => neg(a).map_or(Simple::None, Simple::Value),
            Op::Unary(Unary::Abs, a) => match *self.op(a) {
                Op::Unary(Unary::Abs, _) => Simple::Value(a),
                Op::Unary(Unary::Neg, inner) => Simple::Op(Op::Unary(Unary::Abs, inner)),
                _ => Simple::None,
            },
            Op::Unary(Unary::Floor | Unary::Round, a) => match *self.op(a) {
                Op::Unary(Unary::Floor | Unary::Round, _) => Simple::Value(a),
                _ => Simple::None,
            },
            Op::Binary(Binary::Add, a, b) => match (neg(a), neg(b)) {
                _ if is(a, -0.0) => Simple::Value(b),
                _ if is(b, -0.0) => Simple::Value(a),
                (_, Some(inner)) => Simple::Op(Op::Binary(Binary::Sub, a, inner)),
                (Some(inner), _) => Simple::Op(Op::Binary(Binary::Sub, b, inner)),
                _ => Simple::None,
            },
            Op::Binary(Binary::Sub, a, b) => match neg(b) {
                _ if is(b, 0.0) => Simple::Value(a),
                _ if is(a, -0.0) => Simple::Op(Op::Unary(Unary::Neg, b)),
                Some(inner) => Simple::Op(Op::Binary(Binary::Add, a, inner)),
                None => Simple::None,
            },
            Op::Binary(Binary::Mul, a, b) => {
                let (x, c) = if number(a).is_some() { (b, a) } else { (a, b) };
                match (neg(a), neg(b)) {
                    _ if is(c, 1.0) => Simple::Value(x),
                    _ if is(c, -1.0) => Simple::Op(Op::Unary(Unary::Neg, x)),
                    (Some(a), Some(b)) => Simple::Op(Op::Binary(Binary::Mul, a, b)),
                    _ => Simple::None,
                }
            }
            Op::Binary(Binary::Div, a, b) => match number(b) {
                Some(1.0) => Simple::Value(a),
                Some(-1.0) => Simple::Op(Op::Unary(Unary::Neg, a)),
                Some(d) => self.reciprocal(a, d),
                None => Simple::None,
            },
            Op::Binary(Binary::Min | Binary::Max, a, b) if a == b => Simple::Value(a),
            Op::Fma(a, b, c) => match (neg(a), neg(b)) {
                _ if is(a, 1.0) => Simple::Op(Op::Binary(Binary::Add, b, c)),
                _ if is(b, 1.0) => Simple::Op(Op::Binary(Binary::Add, a, c)),
                _ if is(a, -1.0) => Simple::Op(Op::Binary(Binary::Sub, c, b)),
                _ if is(b, -1.0) => Simple::Op(Op::Binary(Binary::Sub, c, a)),
                _ if is(c, -0.0) => Simple::Op(Op::Binary(Binary::Mul, a, b)),
                (Some(inner), _) => Simple::Op(Op::Fnma(inner, b, c)),
                (_, Some(inner)) => Simple::Op(Op::Fnma(a, inner, c)),
                _ => Simple::None,
            },
            Op::Fnma(a, b, c) => match (neg(a), neg(b)) {
                _ if is(a, 1.0) => Simple::Op(Op::Binary(Binary::Sub, c, b)),
                _ if is(b, 1.0) => Simple::Op(Op::Binary(Binary::Sub, c, a)),
                _ if is(a, -1.0) => Simple::Op(Op::Binary(Binary::Add, c, b)),
                _ if is(b, -1.0) => Simple::Op(Op::Binary(Binary::Add, c, a)),
                (Some(inner), _) => Simple::Op(Op::Fma(inner, b, c)),
                (_, Some(inner)) => Simple::Op(Op::Fma(a, inner, c)),
                _ => Simple::None,
            },
            Op::Logic(op, a, b) => self.logic(op, a, b),
            Op::Not(a) => match *self.op(a) {
                Op::Not(inner) => Simple::Value(inner),
                _ => Simple::None,
            },
            Op::Select(mask, a, b) => match (self.known_cell(mask), self.op(mask)) {
                (Some(0), _) => Simple::Value(b),
                (Some(_), _) => Simple::Value(a),
                _ if a == b => Simple::Value(a),
                (None, &Op::Not(inner)) => Simple::Op(Op::Select(inner, b, a)),
                _ => match *self.op(b) {
                    // Where the mask holds, the inner choice is `a` already.
                    Op::Select(inner, _, otherwise)
                        if otherwise == a && self.excludes(inner, mask) =>
                    {
                        Simple::Value(b)
                    }
                    _ => Simple::None,
                },
            },
            Op::ToBits(a) => match *self.op(a) {
                Op::FromBits(inner) => Simple::Value(inner),
                _ => Simple::None,
            },
            Op::FromBits(a) => match *self.op(a) {
                Op::ToBits(inner) => Simple::Value(inner),
                _ => Simple::None,
            },
            Op::BitOp(BitOp::Add | BitOp::Or | BitOp::Xor, a, b) => {
                match (self.known_cell(a), self.known_cell(b)) {
                    (Some(0), _) => Simple::Value(b),
                    (_, Some(0)) => Simple::Value(a),
                    _ => Simple::None,
                }
            }
            Op::Shl(a, 0) | Op::Shr(a, 0) => Simple::Value(a),
            _ => Simple::None,
        }
    }

    /// Whether a mask never holds where another does, as its form shows.
    fn excludes(&self, mask: Value, other: Value) -> bool {
        match *self.op(mask) {
            Op::Not(inner) => inner == other,
            Op::Logic(Logic::And, a, b) => self.excludes(a, other) || self.excludes(b, other),
            _ => false,
        }
    }

    /// A quotient by a power of two as a product: exact, because the reciprocal is a normal number.
    fn reciprocal(&self, a: Value, divisor: f64) -> Simple {
        let normal = match self.kernel.precision {
            Precision::F32 => f64::from(f32::MIN_POSITIVE)..=1.0 / f64::from(f32::MIN_POSITIVE),
            Precision::F64 => f64::MIN_POSITIVE..=1.0 / f64::MIN_POSITIVE,
        };
        let power = divisor.to_bits() << 12 == 0 && normal.contains(&divisor.abs());
        if power {
            Simple::Scaled(a, 1.0 / divisor)
        } else {
            Simple::None
        }
    }

    fn logic(&self, op: Logic, a: Value, b: Value) -> Simple {
        if a == b {
            return if op == Logic::Xor {
                Simple::Mask(false)
            } else {
                Simple::Value(a)
            };
        }
        let (value, truth) = match (self.known_cell(a), self.known_cell(b)) {
            (Some(cell), None) => (b, cell != 0),
            (None, Some(cell)) => (a, cell != 0),
            _ => return Simple::None,
        };
        match (op, truth) {
            (Logic::And, true) | (Logic::Or | Logic::Xor, false) => Simple::Value(value),
            (Logic::And, false) => Simple::Mask(false),
            (Logic::Or, true) => Simple::Mask(true),
            (Logic::Xor, true) => Simple::Op(Op::Not(value)),
        }
    }
}

/// What an operation turns out to be.
enum Simple {
    /// A value that is there already.
    Value(Value),
    /// A simpler operation.
    Op(Op),
    /// A mask that is the same for all lanes.
    Mask(bool),
    /// A product with a constant.
    Scaled(Value, f64),
    /// Nothing simpler.
    None,
}

/// A key that is equal for equal operations alone; constants count by their bits.
fn key(op: &Op) -> [u64; 4] {
    let mut places = [0; 3];
    for (place, operand) in places.iter_mut().zip(op.operands()) {
        *place = u64::from(operand.0);
    }
    let [a, b, c] = places;
    let plain = |tag: u64| [tag << 8, a, b, c];
    let with = |tag: u64, sub: u64| [tag << 8 | sub, a, b, c];
    match *op {
        Op::Const(x) => [1 << 8, x.to_bits(), 0, 0],
        Op::BitsConst(x) => [2 << 8, x, 0, 0],
        Op::Uniform(u) => [3 << 8, u64::from(u.0), 0, 0],
        Op::Load(a) => [4 << 8, u64::from(a.0), 0, 0],
        Op::Lane => plain(5),
        Op::Draw(d) => [6 << 8, u64::from(d.0), 0, 0],
        Op::Unary(op, _) => with(7, op as u64),
        Op::Binary(op, ..) => with(8, op as u64),
        Op::Fma(..) => plain(9),
        Op::Fnma(..) => plain(10),
        Op::Compare(op, ..) => with(11, op as u64),
        Op::Logic(op, ..) => with(12, op as u64),
        Op::Not(_) => plain(13),
        Op::Select(..) => plain(14),
        Op::ToBits(_) => plain(15),
        Op::FromBits(_) => plain(16),
        Op::BitOp(op, ..) => with(17, op as u64),
        Op::Shl(_, n) => with(18, u64::from(n)),
        Op::Shr(_, n) => with(19, u64::from(n)),
    }
}
