//! From a time to a number of steps: one rule for delays, intervals and lengths of runs.
//!
//! It stands here because the compiler and the engine both round, and must agree to the step.
//!
//! T/dt is first rounded to nine decimals, because 7.35/0.1 is 73.49999999999999 in binary; then a
//! half goes up. So 7.35 ms at 0.1 ms are 74 steps.

/// Numbers of steps stay below 2^53, where floats still count one by one.
const MOST_STEPS: f64 = 9_007_199_254_740_992.0;

/// Why a time is no number of steps.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RoundingError {
    /// The time is infinite or not a number.
    #[error("{time} ms is not a finite time")]
    NotFinite {
        /// The time in ms.
        time: f64,
    },
    /// The time is negative.
    #[error("{time} ms is negative")]
    Negative {
        /// The time in ms.
        time: f64,
    },
    /// The time has more steps than can be counted.
    #[error("{time} ms has more steps of {dt} ms than can be counted")]
    TooLong {
        /// The time in ms.
        time: f64,
        /// The length of a step in ms.
        dt: f64,
    },
    /// The step is not a positive, finite time.
    #[error("a step of {dt} ms is not a positive time")]
    Step {
        /// The length of a step in ms.
        dt: f64,
    },
}

/// The number of steps, as a fraction, with the noise of the division removed.
///
/// # Units
/// `time_ms`, `dt` in ms; the result counts steps, rounded to nine decimals.
pub fn fraction(time_ms: f64, dt: f64) -> f64 {
    let steps = time_ms / dt;
    // From 2^23 on neighbouring numbers are more than 1e-9 apart: nothing is left to round.
    if steps.abs() >= 8_388_608.0 {
        steps
    } else {
        (steps * 1e9).round() / 1e9
    }
}

/// Rounds a time to whole steps; a half goes up.
///
/// # Units
/// `time_ms`, `dt` in ms.
///
/// # Errors
/// [`RoundingError::Negative`], [`RoundingError::NotFinite`], [`RoundingError::TooLong`] from 2^53
/// steps on, [`RoundingError::Step`].
pub fn steps(time_ms: f64, dt: f64) -> Result<u64, RoundingError> {
    Ok(steps_and_whole(time_ms, dt)?.0)
}

/// Rounds as [`steps`] does, and tells whether the time was a whole number of steps.
///
/// # Units
/// `time_ms`, `dt` in ms.
///
/// # Errors
/// Those of [`steps`].
pub fn steps_and_whole(time_ms: f64, dt: f64) -> Result<(u64, bool), RoundingError> {
    if !(dt.is_finite() && dt > 0.0) {
        return Err(RoundingError::Step { dt });
    }
    if !time_ms.is_finite() {
        return Err(RoundingError::NotFinite { time: time_ms });
    }
    if time_ms < 0.0 {
        return Err(RoundingError::Negative { time: time_ms });
    }
    let fraction = fraction(time_ms, dt);
    let rounded = (fraction + 0.5).floor();
    if rounded < MOST_STEPS {
        // A whole number below 2^53 is its own floor, so the comparison is exact.
        Ok((rounded as u64, fraction.floor() == fraction))
    } else {
        Err(RoundingError::TooLong { time: time_ms, dt })
    }
}

/// Rounds a delay to whole steps, as [`steps`] does, in the width that delays are kept in.
///
/// # Errors
/// Those of [`steps`]; [`RoundingError::TooLong`] already from 2^31 steps on.
pub fn delay_steps(time_ms: f64, dt: f64) -> Result<u32, RoundingError> {
    let count = steps(time_ms, dt)?;
    if count < 1 << 31 {
        Ok(count as u32)
    } else {
        Err(RoundingError::TooLong { time: time_ms, dt })
    }
}

/// Rounds many delays as [`delay_steps`] does; false, with nothing said about the result, where one
/// of them is not plain: no number of steps from 0 to a million, or next to a half.
pub fn plain_delays(times_ms: &[f64], dt: f64, out: &mut Vec<u32>) -> bool {
    // The sum of a number of steps and this one is rounded to a whole number, whose last bits count
    // from zero.
    const WHOLE: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
    // What nine decimals remove is below 1e-9 steps, so it matters only next to a half.
    const NEAREST: f64 = 0.5 - 1e-8;
    let mut plain = dt > 0.0 && dt < f64::INFINITY;
    out.extend(times_ms.iter().map(|&time| {
        let steps = time / dt;
        let shifted = steps + WHOLE;
        let rest = (steps - (shifted - WHOLE)).abs();
        plain &= rest < NEAREST;
        plain &= (0.0..1e6).contains(&steps);
        shifted.to_bits() as u32
    }));
    plain
}

/// The last step whose time is not after a time; `None` if that is before the start.
///
/// A span of time takes `a < t <= b`: the steps above `last_step(a)` up to `last_step(b)`.
pub fn last_step(time_ms: f64, dt: f64) -> Option<u64> {
    let steps = fraction(time_ms, dt).floor();
    (steps >= 0.0).then_some(steps as u64)
}

/// The step whose time is a time, if there is one.
pub fn exact_step(time_ms: f64, dt: f64) -> Option<u64> {
    let steps = fraction(time_ms, dt);
    (steps >= 0.0 && steps.floor() == steps && steps < MOST_STEPS).then_some(steps as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(time: f64, dt: f64, expected: u64) {
        assert_eq!(
            steps(time, dt),
            Ok(expected),
            "{time} ms in steps of {dt} ms"
        );
    }

    /// Around every half and whole, where the quick way must either agree or decline.
    #[test]
    fn plain_delays_are_those_rounded_one_by_one() {
        let dt = 0.1;
        for half_steps in 0..400 {
            for off in [
                -3e-8, -2e-8, -1e-9, -1e-12, 0.0, 1e-12, 1e-9, 2e-8, 3e-8, 0.1, 0.2,
            ] {
                let time = (f64::from(half_steps) / 2.0 + off) * dt;
                let mut quick = Vec::new();
                let plain = plain_delays(&[time], dt, &mut quick);
                if plain {
                    assert_eq!(Ok(quick[0]), delay_steps(time, dt), "{time}");
                }
                let near_half = half_steps % 2 == 1 && off.abs() < 1e-8;
                assert!(plain || near_half || time < 0.0, "{time}");
            }
        }
        for odd in [-1.0, f64::NAN, f64::INFINITY, 1e9] {
            assert!(!plain_delays(&[0.3, odd], dt, &mut Vec::new()), "{odd}");
        }
        assert!(!plain_delays(&[1.0], 0.0, &mut Vec::new()));
    }

    #[test]
    fn a_half_goes_up_in_decimals() {
        check(7.35, 0.1, 74); // the language's own example; 7.35/0.1 < 73.5 in binary
        check(0.05, 0.1, 1);
        check(0.15, 0.1, 2);
        check(0.049_999_99, 0.1, 0);
        check(0.25, 0.1, 3);
        check(1.005, 0.01, 101);
    }

    #[test]
    fn whole_numbers_stay() {
        for dt in [0.1, 0.01, 0.025, 0.05, 0.3, 0.7, 1.0 / 3.0, 1e-3] {
            for count in (0..2000).chain([1_000_000, 12_345_678, 987_654_321, 1 << 40]) {
                check(count as f64 * dt, dt, count);
            }
        }
    }

    #[test]
    fn whole_numbers_are_told_from_others() {
        assert_eq!(steps_and_whole(7.35, 0.1), Ok((74, false)));
        assert_eq!(steps_and_whole(0.3, 0.1), Ok((3, true)));
        assert_eq!(steps_and_whole(2.0, 0.07), Ok((29, false)));
        // Eight hours in steps of 0.05 ms: beyond 2^23 steps nothing is left to round.
        assert_eq!(steps_and_whole(28_800_000.0, 0.05), Ok((576_000_000, true)));
    }

    #[test]
    fn what_is_no_number_of_steps_is_refused() {
        assert_eq!(
            steps(-0.1, 0.1),
            Err(RoundingError::Negative { time: -0.1 })
        );
        assert!(matches!(
            steps(f64::NAN, 0.1),
            Err(RoundingError::NotFinite { .. })
        ));
        assert!(matches!(
            steps(f64::INFINITY, 0.1),
            Err(RoundingError::NotFinite { .. })
        ));
        assert!(matches!(
            steps(1e300, 0.1),
            Err(RoundingError::TooLong { .. })
        ));
        assert!(matches!(
            steps(1e308, 1e-300),
            Err(RoundingError::TooLong { .. })
        ));
        assert_eq!(steps(1.0, 0.0), Err(RoundingError::Step { dt: 0.0 }));
        assert!(matches!(
            steps(1.0, f64::NAN),
            Err(RoundingError::Step { .. })
        ));
        assert!(matches!(
            delay_steps(1e10, 0.1),
            Err(RoundingError::TooLong { .. })
        ));
        assert_eq!(steps(-0.0, 0.1), Ok(0));
    }

    #[test]
    fn windows_end_on_their_last_step() {
        assert_eq!(last_step(0.3, 0.1), Some(3)); // 0.3/0.1 is 2.9999999999999996 in binary
        assert_eq!(last_step(0.35, 0.1), Some(3));
        assert_eq!(last_step(-1.0, 0.1), None);
        assert_eq!(last_step(0.0, 0.1), Some(0));
        assert_eq!(exact_step(0.3, 0.1), Some(3));
        assert_eq!(exact_step(0.35, 0.1), None);
        assert_eq!(exact_step(-0.1, 0.1), None);
        assert_eq!(exact_step(f64::NAN, 0.1), None);
    }
}
