//! The grid that own weights are rounded to, so that sums are exact in any order.
//!
//! A projection with [`crate::plan::Sum::Grid`] rounds each weight once, when it is connected, to
//! a multiple of one unit, a power of two. In plans of f32 the multiple is an integer of 16 bits
//! and sums are `I32`; in plans of f64 the rounded weight itself is a float of at most 24
//! significant bits and sums are `F64`. Either way sums are exact while they stay below
//! [`sum_limit`], so neither order nor layout can change a bit.

use crate::kernel::Precision;

/// The unit for a projection whose weights do not exceed a magnitude: a power of two.
///
/// The smallest power of two `g` (not below the smallest normal f64) with
/// `max_abs <= (2^15 - 1) g` in f32 plans and `max_abs <= 2^24 g` in f64 plans; 1 where
/// `max_abs` is 0 or not finite.
pub fn unit(max_abs: f64, precision: Precision) -> f64 {
    let max_abs = max_abs.abs();
    if max_abs == 0.0 || !max_abs.is_finite() {
        return 1.0;
    }
    let most = most_units(precision);
    // Two to the exponent of the quotient is at most one step too small.
    let quotient = (max_abs / most).max(f64::MIN_POSITIVE);
    let power = f64::from_bits(quotient.to_bits() & 0x7FF0_0000_0000_0000);
    if power * most >= max_abs {
        power
    } else {
        2.0 * power
    }
}

/// Whether a number can be the unit of a grid: a power of two.
pub fn is_unit(unit: f64) -> bool {
    unit.is_normal() && unit > 0.0 && unit.to_bits() << 12 == 0
}

/// Whether a weight is at most as many units as one may have.
#[inline]
pub fn fits(weight: f64, unit: f64, precision: Precision) -> bool {
    weight.abs() <= most_units(precision) * unit
}

/// The largest number of units of a weight: 32,767 in f32 plans, 2^24 in f64 plans.
pub fn most_units(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => 32_767.0,
        Precision::F64 => 16_777_216.0,
    }
}

/// The sum of a number of magnitude below 2^51 and this one is whole, rounded half to even.
const WHOLE: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52

/// A weight as a whole number of units, half to even; of weights that fit ([`fits`]).
#[inline]
pub fn quantise(weight: f64, unit: f64) -> f64 {
    // Exact but for the rounding: the unit is a power of two, and so is its reciprocal.
    let units = weight * (1.0 / unit);
    ((units + WHOLE) - WHOLE).copysign(units)
}

/// A whole number of units as the integer that is stored in f32 plans.
#[inline]
pub fn integer(units: f64) -> i16 {
    // The last bits of the sum count from 1.5 * 2^52, whose last bits are zero.
    (units + WHOLE).to_bits() as i16
}

/// What is added to the target's sum for a weight: units in f32 plans, the rounded weight in f64.
#[inline]
pub fn addend(weight: f64, unit: f64, precision: Precision) -> f64 {
    match precision {
        Precision::F32 => quantise(weight, unit),
        Precision::F64 => quantise(weight, unit) * unit,
    }
}

/// The size of one unit of the sum, which the back-end writes to the projection's grid slot: the
/// grid in f32 plans, 1 in f64 plans.
pub fn sum_unit(unit: f64, precision: Precision) -> f64 {
    match precision {
        Precision::F32 => unit,
        Precision::F64 => 1.0,
    }
}

/// The largest magnitude, in units, up to which any sum is exact: 2^31 - 1 or 2^53.
pub fn sum_limit(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => 2_147_483_647.0,
        Precision::F64 => 9_007_199_254_740_992.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_the_smallest_power_that_fits() {
        for precision in [Precision::F32, Precision::F64] {
            let most = most_units(precision);
            for max in [
                1.0,
                0.1,
                3.7e-5,
                32_767.0,
                32_768.0,
                1e300,
                16_777_216.0,
                16_777_217.0,
            ] {
                let g = unit(max, precision);
                assert_eq!(g.to_bits() << 12, 0, "{g} is a power of two");
                assert!(
                    max <= most * g && max > most * g / 2.0,
                    "{max} in {precision}: {g}"
                );
                assert!(quantise(max, g) <= most);
            }
            assert_eq!(unit(0.0, precision), 1.0);
            assert!(fits(-most, 1.0, precision) && !fits(most + 1.0, 1.0, precision));
        }
        for (number, expected) in [(0.25, true), (3.0, false), (-2.0, false), (0.0, false)] {
            assert_eq!(is_unit(number), expected, "{number}");
        }
    }

    #[test]
    fn weights_are_rounded_half_to_even() {
        assert_eq!(quantise(2.5, 1.0), 2.0);
        assert_eq!(quantise(-3.5, 1.0), -4.0);
        assert_eq!(quantise(0.75, 0.5), 2.0);
        for x in [
            0.5,
            1.5,
            0.499_999_999_999_999_94,
            16_777_215.5,
            1e-300,
            0.0,
            32_766.5,
        ] {
            for x in [x, -x] as [f64; 2] {
                for unit in [1.0, 0.125, f64::from_bits((1023 + 600) << 52)] {
                    let expected = x.round_ties_even();
                    assert_eq!(
                        quantise(x * unit, unit).to_bits(),
                        expected.to_bits(),
                        "{x}"
                    );
                }
            }
        }
        for units in [0_i16, 1, -1, 32_767, -32_767, 256, -4096] {
            assert_eq!(integer(f64::from(units)), units);
        }
        assert_eq!(addend(0.3, 0.25, Precision::F32), 1.0);
        assert_eq!(addend(0.3, 0.25, Precision::F64), 0.25);
    }
}
