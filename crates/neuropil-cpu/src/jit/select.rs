//! From a kernel to instructions of the target.

use neuropil_ir::kernel::{
    Binary, BitOp, Effect, Element, Kernel, Op, Precision, Reduction, Unary, Value,
};

use super::Counters;
use super::code::{Bitwise, Instruction, Listing, Operand, Operation, Reg};
use super::condition::never_tiny;
use super::numbers::{Constant, Number, Numbers};
use super::target::{Bank, Shape, Target};

/// What a kernel gives beside its stores.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// The emissions that are masks, in order of their effects.
    pub(super) masks: Vec<u32>,
    /// The vectors left to the caller, in order.
    pub(super) asides: Vec<Aside>,
}

/// What becomes of a vector that is left to the caller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Aside {
    /// Numbers of events, rounded.
    Count { emission: u32 },
    /// Values to join.
    Reduce { reduction: Reduction },
}

/// A kernel in instructions.
#[derive(Debug)]
pub(super) struct Selected {
    pub(super) listing: Listing,
    pub(super) numbers: Numbers,
    pub(super) given: Given,
}

/// The exponent bits of 2^52: a small integer beneath them is a float that much larger.
const TWO_52: u64 = 0x4330_0000_0000_0000;

/// Chooses instructions; `None` for kernels of one lane that set slots, which gain nothing.
pub(super) fn select(
    kernel: &Kernel,
    shape: Shape,
    keys: &[[u32; 2]],
    counters: Option<Counters>,
) -> Option<Selected> {
    let mut selector = Selector {
        kernel,
        shape,
        keys,
        counters,
        listing: Listing::default(),
        numbers: Numbers::new(shape),
        given: Given::default(),
        places: vec![Operand::None; kernel.ops.len()],
        never_tiny: never_tiny(kernel),
    };
    for (place, used) in used(kernel).into_iter().enumerate() {
        if used {
            selector.places[place] = selector.op(&kernel.ops[place]);
        }
    }
    for effect in &kernel.effects {
        selector.effect(effect)?;
    }
    let mut listing = selector.listing;
    drop_unread(&mut listing);
    Some(Selected {
        listing,
        numbers: selector.numbers,
        given: selector.given,
    })
}

/// Which operations an effect needs.
fn used(kernel: &Kernel) -> Vec<bool> {
    let mut used = vec![false; kernel.ops.len()];
    for value in kernel.effects.iter().filter_map(Effect::operand) {
        used[value.index()] = true;
    }
    for place in (0..kernel.ops.len()).rev() {
        if used[place] {
            for operand in kernel.ops[place].operands() {
                used[operand.index()] = true;
            }
        }
    }
    used
}

/// Drops instructions whose output nothing reads: halves of draws.
fn drop_unread(listing: &mut Listing) {
    let mut read = vec![false; listing.banks.len()];
    let mut kept: Vec<Instruction> = Vec::with_capacity(listing.instructions.len());
    for instruction in listing.instructions.drain(..).rev() {
        if instruction.out.is_none_or(|out| read[out.index()]) {
            for reg in instruction.regs() {
                read[reg.index()] = true;
            }
            kept.push(instruction);
        }
    }
    kept.reverse();
    listing.instructions = kept;
}

/// The state of the choice.
pub(super) struct Selector<'k> {
    pub(super) kernel: &'k Kernel,
    pub(super) shape: Shape,
    /// The Philox keys of the streams of draws.
    pub(super) keys: &'k [[u32; 2]],
    /// Where elements and steps of draws stand, if not in the number of the lane.
    pub(super) counters: Option<Counters>,
    pub(super) listing: Listing,
    pub(super) numbers: Numbers,
    given: Given,
    /// Where the value of each operation is.
    places: Vec<Operand>,
    /// The values that need no flushing when they are stored.
    pub(super) never_tiny: Vec<bool>,
}

impl Selector<'_> {
    fn op(&mut self, op: &Op) -> Operand {
        let made = match *op {
            Op::Const(x) => return self.float(x),
            Op::BitsConst(bits) => return self.constant(Constant::Lane(self.cut(bits))),
            Op::Uniform(uniform) => {
                return Operand::Number(self.numbers.number(Number::Uniform(uniform.0)));
            }
            Op::ToBits(a) | Op::FromBits(a) => return self.place(a),
            Op::Load(binding) => {
                let element = self.kernel.bindings[binding.index()].element;
                self.load(binding.0, element)
            }
            Op::Lane => {
                let elements = self.elements(self.shape.is_f64());
                if self.shape.is_f64() {
                    self.small_integer(elements)
                } else {
                    self.unsigned_to_float(elements)
                }
            }
            Op::Draw(stream) => self.draw(stream.0),
            Op::Unary(op, a) => self.unary(op, a),
            Op::Binary(op, a, b) => {
                let (a, b) = (self.place(a), self.place(b));
                match (a, b) {
                    (Operand::Reg(a), b) => self.arithmetic(op, a, b),
                    (a, Operand::Reg(b)) if matches!(op, Binary::Add | Binary::Mul) => {
                        self.arithmetic(op, b, a)
                    }
                    (a, b) => {
                        let a = self.reg(a);
                        self.arithmetic(op, a, b)
                    }
                }
            }
            Op::Fma(a, b, c) => self.fused(false, [a, b, c]),
            Op::Fnma(a, b, c) => self.fused(true, [a, b, c]),
            Op::Compare(op, a, b) => self.compared(op, a, b),
            Op::Logic(op, a, b) => self.joined(op, a, b),
            Op::Not(a) => self.negated(a),
            Op::Select(mask, a, b) => self.choose(mask, a, b),
            Op::BitOp(op, a, b) => self.bits(op, a, b),
            Op::Shl(a, by) => {
                let a = self.value(a);
                self.shift(a, true, by, self.shape.is_f64())
            }
            Op::Shr(a, by) => {
                let a = self.value(a);
                self.shift(a, false, by, self.shape.is_f64())
            }
        };
        Operand::Reg(made)
    }

    fn unary(&mut self, op: Unary, a: Value) -> Reg {
        let sign = self.sign_bit();
        match op {
            Unary::Neg => {
                let a = self.value(a);
                let sign = self.constant(Constant::Lane(sign));
                self.bitwise(Bitwise::Xor, a, sign)
            }
            Unary::Abs => {
                let a = self.value(a);
                let rest = self.constant(Constant::Lane(self.cut(!sign)));
                self.bitwise(Bitwise::And, a, rest)
            }
            Unary::Sqrt => {
                let a = self.place(a);
                self.make(Operation::Sqrt, &[a])
            }
            Unary::Floor | Unary::Round => {
                let a = self.place(a);
                let down = op == Unary::Floor;
                self.make(Operation::Round { down }, &[a])
            }
        }
    }

    /// A fused operation reads one operand from memory at most.
    fn fused(&mut self, negated: bool, values: [Value; 3]) -> Reg {
        let mut inputs = values.map(|value| self.place(value));
        let mut seen = false;
        // A factor is left in memory rather than the summand, which then is overwritten.
        for place in [0, 1, 2] {
            if inputs[place].is_memory() && std::mem::replace(&mut seen, true) {
                inputs[place] = Operand::Reg(self.reg(inputs[place]));
            }
        }
        self.make(Operation::Fused { negated }, &inputs)
    }

    fn choose(&mut self, mask: Value, a: Value, b: Value) -> Reg {
        let mask = self.place(mask);
        let zero = matches!(*self.kernel.op(b), Op::Const(x) if x.to_bits() == 0);
        if zero {
            let a = self.value(a);
            return self.make(Operation::Keep, &[mask, Operand::Reg(a)]);
        }
        let a = self.place(a);
        let b = self.value(b);
        self.make(Operation::Select, &[mask, a, Operand::Reg(b)])
    }

    fn bits(&mut self, op: BitOp, a: Value, b: Value) -> Reg {
        let (mut a, mut b) = (self.place(a), self.place(b));
        if a.is_memory() && op != BitOp::Sub {
            std::mem::swap(&mut a, &mut b);
        }
        let a = self.reg(a);
        let quad = self.shape.is_f64();
        match op {
            BitOp::Add => self.make(Operation::AddInteger { quad }, &[Operand::Reg(a), b]),
            BitOp::Sub => self.make(Operation::SubInteger { quad }, &[Operand::Reg(a), b]),
            BitOp::And => self.bitwise(Bitwise::And, a, b),
            BitOp::Or => self.bitwise(Bitwise::Or, a, b),
            BitOp::Xor => self.bitwise(Bitwise::Xor, a, b),
        }
    }

    fn load(&mut self, array: u32, element: Element) -> Reg {
        let wide = self.shape.is_f64();
        match (element, wide) {
            (Element::Real, _) | (Element::F64, true) => self.make(Operation::Load { array }, &[]),
            (Element::I32, true) => self.make(Operation::LoadSigned { array }, &[]),
            (Element::U32, true) if self.shape.target == Target::Avx512 => {
                self.make(Operation::LoadUnsigned { array }, &[])
            }
            (Element::U32, true) => {
                let lanes = self.make(Operation::LoadExtended { array }, &[]);
                self.small_integer(lanes)
            }
            (Element::I32, false) => {
                let lanes = self.make(Operation::Load { array }, &[]);
                let signed = true;
                self.make(Operation::ToFloat { signed }, &[Operand::Reg(lanes)])
            }
            (Element::U32, false) => {
                let lanes = self.make(Operation::Load { array }, &[]);
                self.unsigned_to_float(lanes)
            }
            (Element::F64, false) => {
                let [low, high] =
                    [false, true].map(|high| self.make(Operation::LoadNarrow { array, high }, &[]));
                self.make(Operation::Join, &[Operand::Reg(low), Operand::Reg(high)])
            }
        }
    }

    /// Unsigned 32-bit integers as floats, rounded once.
    fn unsigned_to_float(&mut self, lanes: Reg) -> Reg {
        let lanes_in = [Operand::Reg(lanes)];
        if self.shape.target == Target::Avx512 {
            return self.make(Operation::ToFloat { signed: false }, &lanes_in);
        }
        // Both halves are exact; the fused operation rounds their sum.
        let high = self.shift(lanes, false, 16, false);
        let low_bits = self.constant(Constant::Lane(0xFFFF));
        let low = self.bitwise(Bitwise::And, lanes, low_bits);
        let [high, low] = [high, low]
            .map(|half| self.make(Operation::ToFloat { signed: true }, &[Operand::Reg(half)]));
        let factor = self.float(65536.0);
        self.make(
            Operation::Fused { negated: false },
            &[Operand::Reg(high), factor, Operand::Reg(low)],
        )
    }

    /// Integers below 2^52 in 64-bit lanes as doubles.
    pub(super) fn small_integer(&mut self, lanes: Reg) -> Reg {
        let exponent = self.constant(Constant::Quad(TWO_52));
        let above = self.bitwise(Bitwise::Or, lanes, exponent);
        self.arithmetic(Binary::Sub, above, exponent)
    }

    /// The numbers of the elements as integers in lanes of 32 or 64 bits.
    pub(super) fn elements(&mut self, quad: bool) -> Reg {
        if let Some(counters) = self.counters {
            let array = counters.element();
            return self.make(Operation::LoadExtended { array }, &[]);
        }
        let first = self.make(Operation::Element { quad }, &[]);
        let count = self.constant(if quad {
            Constant::Count64
        } else {
            Constant::Count32
        });
        self.make(
            Operation::AddInteger { quad },
            &[Operand::Reg(first), count],
        )
    }

    fn effect(&mut self, effect: &Effect) -> Option<()> {
        match *effect {
            Effect::Store(binding, value) => {
                let flushed = self.flushed(value);
                let array = binding.0;
                self.act(Operation::Store { array }, Operand::Reg(flushed));
            }
            Effect::Clear(binding) => {
                let element = self.kernel.bindings[binding.index()].element;
                let bytes = element.bytes(self.shape.precision) as u8;
                let zero = self.make(Operation::Zero, &[]);
                let array = binding.0;
                self.act(Operation::Clear { array, bytes }, Operand::Reg(zero));
            }
            Effect::Emit(emission, mask) => {
                let mask = self.place(mask);
                self.given.masks.push(emission.0);
                let emission = emission.0;
                self.act(Operation::Emit { emission }, mask);
            }
            Effect::EmitCount(emission, value) => {
                let emission = emission.0;
                let value = self.place(value);
                let rounded = self.make(Operation::Round { down: false }, &[value]);
                self.aside(Aside::Count { emission }, rounded);
            }
            Effect::Reduce(_, reduction, value) => {
                let value = self.value(value);
                self.aside(Aside::Reduce { reduction }, value);
            }
            Effect::Set(..) => return None,
        }
        Some(())
    }

    fn aside(&mut self, aside: Aside, value: Reg) {
        let side = self.given.asides.len() as u32;
        self.given.asides.push(aside);
        self.act(Operation::Aside { side }, Operand::Reg(value));
    }

    pub(super) fn arithmetic(&mut self, op: Binary, a: Reg, b: Operand) -> Reg {
        self.make(Operation::Arithmetic(op), &[Operand::Reg(a), b])
    }

    pub(super) fn bitwise(&mut self, op: Bitwise, a: Reg, b: Operand) -> Reg {
        self.make(Operation::Bitwise(op), &[Operand::Reg(a), b])
    }

    pub(super) fn shift(&mut self, a: Reg, left: bool, by: u8, quad: bool) -> Reg {
        self.make(Operation::Shift { left, by, quad }, &[Operand::Reg(a)])
    }

    pub(super) fn make(&mut self, operation: Operation, inputs: &[Operand]) -> Reg {
        self.make_in(Bank::Vector, operation, inputs)
    }

    pub(super) fn make_mask(&mut self, operation: Operation, inputs: &[Operand]) -> Reg {
        self.make_in(self.shape.target.mask_bank(), operation, inputs)
    }

    fn make_in(&mut self, bank: Bank, operation: Operation, inputs: &[Operand]) -> Reg {
        let out = self.listing.new_reg(bank);
        self.push(operation, Some(out), inputs);
        out
    }

    fn act(&mut self, operation: Operation, input: Operand) {
        self.push(operation, None, &[input]);
    }

    fn push(&mut self, operation: Operation, out: Option<Reg>, given: &[Operand]) {
        let mut inputs = [Operand::None; 3];
        inputs[..given.len()].copy_from_slice(given);
        self.listing.instructions.push(Instruction {
            operation,
            out,
            inputs,
            copy: 0,
        });
    }

    pub(super) fn place(&self, value: Value) -> Operand {
        self.places[value.index()]
    }

    /// The register of a value.
    pub(super) fn value(&mut self, value: Value) -> Reg {
        self.reg(self.place(value))
    }

    pub(super) fn reg(&mut self, operand: Operand) -> Reg {
        match operand {
            Operand::Reg(reg) => reg,
            memory => self.make(Operation::Splat, &[memory]),
        }
    }

    pub(super) fn constant(&mut self, constant: Constant) -> Operand {
        Operand::Pool(self.numbers.constant(constant))
    }

    /// A float constant of the kernel's precision.
    pub(super) fn float(&mut self, x: f64) -> Operand {
        let bits = match self.shape.precision {
            Precision::F32 => u64::from((x as f32).to_bits()),
            Precision::F64 => x.to_bits(),
        };
        self.constant(Constant::Lane(bits))
    }

    pub(super) fn sign_bit(&self) -> u64 {
        1 << (8 * self.shape.lane_bytes() - 1)
    }

    pub(super) fn cut(&self, bits: u64) -> u64 {
        match self.shape.precision {
            Precision::F32 => bits & 0xFFFF_FFFF,
            Precision::F64 => bits,
        }
    }
}
