//! The machine tape: instructions of the target over registers without number.

use neuropil_ir::kernel::{Binary, Logic};

use super::target::Bank;

/// A value of the tape; written once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Reg(pub(super) u32);

impl Reg {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an instruction reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operand {
    /// Nothing.
    None,
    /// A value.
    Reg(Reg),
    /// A constant of the pool, read from memory.
    Pool(u32),
    /// A number that may change from call to call, read from memory.
    Number(u32),
}

impl Operand {
    pub(super) fn reg(self) -> Option<Reg> {
        match self {
            Self::Reg(reg) => Some(reg),
            _ => None,
        }
    }

    pub(super) fn is_memory(self) -> bool {
        matches!(self, Self::Pool(_) | Self::Number(_))
    }
}

/// Operations on the bits of a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bitwise {
    And,
    Or,
    Xor,
}

/// Comparisons, with the numbers that the processor gives them. All are quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Predicate {
    /// `a == b`
    Eq = 0x00,
    /// not `a == b`
    Ne = 0x04,
    /// `a < b`
    Lt = 0x11,
    /// `a <= b`
    Le = 0x12,
    /// not `a < b`
    NotLt = 0x15,
    /// not `a <= b`
    NotLe = 0x16,
    /// not `a >= b`
    NotGe = 0x19,
    /// not `a > b`
    NotGt = 0x1A,
    /// `a >= b`
    Ge = 0x1D,
    /// `a > b`
    Gt = 0x1E,
}

/// What an instruction does. Inputs stand in the order given; the last may be in memory where it
/// says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operation {
    /// `a op b`; b may be in memory.
    Arithmetic(Binary),
    /// Square root; in memory too.
    Sqrt,
    /// To an integer: down, or to the nearest with half to even; in memory too.
    Round { down: bool },
    /// `a * b + c`, or `c - a * b`; one of the three may be in memory.
    Fused { negated: bool },
    /// Gives a mask; b may be in memory.
    Compare(Predicate),
    /// The same where mask c holds, else false (AVX-512).
    CompareWithin(Predicate),
    /// Gives a mask: where any bit is set in both a and b, or where none is; b may be in memory
    /// (AVX-512).
    TestBits { none: bool },
    /// Two masks.
    MaskLogic(Logic),
    /// The other mask.
    MaskNot,
    /// `b` where mask a holds, else `c`; b may be in memory.
    Select,
    /// `b` where mask a holds, else +0.
    Keep,
    /// Bits of two vectors; b may be in memory.
    Bitwise(Bitwise),
    /// Exclusive or of three vectors (AVX-512); c may be in memory.
    Xor3 { quad: bool },
    /// Sum of integers; b may be in memory.
    AddInteger { quad: bool },
    /// Difference of integers; b may be in memory.
    SubInteger { quad: bool },
    /// Product of the low halves of 64-bit lanes; b may be in memory.
    MultiplyWide,
    /// Bits shifted, zeros come in.
    Shift { left: bool, by: u8, quad: bool },
    /// A number in every lane; always from memory.
    Splat,
    /// Zero in every lane.
    Zero,
    /// The number of the element of lane 0 of the copy, as an integer in every lane.
    Element { quad: bool },
    /// Lanes of an array as they are.
    Load { array: u32 },
    /// 32-bit integers of an array as doubles.
    LoadSigned { array: u32 },
    /// The same, unsigned (AVX-512).
    LoadUnsigned { array: u32 },
    /// 32-bit integers of an array in 64-bit lanes.
    LoadExtended { array: u32 },
    /// Half a vector of floats from doubles of an array.
    LoadNarrow { array: u32, high: bool },
    /// A vector from its lower (a) and upper (b) half.
    Join,
    /// 32-bit integers as floats; unsigned only with AVX-512.
    ToFloat { signed: bool },
    /// Writes a vector to an array.
    Store { array: u32 },
    /// Writes vector a, zeros, over the lanes of an array of elements of so many bytes.
    Clear { array: u32, bytes: u8 },
    /// Writes a mask to an emission.
    Emit { emission: u32 },
    /// Writes a vector beside the arrays, for the caller.
    Aside { side: u32 },
    /// Copies a register; made by the allocator, as are the next two.
    Move,
    /// Writes a register to a place of the spill area.
    Spill { slot: u32 },
    /// Reads a place of the spill area.
    Reload { slot: u32 },
}

impl Operation {
    /// Whether the output takes the register of one of the inputs.
    pub(super) fn is_tied(self) -> bool {
        matches!(self, Self::Fused { .. } | Self::Xor3 { .. })
    }

    /// Whether the value is cheaper to make again than to keep in memory.
    pub(super) fn is_cheap(self) -> bool {
        matches!(self, Self::Splat | Self::Zero)
    }

    /// The array that is read.
    pub(super) fn reads(self) -> Option<u32> {
        match self {
            Self::Load { array }
            | Self::LoadSigned { array }
            | Self::LoadUnsigned { array }
            | Self::LoadExtended { array }
            | Self::LoadNarrow { array, .. } => Some(array),
            _ => None,
        }
    }

    /// The array that is written.
    pub(super) fn writes(self) -> Option<u32> {
        match self {
            Self::Store { array } | Self::Clear { array, .. } => Some(array),
            _ => None,
        }
    }
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Instruction {
    pub(super) operation: Operation,
    pub(super) out: Option<Reg>,
    pub(super) inputs: [Operand; 3],
    /// Which of the interleaved copies it belongs to.
    pub(super) copy: u32,
}

impl Instruction {
    /// The values that are read.
    pub(super) fn regs(&self) -> impl Iterator<Item = Reg> + '_ {
        self.inputs.iter().filter_map(|input| input.reg())
    }
}

/// Instructions in an order in which they may run, and the bank of each value.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    pub(super) instructions: Vec<Instruction>,
    pub(super) banks: Vec<Bank>,
}

impl Listing {
    /// A new value.
    pub(super) fn new_reg(&mut self, bank: Bank) -> Reg {
        self.banks.push(bank);
        Reg(self.banks.len() as u32 - 1)
    }

    pub(super) fn bank(&self, reg: Reg) -> Bank {
        self.banks[reg.index()]
    }

    /// The same instructions `copies` times, on lanes further on, one after another in turn.
    pub(super) fn interleave(self, copies: u32) -> Self {
        let values = self.banks.len() as u32;
        let mut all = Self::default();
        for _ in 0..copies {
            all.banks.extend_from_slice(&self.banks);
        }
        for instruction in &self.instructions {
            for copy in 0..copies {
                let renamed = |reg: Reg| Reg(reg.0 + copy * values);
                let mut own = *instruction;
                own.copy = copy;
                own.out = own.out.map(renamed);
                own.inputs = own.inputs.map(|input| match input {
                    Operand::Reg(reg) => Operand::Reg(renamed(reg)),
                    other => other,
                });
                all.instructions.push(own);
            }
        }
        all
    }
}
