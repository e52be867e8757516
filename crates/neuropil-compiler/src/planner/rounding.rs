//! Times in whole steps, by the rule of the language.

/// A time in steps: T/dt rounded to nine decimals, then a half goes up; and whether it was whole.
pub(super) fn steps(time: f64, dt: f64) -> Option<(u64, bool)> {
    let exact = time / dt;
    if !exact.is_finite() || !(0.0..9.0e15).contains(&exact) {
        return None;
    }
    // Beyond 2^52/1e9 steps nine decimals are finer than the float itself.
    let fraction = if exact < 4.0e6 {
        (exact * 1e9).round() / 1e9
    } else {
        exact
    };
    let whole = (fraction + 0.5).floor();
    Some((whole as u64, whole == fraction))
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn a_half_goes_up_after_nine_decimals() {
        assert_eq!(steps(7.35, 0.1), Some((74, false)));
        assert_eq!(steps(0.3, 0.1), Some((3, true)));
        assert_eq!(steps(0.0, 0.1), Some((0, true)));
        assert_eq!(steps(2.0, 0.07), Some((29, false)));
        assert_eq!(steps(-1.0, 0.1), None);
        assert_eq!(steps(f64::NAN, 0.1), None);
    }
}
