//! What the instructions read from memory beside the arrays: constants, and numbers of a call.

use super::draw;
use super::target::{Shape, Target};

/// A constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Constant {
    /// The bits of every lane.
    Lane(u64),
    /// The bits of every 64 bits.
    Quad(u64),
    /// 0, 1, 2, ... in lanes of 32 bits.
    Count32,
    /// 0, 1, 2, ... in lanes of 64 bits.
    Count64,
}

/// A number that the caller sets before each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// A uniform of the kernel, rounded to its precision.
    Uniform(u32),
    /// One of the numbers that the first rounds of a stream of draws leave equal for all lanes.
    Draw { stream: u32, which: u8 },
}

/// Where a number stands in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    /// Bytes from the start of the pool or table.
    pub(super) offset: usize,
    /// Its bytes, where it stands once for all lanes; else it fills a vector.
    pub(super) once: Option<usize>,
}

/// The constants and the numbers of a kernel.
#[derive(Debug)]
pub(super) struct Numbers {
    shape: Shape,
    constants: Vec<(Constant, usize)>,
    /// The bytes of the constants.
    pub(super) pool: Vec<u8>,
    /// The numbers that the caller sets.
    pub(super) of_call: Vec<Number>,
}

impl Numbers {
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            shape,
            constants: Vec::new(),
            pool: Vec::new(),
            of_call: Vec::new(),
        }
    }

    /// The index of a constant, new or known.
    pub(super) fn constant(&mut self, constant: Constant) -> u32 {
        let known = self.constants.iter().position(|(one, _)| *one == constant);
        let place = known.unwrap_or_else(|| {
            self.constants.push((constant, self.pool.len()));
            let bytes = self.bytes_of(constant);
            self.pool.extend(bytes);
            self.constants.len() - 1
        });
        place as u32
    }

    /// The index of a number, new or known.
    pub(super) fn number(&mut self, number: Number) -> u32 {
        let known = self.of_call.iter().position(|one| *one == number);
        let place = known.unwrap_or_else(|| {
            self.of_call.push(number);
            self.of_call.len() - 1
        });
        place as u32
    }

    /// Where a constant stands in the pool.
    pub(super) fn constant_at(&self, place: u32) -> Stand {
        let (constant, offset) = self.constants[place as usize];
        let width = match constant {
            Constant::Lane(_) => Some(self.shape.lane_bytes()),
            Constant::Quad(_) => Some(8),
            Constant::Count32 | Constant::Count64 => None,
        };
        self.stand(offset, width)
    }

    /// Where a number stands in the table of a call.
    pub(super) fn number_at(&self, place: u32) -> Stand {
        let offset = place as usize * stride(self.shape.target);
        let width = match self.of_call[place as usize] {
            Number::Uniform(_) => self.shape.lane_bytes(),
            Number::Draw { .. } => 8,
        };
        self.stand(offset, Some(width))
    }

    fn stand(&self, offset: usize, width: Option<usize>) -> Stand {
        let once = width.filter(|_| self.shape.target == Target::Avx512);
        Stand { offset, once }
    }

    fn bytes_of(&self, constant: Constant) -> Vec<u8> {
        let vector = self.shape.target.vector_bytes();
        // One lane is broadcast by the instruction that reads it, where that exists.
        let once = self.shape.target == Target::Avx512;
        let repeat = |bytes: &[u8]| {
            let count = if once { 1 } else { vector / bytes.len() };
            bytes.repeat(count)
        };
        match constant {
            Constant::Lane(bits) if self.shape.is_f64() => repeat(&bits.to_le_bytes()),
            Constant::Lane(bits) => repeat(&(bits as u32).to_le_bytes()),
            Constant::Quad(bits) => repeat(&bits.to_le_bytes()),
            Constant::Count32 => (0..vector as u32 / 4).flat_map(u32::to_le_bytes).collect(),
            Constant::Count64 => (0..vector as u64 / 8).flat_map(u64::to_le_bytes).collect(),
        }
    }
}

/// Bytes from one number of the table of a call to the next.
fn stride(target: Target) -> usize {
    match target {
        Target::Avx2 => target.vector_bytes(),
        Target::Avx512 => 8,
    }
}

/// Number of 64-bit words of the table of a call.
pub(super) fn table_words(shape: Shape, numbers: &[Number]) -> usize {
    numbers.len() * stride(shape.target) / 8
}

/// Fills the table of a call.
pub(super) fn fill(
    shape: Shape,
    numbers: &[Number],
    keys: &[[u32; 2]],
    step: u64,
    uniform: &dyn Fn(usize) -> f64,
    table: &mut [u64],
) {
    let words = stride(shape.target) / 8;
    for (number, words) in numbers.iter().zip(table.chunks_exact_mut(words)) {
        let word = match *number {
            Number::Uniform(place) => {
                let value = uniform(place as usize);
                if shape.is_f64() {
                    value.to_bits()
                } else {
                    let bits = u64::from((value as f32).to_bits());
                    bits | bits << 32
                }
            }
            Number::Draw { stream, which } => {
                draw::numbers(keys[stream as usize], step)[usize::from(which)]
            }
        };
        words.fill(word);
    }
}
