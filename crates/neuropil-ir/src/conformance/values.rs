//! Values at which arithmetic goes wrong first.

use crate::kernel::Precision;

/// Zeros, subnormals, units around 1, halves, huge numbers, infinities, NaN, of both signs.
pub fn awkward(precision: Precision) -> Vec<f64> {
    let positive = match precision {
        Precision::F32 => [
            0.0,
            f32::from_bits(1),
            f32::from_bits(0x007F_FFFF),
            f32::MIN_POSITIVE,
            2.5e-29,
            f32::from_bits(32 << 23),
            2.6e-29,
            f32::EPSILON,
            0.333_333_34,
            0.499_999_97,
            0.5,
            0.999_999_94,
            1.0,
            1.000_000_1,
            1.5,
            2.5,
            3.0,
            8_388_607.5,
            8_388_608.0,
            16_777_216.0,
            4.3e9,
            1e20,
            f32::MAX,
            f32::INFINITY,
            f32::NAN,
        ]
        .map(f64::from),
        Precision::F64 => [
            0.0,
            5e-324,
            f64::from_bits(0x000F_FFFF_FFFF_FFFF),
            f64::MIN_POSITIVE,
            2e-289,
            f64::from_bits(64 << 52),
            2.1e-289,
            f64::EPSILON,
            1.0 / 3.0,
            0.499_999_999_999_999_94,
            0.5,
            0.999_999_999_999_999_9,
            1.0,
            1.000_000_000_000_000_2,
            1.5,
            2.5,
            3.0,
            4_503_599_627_370_495.5,
            4_503_599_627_370_496.0,
            9_007_199_254_740_992.0,
            4.3e9,
            1e200,
            f64::MAX,
            f64::INFINITY,
            f64::NAN,
        ],
    };
    positive.iter().flat_map(|&x| [x, -x]).collect()
}
