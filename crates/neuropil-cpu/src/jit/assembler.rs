//! Bytes of x86-64 instructions: prefixes, operands, jumps.
//!
//! Source of the encodings: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2,
//! sections 2.3 (VEX) and 2.7 (EVEX). The tests decode what is written here with a disassembler.

/// A general register by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gpr(pub(super) u8);

pub(super) const RAX: Gpr = Gpr(0);
pub(super) const RCX: Gpr = Gpr(1);
pub(super) const RDX: Gpr = Gpr(2);
pub(super) const RBX: Gpr = Gpr(3);
pub(super) const RBP: Gpr = Gpr(5);
pub(super) const RSI: Gpr = Gpr(6);
pub(super) const RDI: Gpr = Gpr(7);
pub(super) const R8: Gpr = Gpr(8);
pub(super) const R9: Gpr = Gpr(9);
pub(super) const R10: Gpr = Gpr(10);
pub(super) const R11: Gpr = Gpr(11);
pub(super) const R12: Gpr = Gpr(12);
pub(super) const R13: Gpr = Gpr(13);
pub(super) const R14: Gpr = Gpr(14);
pub(super) const R15: Gpr = Gpr(15);

/// `[base + index * scale + displacement]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) base: Gpr,
    /// The index register and the logarithm of the scale.
    pub(super) index: Option<(Gpr, u8)>,
    pub(super) displacement: i32,
}

impl Address {
    pub(super) fn at(base: Gpr, displacement: usize) -> Self {
        Self {
            base,
            index: None,
            displacement: displacement as i32,
        }
    }
}

/// The operand that may be in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rm {
    Register(u8),
    Memory(Address),
}

/// Which table an opcode stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Map {
    M0F = 1,
    M0F38 = 2,
    M0F3A = 3,
}

/// The prefix that is part of an opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    None = 0,
    P66 = 1,
    PF3 = 2,
    PF2 = 3,
}

/// An opcode with its table and prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opcode {
    pub(super) map: Map,
    pub(super) prefix: Prefix,
    pub(super) byte: u8,
    /// The bit that widens, or distinguishes, operands.
    pub(super) wide: bool,
}

/// Vector lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    L128 = 0,
    L256 = 1,
    L512 = 2,
}

/// The operands of a vector instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operands {
    /// The register of the ModRM byte: usually the output.
    pub(super) reg: u8,
    /// The register of the prefix: usually the first input; 0 where there is none.
    pub(super) first: u8,
    /// The operand that may be in memory: usually the last input.
    pub(super) rm: Rm,
    /// A byte behind all others.
    pub(super) immediate: Option<u8>,
}

/// What only EVEX says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extra {
    /// The mask register; 0 for none.
    pub(super) mask: u8,
    /// Lanes outside the mask become zero.
    pub(super) zeroing: bool,
    /// The operand in memory is one lane for all.
    pub(super) broadcast: bool,
    /// Bytes that the operand in memory has: short displacements count in these.
    pub(super) unit: i32,
}

/// Machine code under construction.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    pub(super) bytes: Vec<u8>,
}

impl Assembler {
    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// An instruction with a VEX prefix of three bytes.
    pub(super) fn vex(&mut self, opcode: Opcode, length: Length, operands: Operands) {
        let (x, b) = extension(operands.rm);
        let r = operands.reg >> 3 & 1;
        self.byte(0xC4);
        self.byte((r ^ 1) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | opcode.map as u8);
        let vvvv = !operands.first & 0xF;
        let long = length as u8;
        debug_assert!(long < 2 && operands.reg < 16 && operands.first < 16);
        self.byte(u8::from(opcode.wide) << 7 | vvvv << 3 | long << 2 | opcode.prefix as u8);
        self.byte(opcode.byte);
        self.modrm(operands.reg, operands.rm, 1);
        self.bytes.extend(operands.immediate);
    }

    /// An instruction with an EVEX prefix.
    pub(super) fn evex(
        &mut self,
        opcode: Opcode,
        length: Length,
        operands: Operands,
        extra: Extra,
    ) {
        let (x, b) = extension(operands.rm);
        let r = operands.reg >> 3 & 1;
        let r_high = operands.reg >> 4 & 1;
        self.byte(0x62);
        self.byte(
            (r ^ 1) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | (r_high ^ 1) << 4 | opcode.map as u8,
        );
        let vvvv = !operands.first & 0xF;
        self.byte(u8::from(opcode.wide) << 7 | vvvv << 3 | 1 << 2 | opcode.prefix as u8);
        let v_high = (operands.first >> 4 & 1) ^ 1;
        self.byte(
            u8::from(extra.zeroing) << 7
                | (length as u8) << 5
                | u8::from(extra.broadcast) << 4
                | v_high << 3
                | extra.mask,
        );
        self.byte(opcode.byte);
        self.modrm(operands.reg, operands.rm, extra.unit.max(1));
        self.bytes.extend(operands.immediate);
    }

    /// `op register, rm` over 64 bits, for the opcodes of the first table.
    pub(super) fn general(&mut self, byte: u8, reg: Gpr, rm: Rm) {
        self.rex(reg.0, rm, true);
        self.byte(byte);
        self.modrm(reg.0, rm, 1);
    }

    /// `mov byte [address], register`.
    pub(super) fn store_byte(&mut self, reg: Gpr, address: Address) {
        self.rex(reg.0, Rm::Memory(address), false);
        self.byte(0x88);
        self.modrm(reg.0, Rm::Memory(address), 1);
    }

    pub(super) fn mov(&mut self, out: Gpr, from: Rm) {
        self.general(0x8B, out, from);
    }

    pub(super) fn push(&mut self, reg: Gpr) {
        if reg.0 >= 8 {
            self.byte(0x41);
        }
        self.byte(0x50 | reg.0 & 7);
    }

    pub(super) fn pop(&mut self, reg: Gpr) {
        if reg.0 >= 8 {
            self.byte(0x41);
        }
        self.byte(0x58 | reg.0 & 7);
    }

    /// `reg += number`
    pub(super) fn add_number(&mut self, reg: Gpr, number: i32) {
        self.rex(0, Rm::Register(reg.0), true);
        self.byte(0x81);
        self.byte(0xC0 | reg.0 & 7);
        self.bytes.extend(number.to_le_bytes());
    }

    /// `reg >>= by`
    pub(super) fn shift_right(&mut self, reg: Gpr, by: u8) {
        self.rex(0, Rm::Register(reg.0), true);
        self.byte(0xC1);
        self.byte(0xE8 | reg.0 & 7);
        self.byte(by);
    }

    /// `reg -= 1`, and a jump back to `start` where that is not zero.
    pub(super) fn loop_while_not_zero(&mut self, reg: Gpr, start: usize) {
        self.rex(0, Rm::Register(reg.0), true);
        self.byte(0xFF);
        self.byte(0xC8 | reg.0 & 7);
        self.byte(0x0F);
        self.byte(0x85);
        let next = self.bytes.len() as i64 + 4;
        let distance = (start as i64 - next) as i32;
        self.bytes.extend(distance.to_le_bytes());
    }

    /// Fills up with instructions that do nothing.
    pub(super) fn align(&mut self, to: usize) {
        // The recommended forms of one to eight bytes.
        const NOTHING: [&[u8]; 8] = [
            &[0x90],
            &[0x66, 0x90],
            &[0x0F, 0x1F, 0x00],
            &[0x0F, 0x1F, 0x40, 0x00],
            &[0x0F, 0x1F, 0x44, 0x00, 0x00],
            &[0x66, 0x0F, 0x1F, 0x44, 0x00, 0x00],
            &[0x0F, 0x1F, 0x80, 0x00, 0x00, 0x00, 0x00],
            &[0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
        ];
        let mut missing = self.bytes.len().next_multiple_of(to) - self.bytes.len();
        while missing > 0 {
            let now = missing.min(NOTHING.len());
            self.bytes.extend_from_slice(NOTHING[now - 1]);
            missing -= now;
        }
    }

    fn rex(&mut self, reg: u8, rm: Rm, wide: bool) {
        let (x, b) = extension(rm);
        self.byte(0x40 | u8::from(wide) << 3 | (reg >> 3 & 1) << 2 | x << 1 | b);
    }

    fn modrm(&mut self, reg: u8, rm: Rm, unit: i32) {
        let reg = (reg & 7) << 3;
        let address = match rm {
            Rm::Register(register) => return self.byte(0xC0 | reg | register & 7),
            Rm::Memory(address) => address,
        };
        let base = address.base.0 & 7;
        let displacement = address.displacement;
        let short = displacement % unit == 0 && i8::try_from(displacement / unit).is_ok();
        // Base 5 without displacement would mean an address without base.
        let mode = if displacement == 0 && base != 5 {
            0x00
        } else if short {
            0x40
        } else {
            0x80
        };
        match address.index {
            None if base != 4 => self.byte(mode | reg | base),
            None => {
                self.byte(mode | reg | 4);
                self.byte(0x20 | base);
            }
            Some((index, scale)) => {
                self.byte(mode | reg | 4);
                self.byte(scale << 6 | (index.0 & 7) << 3 | base);
            }
        }
        match mode {
            0x00 => {}
            0x40 => self.byte((displacement / unit) as i8 as u8),
            _ => self.bytes.extend(displacement.to_le_bytes()),
        }
    }
}

/// The bits of the operand that go to the prefix: those of the index, or the fifth of a register,
/// and the fourth of the base or the register.
fn extension(rm: Rm) -> (u8, u8) {
    match rm {
        Rm::Register(register) => (register >> 4 & 1, register >> 3 & 1),
        Rm::Memory(address) => {
            let index = address.index.map_or(0, |(index, _)| index.0);
            (index >> 3 & 1, address.base.0 >> 3 & 1)
        }
    }
}
