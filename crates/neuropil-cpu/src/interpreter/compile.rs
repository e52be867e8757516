//! From a verified kernel to a tape.

use neuropil_ir::draw;
use neuropil_ir::kernel::{
    Binary, Binding, BitOp, Compare, Effect, Element, Kernel, Op, Reduction, Value,
};

use super::allocate::{Draft, Place, allocate};
use super::chain::CHAIN_LENGTHS;
use super::choose::{self, Pair, Rest};
use super::instruction::Runs;
use super::lane::{Lane, Pattern};
use super::run::{Emitted, MOST_REDUCTIONS, Reduced, Tape};
use super::set::InstructionSet;
use super::transfer;

/// Compiles a kernel; `None` if it has more values than a tape can name.
pub(super) fn compile<L: Lane>(kernel: &Kernel, set: InstructionSet, seed: u64) -> Option<Tape<L>> {
    let mut compiler = Compiler::new(kernel, set)?;
    for place in 0..kernel.ops.len() {
        if compiler.uses[place] > 0 && compiler.links[place] != Link::Inner {
            compiler.places[place] = compiler.op(Value(place as u32))?;
        }
    }
    compiler.finish(seed)
}

/// The part of an operation in a chain of fused multiply-adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// None.
    Alone,
    /// Its value is kept in a register for the next of the chain.
    Inner,
    /// It is the last of a chain.
    Last,
}

struct Compiler<'k, L: Lane> {
    kernel: &'k Kernel,
    set: InstructionSet,
    /// How often each value is read by operations and effects that matter.
    uses: Vec<u32>,
    /// Loads that must be copied because an effect reads them.
    copied: Vec<bool>,
    links: Vec<Link>,
    /// For the operations of a chain: the value multiplied (the one before) and the factor.
    factors: Vec<Option<(Value, Value)>>,
    places: Vec<Place>,
    numbers: Vec<L>,
    /// Places of the table that hold uniforms.
    uniforms: Vec<(u16, u32)>,
    drafts: Vec<Draft<L>>,
    values: u32,
}

impl<'k, L: Lane> Compiler<'k, L> {
    fn new(kernel: &'k Kernel, set: InstructionSet) -> Option<Self> {
        u16::try_from(kernel.bindings.len()).ok()?;
        let count = kernel.ops.len();
        let mut uses = vec![0; count];
        let mut copied = vec![false; count];
        for effect in &kernel.effects {
            if let Some(value) = effect.operand() {
                uses[value.index()] += 1;
                copied[value.index()] = true;
            }
        }
        for place in (0..count).rev() {
            if uses[place] == 0 {
                continue;
            }
            // A bit pattern and its `Real` are one value in one place.
            let alias = matches!(kernel.ops[place], Op::ToBits(_) | Op::FromBits(_));
            for operand in kernel.ops[place].operands() {
                uses[operand.index()] += 1;
                copied[operand.index()] |= alias && copied[place];
            }
        }
        let mut compiler = Self {
            kernel,
            set,
            uses,
            copied,
            links: vec![Link::Alone; count],
            factors: vec![None; count],
            places: vec![Place::Plain(0); count],
            numbers: Vec::new(),
            uniforms: Vec::new(),
            drafts: Vec::new(),
            values: 0,
        };
        compiler.find_chains();
        Some(compiler)
    }

    /// Finds chains `p * x + c` with one x and numbers c in which each p is read once.
    fn find_chains(&mut self) {
        for place in 0..self.kernel.ops.len() {
            let Op::Fma(a, b, c) = self.kernel.ops[place] else {
                continue;
            };
            if self.uses[place] == 0 || !self.is_number(c) {
                continue;
            }
            for (p, x) in [(a, b), (b, a)] {
                let Op::Fma(pa, pb, pc) = *self.kernel.op(p) else {
                    continue;
                };
                let inner = if pa == x { pb } else { pa };
                let joins = (pa == x || pb == x)
                    && self.uses[p.index()] == 1
                    && self.is_number(pc)
                    && !self.is_number(x);
                if joins {
                    self.links[p.index()] = Link::Inner;
                    self.links[place] = Link::Last;
                    self.factors[place] = Some((p, x));
                    self.factors[p.index()].get_or_insert((inner, x));
                    break;
                }
            }
        }
    }

    /// Whether a value is equal for all lanes by its form.
    fn is_number(&self, value: Value) -> bool {
        match *self.kernel.op(value) {
            Op::Const(_) | Op::BitsConst(_) | Op::Uniform(_) => true,
            Op::ToBits(a) | Op::FromBits(a) => self.is_number(a),
            _ => false,
        }
    }

    fn place(&self, value: Value) -> Place {
        self.places[value.index()]
    }

    /// Emits the instruction of an operation, if it needs one, and says where its value is.
    fn op(&mut self, value: Value) -> Option<Place> {
        let set = self.set;
        Some(match *self.kernel.op(value) {
            Op::Const(x) => Place::Number(self.number(L::of(x))?),
            Op::BitsConst(x) => Place::Number(self.number(L::from_bits(L::Bits::cut(x)))?),
            Op::Uniform(uniform) => {
                let place = self.new_number(L::default())?;
                self.uniforms.push((place, uniform.0));
                Place::Number(place)
            }
            Op::Load(binding) => self.load(binding, self.copied[value.index()]),
            Op::Lane => self.emit(L::runs::<transfer::Index>(set), &[]),
            Op::Draw(stream) => {
                let stream = u16::try_from(stream.0).ok()?;
                self.emit(L::runs::<super::draw::Draw>(set), &[Place::Plain(stream)])
            }
            Op::Unary(op, a) => {
                let a = self.wire(self.place(a));
                self.emit(choose::unary(set, op), &[a])
            }
            Op::Not(a) => self.emit(choose::not(set), &[self.place(a)]),
            Op::ToBits(a) | Op::FromBits(a) => self.place(a),
            Op::Binary(op, a, b) => {
                let symmetric = matches!(op, Binary::Add | Binary::Mul);
                let (a, b, pair) = self.pair(a, b, symmetric);
                self.emit(choose::binary(set, op, pair), &[a, b])
            }
            Op::Compare(op, a, b) => {
                let symmetric = matches!(op, Compare::Eq | Compare::Ne);
                let (a, b, pair) = self.pair(a, b, symmetric);
                self.emit(choose::compare(set, op, pair), &[a, b])
            }
            Op::BitOp(op, a, b) => {
                let (a, b, pair) = self.pair(a, b, op != BitOp::Sub);
                self.emit(choose::bits(set, op, pair), &[a, b])
            }
            Op::Logic(op, a, b) => {
                self.emit(choose::logic(set, op), &[self.place(a), self.place(b)])
            }
            Op::Fma(..) if self.links[value.index()] == Link::Last => self.chain(value)?,
            Op::Fma(a, b, c) => {
                let (inputs, rest) = self.product(a, b, c);
                self.emit(choose::fma(set, rest), &inputs)
            }
            Op::Fnma(a, b, c) => {
                let (inputs, rest) = self.product(a, b, c);
                self.emit(choose::fnma(set, rest), &inputs)
            }
            Op::Select(m, a, b) => {
                let inputs = [self.place(m), self.place(a), self.place(b)];
                self.emit(choose::select(set, rest_of(inputs)), &inputs)
            }
            Op::Shl(a, by) => {
                let a = self.wire(self.place(a));
                self.emit(L::runs::<transfer::Shl>(set), &[a, Place::Plain(by.into())])
            }
            Op::Shr(a, by) => {
                let a = self.wire(self.place(a));
                self.emit(L::runs::<transfer::Shr>(set), &[a, Place::Plain(by.into())])
            }
        })
    }

    /// Reads an array in place where that is possible.
    fn load(&mut self, binding: Binding, copied: bool) -> Place {
        let array = Place::Array(binding.0 as u16);
        let in_place = match self.kernel.bindings[binding.index()].element {
            Element::Real => true,
            Element::F64 => L::BLOCK == <f64 as Lane>::BLOCK,
            Element::U32 => {
                return self.emit(L::runs::<transfer::FromU32>(self.set), &[array]);
            }
            Element::I32 => {
                return self.emit(L::runs::<transfer::FromI32>(self.set), &[array]);
            }
        };
        match (in_place, copied) {
            (true, false) => array,
            (true, true) => self.emit(L::runs::<transfer::Copy>(self.set), &[array]),
            (false, _) => self.emit(L::runs::<transfer::FromF64>(self.set), &[array]),
        }
    }

    /// The inputs of a chain, cut into the lengths that exist.
    fn chain(&mut self, last: Value) -> Option<Place> {
        let mut terms = Vec::new();
        let mut at = last;
        let (start, x) = loop {
            let Op::Fma(_, _, c) = *self.kernel.op(at) else {
                return None;
            };
            terms.push(c);
            let (before, x) = self.factors[at.index()]?;
            if self.links[before.index()] == Link::Inner {
                at = before;
            } else {
                break (self.place(before), self.place(x));
            }
        };
        terms.reverse();
        let mut p = start;
        let mut rest = terms.as_slice();
        while let Some(&length) = CHAIN_LENGTHS.iter().find(|&&length| length <= rest.len()) {
            let (now, later) = rest.split_at(length);
            let first = self.neighbours(now)?;
            let from_number = matches!(p, Place::Number(_));
            p = self.emit(
                choose::chain(self.set, length, from_number),
                &[p, x, Place::Plain(first)],
            );
            rest = later;
        }
        for &c in rest {
            let inputs = [p, x, self.place(c)];
            p = self.emit(choose::fma(self.set, rest_of(inputs)), &inputs);
        }
        Some(p)
    }

    /// Places numbers next to one another in the table.
    fn neighbours(&mut self, values: &[Value]) -> Option<u16> {
        let mut first = None;
        for &value in values {
            let Place::Number(known) = self.place(value) else {
                return None;
            };
            let place = self.new_number(self.numbers[usize::from(known)])?;
            if let Some(&(_, uniform)) = self.uniforms.iter().find(|(at, _)| *at == known) {
                self.uniforms.push((place, uniform));
            }
            first.get_or_insert(place);
        }
        first
    }

    /// The inputs of a fused operation: a number among the factors is the second.
    fn product(&mut self, a: Value, b: Value, c: Value) -> ([Place; 3], Rest) {
        let (mut a, mut b) = (self.place(a), self.place(b));
        if matches!(a, Place::Number(_)) {
            std::mem::swap(&mut a, &mut b);
        }
        let inputs = [self.wire(a), b, self.place(c)];
        (inputs, rest_of(inputs))
    }

    /// Two inputs of which at most one is a number; if they may be exchanged, the second.
    fn pair(&mut self, a: Value, b: Value, symmetric: bool) -> (Place, Place, Pair) {
        match (self.place(a), self.place(b)) {
            (a @ Place::Number(_), b @ Place::Number(_)) => (self.wire(a), b, Pair::NumberSecond),
            (a @ Place::Number(_), b) if symmetric => (b, a, Pair::NumberSecond),
            (a @ Place::Number(_), b) => (a, b, Pair::NumberFirst),
            (a, b @ Place::Number(_)) => (a, b, Pair::NumberSecond),
            (a, b) => (a, b, Pair::Wires),
        }
    }

    /// Spreads a number over a slot; wires stay.
    fn wire(&mut self, place: Place) -> Place {
        match place {
            Place::Number(_) => self.emit(L::runs::<transfer::Splat>(self.set), &[place]),
            _ => place,
        }
    }

    fn emit(&mut self, runs: Runs<L>, inputs: &[Place]) -> Place {
        let out = Place::Slot(self.values);
        self.values += 1;
        self.draft(runs, out, inputs);
        out
    }

    fn draft(&mut self, runs: Runs<L>, out: Place, given: &[Place]) {
        let mut inputs = [Place::Plain(0); 3];
        inputs[..given.len()].copy_from_slice(given);
        self.drafts.push(Draft { runs, out, inputs });
    }

    fn number(&mut self, number: L) -> Option<u16> {
        let known = self.numbers.iter().enumerate().position(|(place, &x)| {
            x.bits() == number.bits() && !self.uniforms.iter().any(|(at, _)| *at as usize == place)
        });
        match known {
            Some(place) => u16::try_from(place).ok(),
            None => self.new_number(number),
        }
    }

    fn new_number(&mut self, number: L) -> Option<u16> {
        self.numbers.push(number);
        u16::try_from(self.numbers.len() - 1).ok()
    }

    /// Emits the effects and chooses slots.
    fn finish(mut self, seed: u64) -> Option<Tape<L>> {
        let set = self.set;
        let mut emitted: Vec<(u32, Place, Option<Place>)> = Vec::new();
        let mut reduced: Vec<(u32, Reduction, Place)> = Vec::new();
        let mut sets: Vec<(u32, Place)> = Vec::new();
        for effect in &self.kernel.effects {
            match *effect {
                Effect::Store(binding, value) => {
                    let value = self.wire(self.place(value));
                    let out = Place::Array(binding.0 as u16);
                    self.draft(L::runs::<transfer::Store>(set), out, &[value]);
                }
                Effect::Clear(binding) => {
                    let runs = match self.kernel.bindings[binding.index()].element {
                        Element::U32 | Element::I32 => L::runs::<transfer::Clear4>(set),
                        Element::Real if size_of::<L>() == 4 => L::runs::<transfer::Clear4>(set),
                        Element::Real | Element::F64 => L::runs::<transfer::Clear8>(set),
                    };
                    self.draft(runs, Place::Array(binding.0 as u16), &[]);
                }
                Effect::Emit(emission, mask) => {
                    let mask = self.place(mask);
                    let any = self.emit(L::runs::<transfer::Any>(set), &[mask]);
                    emitted.push((emission.0, mask, Some(any)));
                }
                Effect::EmitCount(emission, value) => {
                    let value = self.wire(self.place(value));
                    emitted.push((emission.0, value, None));
                }
                Effect::Reduce(uniform, reduction, value) => {
                    let value = self.wire(self.place(value));
                    reduced.push((uniform.0, reduction, value));
                }
                Effect::Set(uniform, value) => {
                    let value = self.wire(self.place(value));
                    sets.push((uniform.0, value));
                }
            }
        }
        if reduced.len() > MOST_REDUCTIONS {
            return None;
        }
        let mut kept: Vec<Place> = emitted.iter().map(|e| e.1).collect();
        kept.extend(emitted.iter().filter_map(|e| e.2));
        kept.extend(reduced.iter().map(|r| r.2));
        kept.extend(sets.iter().map(|s| s.1));
        let arrays = self.kernel.bindings.len();
        let chosen = allocate(&self.drafts, self.values as usize, &kept, arrays)?;
        Some(Tape {
            emitted: emitted
                .iter()
                .map(|&(emission, value, any)| Emitted {
                    emission: emission as usize,
                    value: chosen.wire(value),
                    any: any.map(|any| chosen.wire(any)),
                })
                .collect(),
            reduced: reduced
                .iter()
                .map(|&(uniform, reduction, value)| Reduced {
                    uniform,
                    reduction,
                    value: chosen.wire(value),
                })
                .collect(),
            sets: sets
                .iter()
                .map(|&(uniform, value)| (uniform, chosen.wire(value)))
                .collect(),
            slots: chosen.slots,
            tape: chosen.tape,
            numbers: self.numbers,
            uniforms: self.uniforms,
            keys: self
                .kernel
                .draws
                .iter()
                .map(|draw| draw::key(seed, draw.stream))
                .collect(),
            elements: self
                .kernel
                .bindings
                .iter()
                .map(|binding| binding.element)
                .collect(),
        })
    }
}

fn rest_of(inputs: [Place; 3]) -> Rest {
    Rest {
        second: matches!(inputs[1], Place::Number(_)),
        third: matches!(inputs[2], Place::Number(_)),
    }
}
