//! Skips between the hits of a row, estimated for a group of uniform numbers at once.
//!
//! The number of failures before a success of probability p is the whole part of `ln u / ln (1 - p)`
//! of a uniform number u. A short logarithm gives it for nearly all numbers; where the quotient is
//! so close to a whole number that its error could matter, it is said to be doubtful, and whoever
//! asks looks it up in a table. Estimates that are not doubtful are exact, so they are the same in
//! whatever way they are computed.

use crate::draw::GROUP_WORDS;

/// Uniform numbers of a group of words: two words make one.
pub const SKIPS: usize = GROUP_WORDS / 2;

/// 1.5 * 2^23: floats of this size are whole numbers.
///
/// Adding it rounds to the nearest.
const ROUNDER: f32 = 12_582_912.0;

/// Below this logarithm of a uniform number an estimate is doubtful.
const LOWEST_LOGARITHM: f64 = -6.0;

/// A bound of the error of [`logarithm`], beside [`RELATIVE_ERROR`], above [`LOWEST_LOGARITHM`].
///
/// The upper word leaves 2^-32 of at least 2.4e-3 (1e-7); two roundings of the uniform number make
/// 1.2e-7, four in a series of at most 0.35 and what it leaves off 1.2e-7, the multiple of the
/// logarithm of two 4e-8.
const ERROR: f64 = 5e-7;

/// A bound of the error relative to the quotient of logarithms: four roundings of 6e-8.
const RELATIVE_ERROR: f32 = 4e-7;

/// How skips follow from uniform numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct SkipLaw {
    /// `1 / ln (1 - p)`
    inverse: f32,
    /// [`ERROR`] in skips.
    error: f32,
    /// Skips from this one on are doubtful; by default all are.
    end: f32,
}

impl SkipLaw {
    /// The law of a `ln (1 - p)`, for skips that stand in a table of a length.
    pub fn new(logarithm_of_failure: f64, length: usize) -> Self {
        let inverse = 1.0 / logarithm_of_failure;
        Self {
            inverse: inverse as f32,
            error: (ERROR * inverse.abs()) as f32,
            end: (length as f64 - 2.0).min(LOWEST_LOGARITHM * inverse) as f32,
        }
    }
}

/// Estimates skips from the upper words of uniform numbers, and says (by 1) which are doubtful.
///
/// Whoever calls it decides for which instructions it is compiled. The lengths should be unknown to
/// the compiler: of a loop that it unrolls it makes no vectors.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "compiled for the instructions of its caller"
)]
pub fn estimate(law: SkipLaw, highs: &[u32], skips: &mut [u32], doubtful: &mut [u32]) {
    let SkipLaw {
        inverse,
        error,
        end,
    } = law;
    for ((&high, skip), doubtful) in highs.iter().zip(skips).zip(doubtful) {
        let quotient = logarithm(high) * inverse;
        // The sum is rounded to the nearest whole number and holds it in its low bits.
        let sum = quotient + ROUNDER;
        let apart = quotient - (sum - ROUNDER);
        let sure = apart.abs() > error + RELATIVE_ERROR * quotient && quotient < end;
        *skip = (sum.to_bits() & 0x003F_FFFF).wrapping_sub(u32::from(apart < 0.0));
        *doubtful = u32::from(!sure);
    }
}

/// The natural logarithm of a uniform number from its upper word, short and without branches.
#[inline(always)]
fn logarithm(high: u32) -> f32 {
    const SQRT_HALF: u32 = 0x3F35_04F3;
    let u = ((high >> 1) as i32 as f32 + 0.5) * (1.0 / 2_147_483_648.0);
    // u = m * 2^e with m from the root of a half to the root of two.
    let bits = u.to_bits();
    let exponent = (bits.wrapping_sub(SQRT_HALF) as i32) >> 23;
    let m = f32::from_bits(bits.wrapping_sub((exponent << 23) as u32));
    // ln m = 2 artanh((m - 1) / (m + 1)), whose argument is below 0.172.
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let series = 1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0)));
    exponent as f32 * std::f32::consts::LN_2 + 2.0 * s * series
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Stream;

    /// The error of the logarithm stays below its bound where it is trusted.
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the platform's logarithm is the reference"
    )]
    fn logarithms_keep_their_bound() {
        let mut stream = Stream::new(5, 6, 8);
        for draw in 0..200_000_u32 {
            let word = stream.next_u32() >> (draw % 9);
            let exact = ((f64::from(word) + 0.5) / 4_294_967_296.0).ln();
            if exact > LOWEST_LOGARITHM {
                let error = (f64::from(logarithm(word)) - exact).abs();
                // Two of the four relative roundings come after the logarithm.
                let bound = ERROR - 0.5 * f64::from(RELATIVE_ERROR) * exact;
                assert!(error < bound, "ln of {word}: {error} above {bound}");
            }
        }
    }
}
