//! Draws: Philox over the lanes of a vector.
//!
//! The words of [`neuropil_ir::draw::philox`] stand in 64-bit lanes, so that one instruction gives
//! whole products. Only the low halves matter: the multiplication does not read the high ones, so
//! nothing masks them. Element and step enter in different words; what the first three rounds make
//! of the step alone is equal for all lanes and computed once a call ([`numbers`]). Kernels over
//! edges read element and step from arrays ([`Counters`]) and run all rounds.
//!
//! [`Counters`]: super::Counters

use neuropil_ir::draw::{PHILOX_MULTIPLIERS, PHILOX_ROUNDS, PHILOX_WEYL};

use super::code::{Bitwise, Operand, Operation, Reg};
use super::numbers::{Constant, Number};
use super::select::Selector;
use super::target::Target;

/// What depends on key and step alone, in the order of use.
pub(super) fn numbers(key: [u32; 2], step: u64) -> [u64; 4] {
    let keys = round_keys(key);
    let [m0, m1] = PHILOX_MULTIPLIERS.map(u64::from);
    let (low, high) = (step & 0xFFFF_FFFF, step >> 32);
    let first = low * m1;
    let second = ((first >> 32) ^ keys[0][0]) * m0;
    [
        high ^ keys[0][1],
        (first & 0xFFFF_FFFF) ^ keys[1][0],
        (second >> 32) ^ keys[1][1],
        (second & 0xFFFF_FFFF) ^ keys[2][1],
    ]
}

/// The keys of the rounds.
fn round_keys(key: [u32; 2]) -> [[u64; 2]; PHILOX_ROUNDS] {
    let mut next = key;
    std::array::from_fn(|_| {
        let now = next.map(u64::from);
        next[0] = next[0].wrapping_add(PHILOX_WEYL[0]);
        next[1] = next[1].wrapping_add(PHILOX_WEYL[1]);
        now
    })
}

impl Selector<'_> {
    /// A draw of a stream for every lane, as a float of the open unit interval.
    pub(super) fn draw(&mut self, stream: u32) -> Reg {
        if self.shape.is_f64() {
            let elements = self.elements(true);
            let [c0, c1] = match self.counters {
                Some(counters) => self.philox_of_edges(stream, elements, counters.steps()),
                None => self.philox(stream, elements),
            };
            // ((c0 << 32 | c1) >> 12) as a float, by the exponent of 2^52.
            let high = self.shift(c0, true, 32, true);
            let low_half = self.constant(Constant::Quad(0xFFFF_FFFF));
            let low = self.bitwise(Bitwise::And, c1, low_half);
            let both = self.bitwise(Bitwise::Or, high, Operand::Reg(low));
            let kept = self.shift(both, false, 12, true);
            let float = self.small_integer(kept);
            return self.unit_interval(float, 1.0 / (1_u64 << 52) as f64);
        }
        // Elements of even lanes, then of odd lanes, in 64 bits each.
        let elements = self.elements(false);
        let odd = self.shift(elements, false, 32, true);
        let [even, _] = self.philox(stream, elements);
        let [odd, _] = self.philox(stream, odd);
        let low_half = self.constant(Constant::Quad(0xFFFF_FFFF));
        let low = self.bitwise(Bitwise::And, even, low_half);
        let high = self.shift(odd, true, 32, true);
        let words = self.bitwise(Bitwise::Or, high, Operand::Reg(low));
        let kept = self.shift(words, false, 9, false);
        let float = self.make(Operation::ToFloat { signed: true }, &[Operand::Reg(kept)]);
        self.unit_interval(float, f64::from(1.0 / (1_u32 << 23) as f32))
    }

    /// `(x + 1/2) * scale`
    fn unit_interval(&mut self, x: Reg, scale: f64) -> Reg {
        let half = self.float(0.5);
        let middle = self.arithmetic(neuropil_ir::kernel::Binary::Add, x, half);
        let scale = self.float(scale);
        self.arithmetic(neuropil_ir::kernel::Binary::Mul, middle, scale)
    }

    /// The first two words of the block of each element, in the low halves of 64-bit lanes.
    fn philox(&mut self, stream: u32, elements: Reg) -> [Reg; 2] {
        let key = self.keys[stream as usize];
        let keys = round_keys(key);
        let number = |selector: &mut Self, which| {
            Operand::Number(selector.numbers.number(Number::Draw { stream, which }))
        };
        let [m0, m1] =
            PHILOX_MULTIPLIERS.map(|factor| self.constant(Constant::Quad(u64::from(factor))));
        // Round 1: words 0 and 1 are equal for all lanes.
        let product = self.multiply(elements, m0);
        let high = self.shift(product, false, 32, true);
        let known = number(self, 0);
        let mut c2 = self.bitwise(Bitwise::Xor, high, known);
        // Round 2: word 3 is equal for all lanes.
        let c3 = product;
        let product = self.multiply(c2, m1);
        let high = self.shift(product, false, 32, true);
        let known = number(self, 1);
        let mut c0 = self.bitwise(Bitwise::Xor, high, known);
        let mut c1 = product;
        let known = number(self, 2);
        c2 = self.bitwise(Bitwise::Xor, c3, known);
        // Round 3.
        let p0 = self.multiply(c0, m0);
        let p1 = self.multiply(c2, m1);
        let high = self.shift(p1, false, 32, true);
        let key = self.constant(Constant::Quad(keys[2][0]));
        c0 = self.xor3(high, c1, key);
        c1 = p1;
        let high = self.shift(p0, false, 32, true);
        let known = number(self, 3);
        c2 = self.bitwise(Bitwise::Xor, high, known);
        self.rounds([c0, c1, c2, p0], &keys[3..])
    }

    /// The first two words of the block of each element and step; the low and the high half of the
    /// steps stand in arrays.
    fn philox_of_edges(&mut self, stream: u32, elements: Reg, steps: [u32; 2]) -> [Reg; 2] {
        let keys = round_keys(self.keys[stream as usize]);
        let zero = self.make(Operation::Zero, &[]);
        let [low, high] = steps.map(|array| self.make(Operation::LoadExtended { array }, &[]));
        self.rounds([elements, zero, low, high], &keys)
    }

    /// Runs the last rounds; gives the first two words.
    fn rounds(&mut self, words: [Reg; 4], keys: &[[u64; 2]]) -> [Reg; 2] {
        let [m0, m1] =
            PHILOX_MULTIPLIERS.map(|factor| self.constant(Constant::Quad(u64::from(factor))));
        let [mut c0, mut c1, mut c2, mut c3] = words;
        for key in keys {
            let p0 = self.multiply(c0, m0);
            let p1 = self.multiply(c2, m1);
            let [k0, k1] = key.map(|key| self.constant(Constant::Quad(key)));
            let high = self.shift(p1, false, 32, true);
            c0 = self.xor3(high, c1, k0);
            let high = self.shift(p0, false, 32, true);
            c2 = self.xor3(high, c3, k1);
            c1 = p1;
            c3 = p0;
        }
        [c0, c1]
    }

    fn multiply(&mut self, a: Reg, b: Operand) -> Reg {
        self.make(Operation::MultiplyWide, &[Operand::Reg(a), b])
    }

    fn xor3(&mut self, a: Reg, b: Reg, c: Operand) -> Reg {
        if self.shape.target == Target::Avx512 {
            let inputs = [Operand::Reg(a), Operand::Reg(b), c];
            return self.make(Operation::Xor3 { quad: true }, &inputs);
        }
        let both = self.bitwise(Bitwise::Xor, a, Operand::Reg(b));
        self.bitwise(Bitwise::Xor, both, c)
    }
}
