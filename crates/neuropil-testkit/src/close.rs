//! Assertions that two numbers agree, and messages that say by how much they do not.

use crate::ulp::{distance_f32, distance_f64};

/// How far two numbers may be apart: near enough by any one of the measures suffices.
///
/// Every measure is off (0) unless it is set. Say in the test where the number comes from.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tolerance {
    /// Largest `|found - expected|`; in the unit of the numbers; default 0.
    pub absolute: f64,
    /// Largest `|found - expected| / |expected|`; default 0.
    pub relative: f64,
    /// Largest distance in representable numbers; default 0.
    pub ulp: u64,
}

impl Tolerance {
    /// Asks for equal numbers; the two zeros are equal, and so are two NaN.
    pub const EXACT: Self = Self {
        absolute: 0.0,
        relative: 0.0,
        ulp: 0,
    };

    /// Allows an absolute difference.
    pub const fn absolute(absolute: f64) -> Self {
        Self {
            absolute,
            ..Self::EXACT
        }
    }

    /// Allows a difference relative to the expected number.
    pub const fn relative(relative: f64) -> Self {
        Self {
            relative,
            ..Self::EXACT
        }
    }

    /// Allows a number of representable steps.
    pub const fn ulp(ulp: u64) -> Self {
        Self { ulp, ..Self::EXACT }
    }

    /// Also allows an absolute difference, for numbers that pass through zero.
    #[must_use]
    pub const fn or_absolute(self, absolute: f64) -> Self {
        Self { absolute, ..self }
    }

    /// Also allows a relative difference.
    #[must_use]
    pub const fn or_relative(self, relative: f64) -> Self {
        Self { relative, ..self }
    }

    /// Tells whether two numbers agree.
    ///
    /// A NaN agrees with a NaN only, an infinity with itself and, by `ulp`, its neighbour.
    pub fn accepts(&self, found: f64, expected: f64) -> bool {
        if distance_f64(found, expected) <= self.ulp {
            return true;
        }
        let difference = (found - expected).abs();
        difference.is_finite()
            && (difference <= self.absolute || difference <= self.relative * expected.abs())
    }

    /// Describes a disagreement, or returns `None` when the numbers agree.
    pub fn complaint(&self, found: f64, expected: f64) -> Option<String> {
        if self.accepts(found, expected) {
            return None;
        }
        let difference = found - expected;
        let mut allowed = Vec::new();
        if self.absolute > 0.0 {
            allowed.push(format!("absolute {:e}", self.absolute));
        }
        if self.relative > 0.0 {
            allowed.push(format!("relative {:e}", self.relative));
        }
        if self.ulp > 0 || allowed.is_empty() {
            allowed.push(format!("{} ulp", self.ulp));
        }
        Some(format!(
            "found {found:e}, expected {expected:e}: apart by {difference:e}, relative {:e}, {} ulp; allowed {}",
            difference / expected,
            distance_f64(found, expected),
            allowed.join(" or "),
        ))
    }
}

/// Asserts that a number is what it should be, within a tolerance.
///
/// # Panics
/// If the numbers disagree; the message names `what`, both numbers and their three distances.
///
/// # Examples
/// ```
/// use neuropil_testkit::{Tolerance, assert_close};
/// assert_close("a third", 1.0 / 3.0, 0.333_333_333_333, Tolerance::relative(1e-11));
/// ```
#[track_caller]
pub fn assert_close(what: &str, found: f64, expected: f64, tolerance: Tolerance) {
    if let Some(complaint) = tolerance.complaint(found, expected) {
        panic!("{what}: {complaint}");
    }
}

/// Asserts that two `f32` lie within a number of representable `f32` steps.
///
/// # Panics
/// If they do not.
#[track_caller]
pub fn assert_ulp_f32(what: &str, found: f32, expected: f32, ulp: u32) {
    let distance = distance_f32(found, expected);
    assert!(
        distance <= ulp,
        "{what}: found {found:e}, expected {expected:e}: {distance} ulp of f32 apart; allowed {ulp}"
    );
}

/// Asserts that two series agree element by element.
///
/// # Panics
/// If the lengths differ or elements disagree; the message counts the disagreements and shows the
/// first and the largest.
#[track_caller]
pub fn assert_all_close(what: &str, found: &[f64], expected: &[f64], tolerance: Tolerance) {
    assert_eq!(found.len(), expected.len(), "{what}: number of elements");
    let wrong: Vec<usize> = (0..found.len())
        .filter(|&k| !tolerance.accepts(found[k], expected[k]))
        .collect();
    let Some(&first) = wrong.first() else {
        return;
    };
    let size = |&k: &usize| (found[k] - expected[k]).abs();
    let worst = wrong
        .iter()
        .copied()
        .max_by(|a, b| size(a).total_cmp(&size(b)))
        .unwrap_or(first);
    let show = |k: usize| {
        let complaint = tolerance.complaint(found[k], expected[k]);
        format!("[{k}] {}", complaint.unwrap_or_default())
    };
    panic!(
        "{what}: {} of {} elements disagree\n  first {}\n  worst {}",
        wrong.len(),
        found.len(),
        show(first),
        show(worst)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_measure_accepts_on_its_own() {
        assert!(Tolerance::absolute(1e-3).accepts(1e-3, 0.0));
        assert!(!Tolerance::relative(1e-3).accepts(1e-3, 0.0));
        assert!(Tolerance::relative(1e-3).accepts(1000.9, 1000.0));
        assert!(Tolerance::ulp(1).accepts(1.0f64.next_up(), 1.0));
        assert!(!Tolerance::ulp(1).accepts(1.0f64.next_up().next_up(), 1.0));
        assert!(
            Tolerance::relative(1e-3)
                .or_absolute(1e-9)
                .accepts(1e-9, 0.0)
        );
    }

    #[test]
    fn infinities_and_nan_are_never_near_numbers() {
        let loose = Tolerance::absolute(f64::MAX).or_relative(f64::MAX);
        assert!(!loose.accepts(f64::INFINITY, 1.0));
        assert!(!loose.accepts(f64::NAN, 1.0));
        assert!(!loose.accepts(1.0, f64::NAN));
        assert!(Tolerance::EXACT.accepts(f64::NAN, f64::NAN));
        assert!(Tolerance::EXACT.accepts(f64::INFINITY, f64::INFINITY));
        assert!(Tolerance::EXACT.accepts(-0.0, 0.0));
    }

    #[test]
    fn a_complaint_shows_both_numbers_and_the_tolerance() {
        let complaint = Tolerance::relative(1e-6).complaint(1.5, 1.0);
        assert_eq!(
            complaint.as_deref(),
            Some(
                "found 1.5e0, expected 1e0: apart by 5e-1, relative 5e-1, 2251799813685248 ulp; \
                 allowed relative 1e-6"
            )
        );
    }

    #[test]
    fn a_series_reports_the_first_and_the_worst() {
        let result = std::panic::catch_unwind(|| {
            assert_all_close(
                "V",
                &[0.0, 1.1, 2.0, 4.0],
                &[0.0, 1.0, 2.0, 3.0],
                Tolerance::absolute(0.05),
            );
        });
        let message = *result
            .expect_err("two elements disagree")
            .downcast::<String>()
            .expect("the panic carries a text");
        assert!(message.contains("2 of 4"), "{message}");
        assert!(message.contains("first [1]"), "{message}");
        assert!(message.contains("worst [3]"), "{message}");
    }
}
