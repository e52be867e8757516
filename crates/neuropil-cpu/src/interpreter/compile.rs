//! From a verified kernel to a tape.

use neuropil_ir::kernel::{
    Binary, Binding, BitOp, Compare, Effect, Element, Kernel, Op, Reduction, Value,
};

use super::allocate::{Draft, Place, allocate};
use super::chain::CHAIN_LENGTHS;
use super::choose::{self, Pair, Rest};
use super::function::{Same, Wire};
use super::fuse::{self, Group, Role};
use super::group;
use super::instruction::Run;
use super::lane::{Lane, Pattern};
use super::run::{Emitted, Reduced, Typed};
use super::transfer;
use crate::program::{InstructionSet, MOST_REDUCTIONS};

/// Compiles a kernel; `None` if it has more values than a tape can name.
pub(super) fn compile<L: Lane>(
    kernel: &Kernel,
    set: InstructionSet,
    keys: Vec<[u32; 2]>,
) -> Option<Typed<L>> {
    let mut compiler = Compiler::new(kernel, set)?;
    compiler.numbers()?;
    for place in 0..kernel.ops.len() {
        if compiler.uses[place] > 0 {
            compiler.emit_op(Value(place as u32))?;
        }
    }
    compiler.finish(keys)
}

struct Compiler<'k, L: Lane> {
    kernel: &'k Kernel,
    set: InstructionSet,
    /// How often each value is read by operations and effects that matter.
    uses: Vec<u32>,
    /// Loads that must be copied because an effect reads them.
    copied: Vec<bool>,
    roles: Vec<Role>,
    /// Values of chains that the next of the chain takes up.
    chained: Vec<bool>,
    places: Vec<Place>,
    /// The table of numbers.
    table: Vec<L>,
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
        let roles = fuse::roles(kernel, &uses);
        let mut chained = vec![false; count];
        for role in &roles {
            if let Role::Head(Group::Chain {
                before,
                first: false,
                ..
            }) = *role
            {
                chained[before.index()] = true;
            }
        }
        Some(Self {
            kernel,
            set,
            roles,
            chained,
            uses,
            copied,
            places: vec![Place::Plain(0); count],
            table: Vec::new(),
            uniforms: Vec::new(),
            drafts: Vec::new(),
            values: 0,
        })
    }

    fn place(&self, value: Value) -> Place {
        self.places[value.index()]
    }

    /// Places the numbers that operations name: those may stand behind the head of a group.
    fn numbers(&mut self) -> Option<()> {
        for place in 0..self.kernel.ops.len() {
            if self.uses[place] == 0 {
                continue;
            }
            self.places[place] = match self.kernel.ops[place] {
                Op::Const(x) => Place::Number(self.number(L::of(x))?),
                Op::BitsConst(x) => Place::Number(self.number(L::from_bits(L::Bits::cut(x)))?),
                Op::Uniform(uniform) => {
                    let place = self.new_number(L::default())?;
                    self.uniforms.push((place, uniform.0));
                    Place::Number(place)
                }
                _ => continue,
            };
        }
        Some(())
    }

    /// Emits the instructions of an operation, if it needs any.
    fn emit_op(&mut self, value: Value) -> Option<()> {
        let place = match self.roles[value.index()] {
            Role::Inner => return Some(()),
            Role::Head(_) if self.chained[value.index()] => return Some(()),
            Role::Head(group) => self.group(value, group)?,
            Role::Alone => self.op(value)?,
        };
        self.places[value.index()] = place;
        Some(())
    }

    /// Emits a group and says where the value of its head is.
    fn group(&mut self, head: Value, group: Group) -> Option<Place> {
        let set = self.set;
        Some(match group {
            Group::Chain { .. } => self.chain(head)?,
            Group::Clamp { x, low, high } => {
                let numbers = self.neighbours(&[low, high])?;
                let inputs = [self.place(x), Place::Plain(numbers)];
                self.emit(L::run::<group::Clamp>(set), &inputs)
            }
            Group::Split { x, numbers, rest } => {
                let numbers = self.neighbours(&numbers)?;
                let inputs = [self.place(x), Place::Plain(numbers)];
                let shifted = self.emit(L::run::<group::Split>(set), &inputs);
                let also = Place::Slot(self.values);
                self.values += 1;
                self.drafts.last_mut()?.also = also;
                self.places[rest.index()] = also;
                shifted
            }
            Group::ScaleTwice { p, bits, by } => {
                let inputs = [self.place(p), self.place(bits), Place::Plain(by.into())];
                self.emit(L::run::<group::ScaleTwice>(set), &inputs)
            }
            Group::ScaleRest { q, bits, by, unit } => {
                let (q, bits) = (self.place(q), self.place(bits));
                let inputs = [q, bits, Place::Plain(by.into()), self.place(unit)];
                self.emit(L::run::<group::ScaleRest>(set), &inputs)
            }
            Group::Near {
                x,
                limit,
                near,
                far,
            } => {
                let inputs = [x, limit, near, far].map(|value| self.place(value));
                let run = match inputs[2] {
                    Place::Number(_) => L::run::<group::Near<Same>>(set),
                    _ => L::run::<group::Near<Wire>>(set),
                };
                self.emit(run, &inputs)
            }
        })
    }

    /// Emits the instruction of an operation and says where its value is.
    fn op(&mut self, value: Value) -> Option<Place> {
        let set = self.set;
        Some(match *self.kernel.op(value) {
            Op::Const(_) | Op::BitsConst(_) | Op::Uniform(_) => self.place(value),
            Op::Load(binding) => self.load(binding, self.copied[value.index()]),
            Op::Lane => self.emit(L::run::<transfer::Index>(set), &[]),
            Op::Draw(stream) => {
                let stream = u16::try_from(stream.0).ok()?;
                self.emit(L::run::<super::draw::Draw>(set), &[Place::Plain(stream)])
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
                self.emit(L::run::<transfer::Shl>(set), &[a, Place::Plain(by.into())])
            }
            Op::Shr(a, by) => {
                let a = self.wire(self.place(a));
                self.emit(L::run::<transfer::Shr>(set), &[a, Place::Plain(by.into())])
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
                return self.emit(L::run::<transfer::FromU32>(self.set), &[array]);
            }
            Element::I32 => {
                return self.emit(L::run::<transfer::FromI32>(self.set), &[array]);
            }
        };
        match (in_place, copied) {
            (true, false) => array,
            (true, true) => self.emit(L::run::<transfer::Copy>(self.set), &[array]),
            (false, _) => self.emit(L::run::<transfer::FromF64>(self.set), &[array]),
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
            match self.roles[at.index()] {
                Role::Head(Group::Chain {
                    before,
                    first: false,
                    ..
                }) => at = before,
                Role::Head(Group::Chain {
                    before,
                    x,
                    first: true,
                }) => {
                    break (self.place(before), self.place(x));
                }
                _ => return None,
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
            let place = self.new_number(self.table[usize::from(known)])?;
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
            Place::Number(_) => self.emit(L::run::<transfer::Splat>(self.set), &[place]),
            _ => place,
        }
    }

    fn emit(&mut self, run: Run<L>, inputs: &[Place]) -> Place {
        let out = Place::Slot(self.values);
        self.values += 1;
        self.draft(run, out, inputs);
        out
    }

    fn draft(&mut self, run: Run<L>, out: Place, given: &[Place]) {
        let mut inputs = [Place::Plain(0); 4];
        inputs[..given.len()].copy_from_slice(given);
        let also = Place::Plain(0);
        self.drafts.push(Draft {
            run,
            out,
            also,
            inputs,
        });
    }

    fn number(&mut self, number: L) -> Option<u16> {
        let known = self.table.iter().enumerate().position(|(place, &x)| {
            x.bits() == number.bits() && !self.uniforms.iter().any(|(at, _)| *at as usize == place)
        });
        match known {
            Some(place) => u16::try_from(place).ok(),
            None => self.new_number(number),
        }
    }

    fn new_number(&mut self, number: L) -> Option<u16> {
        self.table.push(number);
        u16::try_from(self.table.len() - 1).ok()
    }

    /// Emits the effects and chooses slots.
    fn finish(mut self, keys: Vec<[u32; 2]>) -> Option<Typed<L>> {
        let set = self.set;
        let mut emitted: Vec<(u32, Place, Option<Place>)> = Vec::new();
        let mut reduced: Vec<(Reduction, Place)> = Vec::new();
        let mut sets: Vec<(u32, Place)> = Vec::new();
        for effect in &self.kernel.effects {
            match *effect {
                Effect::Store(binding, value) => {
                    let value = self.wire(self.place(value));
                    let out = Place::Array(binding.0 as u16);
                    self.draft(L::run::<transfer::Store>(set), out, &[value]);
                }
                Effect::Clear(binding) => {
                    let runs = match self.kernel.bindings[binding.index()].element {
                        Element::U32 | Element::I32 => L::run::<transfer::Clear4>(set),
                        Element::Real if size_of::<L>() == 4 => L::run::<transfer::Clear4>(set),
                        Element::Real | Element::F64 => L::run::<transfer::Clear8>(set),
                    };
                    self.draft(runs, Place::Array(binding.0 as u16), &[]);
                }
                Effect::Emit(emission, mask) => {
                    let mask = self.place(mask);
                    let any = self.emit(L::run::<transfer::Any>(set), &[mask]);
                    emitted.push((emission.0, mask, Some(any)));
                }
                Effect::EmitCount(emission, value) => {
                    let value = self.wire(self.place(value));
                    emitted.push((emission.0, value, None));
                }
                Effect::Reduce(_, reduction, value) => {
                    let value = self.wire(self.place(value));
                    reduced.push((reduction, value));
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
        kept.extend(reduced.iter().map(|r| r.1));
        kept.extend(sets.iter().map(|s| s.1));
        let arrays = self.kernel.bindings.len();
        let chosen = allocate(&self.drafts, self.values as usize, &kept, arrays)?;
        Some(Typed {
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
                .map(|&(reduction, value)| Reduced {
                    reduction,
                    value: chosen.wire(value),
                })
                .collect(),
            sets: sets
                .iter()
                .map(|&(uniform, value)| (uniform, chosen.wire(value)))
                .collect(),
            slots: chosen.slots,
            instructions: chosen.instructions,
            numbers: self.table,
            uniforms: self.uniforms,
            keys,
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
