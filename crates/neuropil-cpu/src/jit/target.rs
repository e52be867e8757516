//! The machines that code is generated for.

use neuropil_ir::kernel::Precision;

use crate::program::InstructionSet;

/// A set of vector registers and their instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    /// Sixteen registers of 32 bytes; masks are vectors.
    Avx2,
    /// Thirty-two registers of 64 bytes and seven usable mask registers.
    Avx512,
}

impl Target {
    /// The target of an instruction set; `None` where there is no generator or where pages cannot
    /// be made executable.
    pub(crate) fn of(set: InstructionSet) -> Option<Self> {
        if !cfg!(all(target_arch = "x86_64", unix)) {
            return None;
        }
        match set {
            InstructionSet::Portable => None,
            InstructionSet::Avx2 => Some(Self::Avx2),
            InstructionSet::Avx512 => Some(Self::Avx512),
        }
    }

    /// Bytes of a vector.
    pub(super) fn vector_bytes(self) -> usize {
        match self {
            Self::Avx2 => 32,
            Self::Avx512 => 64,
        }
    }

    /// Number of registers of a bank that values may take.
    pub(super) fn registers(self, bank: Bank) -> u8 {
        match (self, bank) {
            (Self::Avx2, _) => 16,
            (Self::Avx512, Bank::Vector) => 32,
            (Self::Avx512, Bank::Mask) => 7,
        }
    }

    /// The number of the first register of a bank: mask register 0 means "no mask".
    pub(super) fn first_register(self, bank: Bank) -> u8 {
        u8::from(self == Self::Avx512 && bank == Bank::Mask)
    }

    /// Where masks live.
    pub(super) fn mask_bank(self) -> Bank {
        match self {
            Self::Avx2 => Bank::Vector,
            Self::Avx512 => Bank::Mask,
        }
    }
}

/// A kind of register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Bank {
    /// Lanes of numbers, and of masks where there is no other place.
    Vector,
    /// One bit a lane.
    Mask,
}

/// A target and a precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    pub(super) target: Target,
    pub(super) precision: Precision,
}

impl Shape {
    /// Bytes of a lane.
    pub(super) fn lane_bytes(self) -> usize {
        self.precision.bytes()
    }

    /// Lanes of a vector.
    pub(super) fn lanes(self) -> usize {
        self.target.vector_bytes() / self.lane_bytes()
    }

    /// Lanes whose masks share a byte of an emission.
    pub(super) fn lanes_a_byte(self) -> usize {
        self.lanes().min(8)
    }

    /// Bytes of masks that a vector of lanes writes.
    pub(super) fn mask_bytes(self) -> usize {
        self.lanes() / self.lanes_a_byte()
    }

    pub(super) fn is_f64(self) -> bool {
        self.precision == Precision::F64
    }
}
