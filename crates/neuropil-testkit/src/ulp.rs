//! Distances counted in representable numbers.
//!
//! The floats of one precision, without NaN, are mapped to integers that keep their order; the distance is
//! the difference of these integers. Both zeros map to 0, so the distance of `-0.0` and `+0.0` is 0;
//! compare `to_bits` where the sign of a zero matters.

/// Returns how many representable `f64` steps lie between two numbers.
///
/// Two NaN are at distance 0, a NaN and a number at `u64::MAX`. An infinity is one step beyond the
/// largest finite number.
///
/// # Examples
/// ```
/// use neuropil_testkit::ulp::distance_f64;
/// assert_eq!(distance_f64(1.0, 1.0 + f64::EPSILON), 1);
/// assert_eq!(distance_f64(-0.0, 0.0), 0);
/// ```
pub fn distance_f64(a: f64, b: f64) -> u64 {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0,
        (false, false) => ordered_f64(a).abs_diff(ordered_f64(b)),
        _ => u64::MAX,
    }
}

/// Returns how many representable `f32` steps lie between two numbers.
///
/// The rules for NaN and infinities are those of [`distance_f64`].
pub fn distance_f32(a: f32, b: f32) -> u32 {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0,
        (false, false) => ordered_f32(a).abs_diff(ordered_f32(b)),
        _ => u32::MAX,
    }
}

/// Returns the error of a computed `f64` in units of its last place.
///
/// Unlike [`distance_f64`] this is a fraction: `expected` is a high-precision value given as the
/// nearest `f64` and the remainder, `high + low`. The unit is the spacing of `f64` at `high`.
pub fn error_f64(found: f64, high: f64, low: f64) -> f64 {
    if found.is_nan() || high.is_nan() || found.is_infinite() || high.is_infinite() {
        return distance_f64(found, high) as f64;
    }
    ((found - high) - low).abs() / spacing_f64(high)
}

/// Returns the distance from a number to the next larger magnitude of the same exponent range.
///
/// At zero and for subnormal numbers this is the smallest subnormal.
pub fn spacing_f64(x: f64) -> f64 {
    let magnitude = x.abs();
    if magnitude >= f64::MAX {
        return f64::MAX - f64::MAX.next_down();
    }
    magnitude.next_up() - magnitude
}

fn ordered_f64(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 { i64::MIN - bits } else { bits }
}

fn ordered_f32(x: f32) -> i32 {
    let bits = x.to_bits() as i32;
    if bits < 0 { i32::MIN - bits } else { bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_apart_everywhere() {
        let awkward = [
            0.0,
            f64::from_bits(1),
            f64::MIN_POSITIVE,
            1.0,
            1.0f64.next_down(),
            1e300,
            -1.0,
            -f64::MIN_POSITIVE,
        ];
        for x in awkward {
            assert_eq!(distance_f64(x, x.next_up()), 1, "at {x:e}");
        }
        assert_eq!(distance_f64(f64::MAX, f64::INFINITY), 1);
        assert_eq!(distance_f32(f32::MAX, f32::INFINITY), 1);
        assert_eq!(distance_f32(-f32::from_bits(1), f32::from_bits(1)), 2);
    }

    #[test]
    fn the_whole_line_has_as_many_floats_as_the_format_says() {
        // From -inf to +inf: two times (2047 exponents of 2^52 numbers each), zero counted once.
        assert_eq!(
            distance_f64(f64::NEG_INFINITY, f64::INFINITY),
            2 * 2047 * (1 << 52)
        );
    }

    #[test]
    fn nan_is_far_from_numbers_and_equal_to_itself() {
        assert_eq!(distance_f64(f64::NAN, f64::NAN), 0);
        assert_eq!(distance_f64(f64::NAN, 0.0), u64::MAX);
        assert_eq!(distance_f32(0.0, f32::NAN), u32::MAX);
    }

    #[test]
    fn an_error_is_a_fraction_of_the_spacing() {
        // A third is not representable: its nearest f64 is 1/3 - 2^-54/3.
        let low = f64::powi(2.0, -54) / 3.0;
        assert_eq!(error_f64(1.0 / 3.0, 1.0 / 3.0, low), 1.0 / 3.0);
        assert_eq!(spacing_f64(0.0), f64::from_bits(1));
        assert_eq!(spacing_f64(f64::MAX), f64::powi(2.0, 971));
    }
}
