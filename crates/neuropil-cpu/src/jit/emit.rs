//! From placed instructions to machine code.
//!
//! The function made has one argument, a pointer to the words of [`super::call::Call`], and runs
//! all vectors of a range of lanes. Registers: `rdi` the words, `rcx` the rounds left, `rsi` the
//! lane, `rdx` the pool of constants, `r8` the numbers of the call, `r9` the spill area, `rax` and
//! `r15` scratch, all others the first arrays. It follows the System V convention on every system.

use neuropil_ir::kernel::{Binary, Logic};

use super::allocate::{Location, Placed, Placing};
use super::assembler::{
    Address, Assembler, Extra, Gpr, Length, Map, Opcode, Operands, Prefix, R8, R9, R10, R11, R12,
    R13, R14, R15, RAX, RBP, RBX, RCX, RDI, RDX, RSI, Rm,
};
use super::call::{self, ELEMENT, HEAD, NUMBERS, POOL, ROUNDS, SPILLS};
use super::code::{Bitwise, Operation};
use super::numbers::{Numbers, Stand};
use super::target::{Bank, Shape, Target};

/// Registers that hold the pointers of the first arrays.
const ARRAY_REGISTERS: [Gpr; 7] = [R10, R11, RBX, RBP, R12, R13, R14];

/// Registers that a function must leave as they were.
const SAVED: [Gpr; 6] = [RBX, RBP, R12, R13, R14, R15];

/// Where loops start, so that the processor fetches whole lines.
const LOOP_ALIGNMENT: usize = 64;

/// Writes the function of a kernel.
pub(super) fn emit(
    placing: &Placing,
    numbers: &Numbers,
    shape: Shape,
    arrays: usize,
    emissions: usize,
    copies: u32,
) -> Vec<u8> {
    let mut emitter = Emitter {
        assembler: Assembler::default(),
        numbers,
        shape,
        arrays,
        emissions,
    };
    emitter.prologue();
    emitter.assembler.align(LOOP_ALIGNMENT);
    let start = emitter.assembler.bytes.len();
    for placed in &placing.instructions {
        emitter.instruction(placed);
    }
    let lanes = copies as usize * shape.lanes();
    emitter.assembler.add_number(RSI, lanes as i32);
    emitter.assembler.loop_while_not_zero(RCX, start);
    emitter.epilogue();
    emitter.assembler.bytes
}

struct Emitter<'a> {
    assembler: Assembler,
    numbers: &'a Numbers,
    shape: Shape,
    arrays: usize,
    emissions: usize,
}

/// An opcode of a table.
const fn opcode(map: Map, prefix: Prefix, byte: u8, wide: bool) -> Opcode {
    Opcode {
        map,
        prefix,
        byte,
        wide,
    }
}

impl Emitter<'_> {
    fn prologue(&mut self) {
        for reg in SAVED {
            self.assembler.push(reg);
        }
        for (reg, word) in [(RCX, ROUNDS), (RDX, POOL), (R8, NUMBERS), (R9, SPILLS)] {
            self.load_word(reg, word);
        }
        for (array, reg) in ARRAY_REGISTERS.into_iter().enumerate().take(self.arrays) {
            self.load_word(reg, HEAD + array);
        }
        // xor rsi, rsi
        self.assembler.general(0x33, RSI, Rm::Register(RSI.0));
    }

    fn epilogue(&mut self) {
        // vzeroupper, so that code of older instruction sets is not slowed.
        self.assembler.bytes.extend([0xC5, 0xF8, 0x77]);
        for reg in SAVED.into_iter().rev() {
            self.assembler.pop(reg);
        }
        self.assembler.byte(0xC3);
    }

    fn load_word(&mut self, reg: Gpr, word: usize) {
        let address = Address::at(RDI, word * call::WORD);
        self.assembler.mov(reg, Rm::Memory(address));
    }

    fn instruction(&mut self, placed: &Placed) {
        let out = placed.out;
        let [a, b, c] = placed.inputs;
        let f64 = self.shape.is_f64();
        match placed.operation {
            Operation::Arithmetic(op) => {
                let byte = match op {
                    Binary::Add => 0x58,
                    Binary::Mul => 0x59,
                    Binary::Sub => 0x5C,
                    Binary::Min => 0x5D,
                    Binary::Div => 0x5E,
                    Binary::Max => 0x5F,
                };
                self.vector(self.float_opcode(byte), out, register(a), b, None);
            }
            Operation::Sqrt => self.vector(self.float_opcode(0x51), out, 0, a, None),
            Operation::Round { down } => {
                // Bit 3: no exception for inexact results.
                let mode = if down { 0x09 } else { 0x08 };
                let byte = if f64 { 0x09 } else { 0x08 };
                let opcode = opcode(Map::M0F3A, Prefix::P66, byte, f64);
                self.vector(opcode, out, 0, a, Some(mode));
            }
            Operation::Fused { negated } => self.fused(out, placed.inputs, negated),
            Operation::Compare(predicate) => {
                let opcode = self.float_opcode(0xC2);
                self.vector(opcode, out, register(a), b, Some(predicate as u8));
            }
            Operation::CompareWithin(predicate) => {
                let (rm, extra) = self.operand(b);
                let operands = Operands {
                    reg: out,
                    first: register(a),
                    rm,
                    immediate: Some(predicate as u8),
                };
                let extra = Extra {
                    mask: register(c),
                    ..extra
                };
                self.whole(self.float_opcode(0xC2), operands, extra);
            }
            Operation::TestBits { none } => {
                // vptestnm or vptestm
                let prefix = if none { Prefix::PF3 } else { Prefix::P66 };
                let opcode = opcode(Map::M0F38, prefix, 0x27, f64);
                self.vector(opcode, out, register(a), b, None);
            }
            Operation::MaskLogic(op) => self.mask_logic(op, out, a, b),
            Operation::MaskNot => {
                // knotw
                let opcode = opcode(Map::M0F, Prefix::None, 0x44, false);
                self.mask_instruction(opcode, Length::L128, out, 0, register(a));
            }
            Operation::Select => self.select(out, a, b, c),
            Operation::Keep => self.keep(out, a, b),
            Operation::Bitwise(op) => {
                let byte = match op {
                    Bitwise::And => 0x54,
                    Bitwise::Or => 0x56,
                    Bitwise::Xor => 0x57,
                };
                let wide = self.stand(b).and_then(|stand| stand.once);
                let wide = wide.map_or(f64, |bytes| bytes == 8);
                let prefix = if wide { Prefix::P66 } else { Prefix::None };
                let opcode = opcode(Map::M0F, prefix, byte, wide);
                self.vector(opcode, out, register(a), b, None);
            }
            Operation::Xor3 { quad } => self.xor3(out, placed.inputs, quad),
            Operation::AddInteger { quad } => {
                let byte = if quad { 0xD4 } else { 0xFE };
                let opcode = opcode(Map::M0F, Prefix::P66, byte, quad);
                self.vector(opcode, out, register(a), b, None);
            }
            Operation::SubInteger { quad } => {
                let byte = if quad { 0xFB } else { 0xFA };
                let opcode = opcode(Map::M0F, Prefix::P66, byte, quad);
                self.vector(opcode, out, register(a), b, None);
            }
            Operation::MultiplyWide => {
                let opcode = opcode(Map::M0F, Prefix::P66, 0xF4, true);
                self.vector(opcode, out, register(a), b, None);
            }
            Operation::Shift { left, by, quad } => {
                let byte = if quad { 0x73 } else { 0x72 };
                let opcode = opcode(Map::M0F, Prefix::P66, byte, quad);
                let which = if left { 6 } else { 2 };
                self.vector(opcode, which, out, a, Some(by));
            }
            Operation::Splat => self.splat(out, a),
            Operation::Zero => {
                let opcode = opcode(Map::M0F, Prefix::P66, 0xEF, false);
                self.vector(opcode, out, out, Location::Register(out), None);
            }
            Operation::Element { quad } => self.element(out, placed.copy, quad),
            Operation::Load { array } => {
                let bytes = self.shape.target.vector_bytes();
                let address = self.lanes_of(array, placed.copy, self.shape.lane_bytes(), 0);
                self.load_bytes(out, address, bytes);
            }
            Operation::LoadSigned { array } => {
                let opcode = opcode(Map::M0F, Prefix::PF3, 0xE6, false);
                self.load_as(opcode, out, array, placed.copy, 4, 0);
            }
            Operation::LoadUnsigned { array } => {
                let opcode = opcode(Map::M0F, Prefix::PF3, 0x7A, false);
                self.load_as(opcode, out, array, placed.copy, 4, 0);
            }
            Operation::LoadExtended { array } => {
                let opcode = opcode(Map::M0F38, Prefix::P66, 0x35, false);
                self.load_as(opcode, out, array, placed.copy, 4, 0);
            }
            Operation::LoadNarrow { array, high } => {
                let opcode = opcode(Map::M0F, Prefix::P66, 0x5A, true);
                let half = if high { self.shape.lanes() / 2 } else { 0 };
                self.load_as(opcode, out, array, placed.copy, 8, half);
            }
            Operation::Join => {
                let (byte, wide) = match self.shape.target {
                    Target::Avx2 => (0x18, false),
                    Target::Avx512 => (0x1A, true),
                };
                let opcode = opcode(Map::M0F3A, Prefix::P66, byte, wide);
                self.vector(opcode, out, register(a), b, Some(1));
            }
            Operation::ToFloat { signed: true } => {
                let opcode = opcode(Map::M0F, Prefix::None, 0x5B, false);
                self.vector(opcode, out, 0, a, None);
            }
            Operation::ToFloat { signed: false } => {
                let opcode = opcode(Map::M0F, Prefix::PF2, 0x7A, false);
                self.vector(opcode, out, 0, a, None);
            }
            Operation::Store { array } => {
                let bytes = self.shape.target.vector_bytes();
                let address = self.lanes_of(array, placed.copy, self.shape.lane_bytes(), 0);
                self.store_bytes(register(a), address, bytes);
            }
            Operation::Clear { array, bytes } => {
                self.clear(register(a), array, placed.copy, usize::from(bytes));
            }
            Operation::Emit { emission } => self.emit_mask(register(a), emission, placed.copy),
            Operation::Aside { side } => {
                let word = HEAD + self.arrays + self.emissions + side as usize;
                self.load_word(RAX, word);
                let lane = placed.copy as usize * self.shape.lanes();
                let address = lanes_at(RAX, lane, self.shape.lane_bytes());
                self.store_bytes(register(a), address, self.shape.target.vector_bytes());
            }
            Operation::Move => match placed.bank {
                Bank::Vector => self.vector(self.float_opcode(0x28), out, 0, a, None),
                Bank::Mask => {
                    let opcode = opcode(Map::M0F, Prefix::None, 0x90, false);
                    self.mask_instruction(opcode, Length::L128, out, 0, register(a));
                }
            },
            Operation::Spill { slot } => self.spill(slot, out, placed.bank, true),
            Operation::Reload { slot } => self.spill(slot, out, placed.bank, false),
        }
    }

    /// An opcode of floats of the kernel's precision.
    fn float_opcode(&self, byte: u8) -> Opcode {
        let wide = self.shape.is_f64();
        let prefix = if wide { Prefix::P66 } else { Prefix::None };
        opcode(Map::M0F, prefix, byte, wide)
    }

    /// Where a constant or a number stands.
    fn stand(&self, location: Location) -> Option<Stand> {
        match location {
            Location::Pool(place) => Some(self.numbers.constant_at(place)),
            Location::Number(place) => Some(self.numbers.number_at(place)),
            Location::None | Location::Register(_) => None,
        }
    }

    /// An input that may be in memory, and how it is read from there.
    fn operand(&self, location: Location) -> (Rm, Extra) {
        let vector = self.shape.target.vector_bytes();
        let base = match location {
            Location::Number(_) => R8,
            _ => RDX,
        };
        match self.stand(location) {
            None => (Rm::Register(register(location)), Extra::default()),
            Some(stand) => {
                let extra = Extra {
                    broadcast: stand.once.is_some(),
                    unit: stand.once.unwrap_or(vector) as i32,
                    ..Extra::default()
                };
                (Rm::Memory(Address::at(base, stand.offset)), extra)
            }
        }
    }

    /// An instruction over whole vectors.
    fn vector(&mut self, opcode: Opcode, reg: u8, first: u8, rm: Location, immediate: Option<u8>) {
        let (rm, extra) = self.operand(rm);
        let operands = Operands {
            reg,
            first,
            rm,
            immediate,
        };
        self.whole(opcode, operands, extra);
    }

    fn whole(&mut self, opcode: Opcode, operands: Operands, extra: Extra) {
        match self.shape.target {
            Target::Avx2 => self.assembler.vex(narrow(opcode), Length::L256, operands),
            Target::Avx512 => self.assembler.evex(opcode, Length::L512, operands, extra),
        }
    }

    fn fused(&mut self, out: u8, inputs: [Location; 3], negated: bool) {
        let [a, b, c] = inputs;
        let is_out = |location| location == Location::Register(out);
        // 231: out = first * rm + out; 213: out = first * out + rm; 132: out = out * rm + first.
        let (row, first, rm) = if is_out(c) {
            if let Location::Register(a) = a {
                (0xB0, a, b)
            } else {
                (0xB0, register(b), a)
            }
        } else {
            let other = if is_out(a) { b } else { a };
            match other {
                Location::Register(other) => (0xA0, other, c),
                memory => (0x90, register(c), memory),
            }
        };
        let byte = row + if negated { 0x0C } else { 0x08 };
        let opcode = opcode(Map::M0F38, Prefix::P66, byte, self.shape.is_f64());
        let (rm, extra) = self.operand(rm);
        let operands = Operands {
            reg: out,
            first,
            rm,
            immediate: None,
        };
        match self.shape.target {
            // The bit of the precision is part of these opcodes with either prefix.
            Target::Avx2 => self.assembler.vex(opcode, Length::L256, operands),
            Target::Avx512 => self.assembler.evex(opcode, Length::L512, operands, extra),
        }
    }

    fn mask_logic(&mut self, op: Logic, out: u8, a: Location, b: Location) {
        match self.shape.target {
            Target::Avx2 => {
                let byte = match op {
                    Logic::And => 0x54,
                    Logic::Or => 0x56,
                    Logic::Xor => 0x57,
                };
                self.vector(self.float_opcode(byte), out, register(a), b, None);
            }
            Target::Avx512 => {
                // kandw, korw, kxorw
                let byte = match op {
                    Logic::And => 0x41,
                    Logic::Or => 0x45,
                    Logic::Xor => 0x47,
                };
                let opcode = opcode(Map::M0F, Prefix::None, byte, false);
                self.mask_instruction(opcode, Length::L256, out, register(a), register(b));
            }
        }
    }

    fn mask_instruction(&mut self, opcode: Opcode, length: Length, out: u8, first: u8, rm: u8) {
        let operands = Operands {
            reg: out,
            first,
            rm: Rm::Register(rm),
            immediate: None,
        };
        self.assembler.vex(opcode, length, operands);
    }

    fn select(&mut self, out: u8, mask: Location, yes: Location, no: Location) {
        let (rm, extra) = self.operand(yes);
        let operands = |immediate| Operands {
            reg: out,
            first: register(no),
            rm,
            immediate,
        };
        let f64 = self.shape.is_f64();
        match self.shape.target {
            Target::Avx2 => {
                let byte = if f64 { 0x4B } else { 0x4A };
                let opcode = opcode(Map::M0F3A, Prefix::P66, byte, false);
                let operands = operands(Some(register(mask) << 4));
                self.assembler.vex(opcode, Length::L256, operands);
            }
            Target::Avx512 => {
                let opcode = opcode(Map::M0F38, Prefix::P66, 0x65, f64);
                let extra = Extra {
                    mask: register(mask),
                    ..extra
                };
                self.assembler
                    .evex(opcode, Length::L512, operands(None), extra);
            }
        }
    }

    fn keep(&mut self, out: u8, mask: Location, value: Location) {
        match self.shape.target {
            Target::Avx2 => {
                let opcode = self.float_opcode(0x54);
                self.vector(opcode, out, register(mask), value, None);
            }
            Target::Avx512 => {
                let operands = Operands {
                    reg: out,
                    first: 0,
                    rm: Rm::Register(register(value)),
                    immediate: None,
                };
                let extra = Extra {
                    mask: register(mask),
                    zeroing: true,
                    ..Extra::default()
                };
                let opcode = self.float_opcode(0x28);
                self.assembler.evex(opcode, Length::L512, operands, extra);
            }
        }
    }

    fn xor3(&mut self, out: u8, inputs: [Location; 3], quad: bool) {
        // The third, where it is in memory; else whichever is not the output.
        let mut others = Vec::with_capacity(2);
        let mut taken = false;
        for input in inputs {
            if input == Location::Register(out) && !taken {
                taken = true;
            } else {
                others.push(input);
            }
        }
        let opcode = opcode(Map::M0F3A, Prefix::P66, 0x25, quad);
        // The truth table of the exclusive or of three bits.
        self.vector(opcode, out, register(others[0]), others[1], Some(0x96));
    }

    fn splat(&mut self, out: u8, from: Location) {
        let Some(stand) = self.stand(from) else {
            return;
        };
        let (rm, extra) = self.operand(from);
        let operands = Operands {
            reg: out,
            first: 0,
            rm,
            immediate: None,
        };
        match stand.once {
            None => {
                // vmovups
                let opcode = opcode(Map::M0F, Prefix::None, 0x10, false);
                self.whole(opcode, operands, extra);
            }
            Some(bytes) => {
                let wide = bytes == 8;
                let byte = if wide { 0x19 } else { 0x18 };
                let opcode = opcode(Map::M0F38, Prefix::P66, byte, wide);
                let extra = Extra {
                    broadcast: false,
                    ..extra
                };
                self.whole(opcode, operands, extra);
            }
        }
    }

    fn element(&mut self, out: u8, copy: u32, quad: bool) {
        let lane = copy as usize * self.shape.lanes();
        let address = Address::at(RSI, lane);
        // lea rax, [rsi + lane]; add rax, the element of lane 0
        self.assembler.general(0x8D, RAX, Rm::Memory(address));
        let first = Address::at(RDI, ELEMENT * call::WORD);
        self.assembler.general(0x03, RAX, Rm::Memory(first));
        let from = |register| Operands {
            reg: out,
            first: 0,
            rm: Rm::Register(register),
            immediate: None,
        };
        match self.shape.target {
            Target::Avx2 => {
                // vmovd or vmovq to the vector, then a broadcast from its lane 0
                let mov = opcode(Map::M0F, Prefix::P66, 0x6E, quad);
                self.assembler.vex(mov, Length::L128, from(RAX.0));
                let byte = if quad { 0x59 } else { 0x58 };
                let spread = opcode(Map::M0F38, Prefix::P66, byte, false);
                self.assembler.vex(spread, Length::L256, from(out));
            }
            Target::Avx512 => {
                let spread = opcode(Map::M0F38, Prefix::P66, 0x7C, quad);
                self.assembler
                    .evex(spread, Length::L512, from(RAX.0), Extra::default());
            }
        }
    }

    /// The address of lanes of an array; lanes of this round start at `rsi`.
    fn lanes_of(&mut self, array: u32, copy: u32, lane_bytes: usize, further: usize) -> Address {
        let base = match ARRAY_REGISTERS.get(array as usize) {
            Some(&base) => base,
            None => {
                self.load_word(RAX, HEAD + array as usize);
                RAX
            }
        };
        let lane = copy as usize * self.shape.lanes() + further;
        lanes_at(base, lane, lane_bytes)
    }

    fn load_bytes(&mut self, out: u8, address: Address, bytes: usize) {
        self.move_bytes(0x10, out, address, bytes);
    }

    fn store_bytes(&mut self, from: u8, address: Address, bytes: usize) {
        self.move_bytes(0x11, from, address, bytes);
    }

    /// vmovups of 16, 32 or 64 bytes.
    fn move_bytes(&mut self, byte: u8, reg: u8, address: Address, bytes: usize) {
        let length = match bytes {
            16 => Length::L128,
            32 => Length::L256,
            _ => Length::L512,
        };
        let operands = Operands {
            reg,
            first: 0,
            rm: Rm::Memory(address),
            immediate: None,
        };
        let opcode = opcode(Map::M0F, Prefix::None, byte, false);
        match self.shape.target {
            Target::Avx2 => self.assembler.vex(opcode, length, operands),
            Target::Avx512 => {
                let extra = Extra {
                    unit: bytes as i32,
                    ..Extra::default()
                };
                self.assembler.evex(opcode, length, operands, extra);
            }
        }
    }

    /// A load that converts; `bytes` a lane in memory, from a lane further on.
    fn load_as(
        &mut self,
        opcode: Opcode,
        out: u8,
        array: u32,
        copy: u32,
        bytes: usize,
        further: usize,
    ) {
        let address = self.lanes_of(array, copy, bytes, further);
        let vector = self.shape.target.vector_bytes();
        let extra = Extra {
            // Conversions to wider lanes read half a vector.
            unit: if bytes == 8 { vector } else { vector / 2 } as i32,
            ..Extra::default()
        };
        let operands = Operands {
            reg: out,
            first: 0,
            rm: Rm::Memory(address),
            immediate: None,
        };
        self.whole(opcode, operands, extra);
    }

    fn clear(&mut self, zero: u8, array: u32, copy: u32, bytes: usize) {
        let total = self.shape.lanes() * bytes;
        let piece = total.min(self.shape.target.vector_bytes());
        for part in 0..total / piece {
            let address = self.lanes_of(array, copy, bytes, part * piece / bytes);
            self.store_bytes(zero, address, piece);
        }
    }

    fn emit_mask(&mut self, mask: u8, emission: u32, copy: u32) {
        let word = HEAD + self.arrays + emission as usize;
        let shift = self.shape.lanes_a_byte().trailing_zeros() as u8;
        // r15 = masks + lane / lanes a byte
        self.assembler.mov(R15, Rm::Register(RSI.0));
        self.assembler.shift_right(R15, shift);
        let address = Address::at(RDI, word * call::WORD);
        self.assembler.general(0x03, R15, Rm::Memory(address));
        let place = Address::at(R15, copy as usize * self.shape.mask_bytes());
        match self.shape.target {
            Target::Avx2 => {
                // vmovmskps or vmovmskpd to rax
                let opcode = self.float_opcode(0x50);
                let operands = Operands {
                    reg: RAX.0,
                    first: 0,
                    rm: Rm::Register(mask),
                    immediate: None,
                };
                self.assembler.vex(narrow(opcode), Length::L256, operands);
                self.assembler.store_byte(RAX, place);
            }
            Target::Avx512 => {
                // kmovw writes 16 lanes, kmovb 8.
                let prefix = if self.shape.mask_bytes() == 2 {
                    Prefix::None
                } else {
                    Prefix::P66
                };
                let operands = Operands {
                    reg: mask,
                    first: 0,
                    rm: Rm::Memory(place),
                    immediate: None,
                };
                let opcode = opcode(Map::M0F, prefix, 0x91, false);
                self.assembler.vex(opcode, Length::L128, operands);
            }
        }
    }

    fn spill(&mut self, slot: u32, register: u8, bank: Bank, out: bool) {
        let bytes = self.shape.target.vector_bytes();
        let address = Address::at(R9, slot as usize * bytes);
        match bank {
            Bank::Vector if out => self.store_bytes(register, address, bytes),
            Bank::Vector => self.load_bytes(register, address, bytes),
            Bank::Mask => {
                // kmovw
                let byte = if out { 0x91 } else { 0x90 };
                let operands = Operands {
                    reg: register,
                    first: 0,
                    rm: Rm::Memory(address),
                    immediate: None,
                };
                let opcode = opcode(Map::M0F, Prefix::None, byte, false);
                self.assembler.vex(opcode, Length::L128, operands);
            }
        }
    }
}

/// The address of a lane of this round, counted from `rsi`.
fn lanes_at(base: Gpr, lane: usize, lane_bytes: usize) -> Address {
    Address {
        base,
        index: Some((RSI, lane_bytes.trailing_zeros() as u8)),
        displacement: (lane * lane_bytes) as i32,
    }
}

/// The number of a register; 0 for what is none, which no operation asks for.
fn register(location: Location) -> u8 {
    match location {
        Location::Register(register) => register,
        Location::None | Location::Pool(_) | Location::Number(_) => 0,
    }
}

/// The opcode under a VEX prefix, whose wide bit is zero for vectors that say their width
/// otherwise.
fn narrow(opcode: Opcode) -> Opcode {
    Opcode {
        wide: false,
        ..opcode
    }
}
