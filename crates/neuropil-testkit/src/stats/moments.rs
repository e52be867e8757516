//! Moments of a series, and the comparison of two means that come with their spread.

/// Returns the arithmetic mean; NaN for an empty series.
pub fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// Returns the unbiased variance (divisor n - 1); NaN for fewer than two numbers.
pub fn variance(x: &[f64]) -> f64 {
    if x.len() < 2 {
        return f64::NAN;
    }
    squared_deviations(x) / (x.len() - 1) as f64
}

/// Returns the standard deviation with divisor n - 1; NaN for fewer than two numbers.
pub fn sd(x: &[f64]) -> f64 {
    variance(x).sqrt()
}

/// Returns the standard deviation with divisor n; NaN for an empty series.
///
/// The coefficient of variation of inter-spike intervals is defined by this one.
pub fn population_sd(x: &[f64]) -> f64 {
    (squared_deviations(x) / x.len() as f64).sqrt()
}

/// Returns the standard error of the mean, `sd / sqrt(n)`; NaN for fewer than two numbers.
pub fn standard_error(x: &[f64]) -> f64 {
    sd(x) / (x.len() as f64).sqrt()
}

fn squared_deviations(x: &[f64]) -> f64 {
    let centre = mean(x);
    x.iter()
        .map(|value| (value - centre) * (value - centre))
        .sum()
}

/// Mean, spread and number of independent repetitions, of our runs or of a reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The mean over repetitions.
    pub mean: f64,
    /// The standard deviation over repetitions, divisor n - 1.
    pub sd: f64,
    /// The number of repetitions.
    pub n: usize,
}

/// How far two means may be apart: a statistical part plus a systematic one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin {
    /// Number of combined standard errors; default 3.
    pub standard_errors: f64,
    /// Systematic difference allowed, relative to the reference mean; default 0.03.
    ///
    /// Simulators differ by a step in the delay and in where in the step an input acts.
    pub relative: f64,
}

impl Default for Margin {
    fn default() -> Self {
        Self {
            standard_errors: 3.0,
            relative: 0.03,
        }
    }
}

/// The comparison of two summaries, with the numbers that decided it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// `|found - reference|`.
    pub difference: f64,
    /// The largest difference that agrees.
    pub allowed: f64,
}

impl Agreement {
    /// Tells whether the means agree; false if either number is not finite.
    pub fn holds(&self) -> bool {
        self.difference <= self.allowed
    }
}

impl Summary {
    /// Summarises a series of independent repetitions.
    pub fn of(x: &[f64]) -> Self {
        Self {
            mean: mean(x),
            sd: sd(x),
            n: x.len(),
        }
    }

    /// Returns the standard error of the mean.
    pub fn standard_error(&self) -> f64 {
        self.sd / (self.n as f64).sqrt()
    }

    /// Compares with a reference: within so many combined standard errors plus a relative margin.
    ///
    /// The combined standard error is `sqrt(se_1^2 + se_2^2)`. With the default margin and ten
    /// repetitions a side, equal simulators are told apart by chance about once in 130 comparisons from
    /// the three standard errors alone (Student's t with 18 degrees of freedom); the 3 % make it rarer.
    /// Fixed seeds keep the outcome the same from run to run.
    pub fn agrees_with(&self, reference: &Self, margin: Margin) -> Agreement {
        let combined = self.standard_error().hypot(reference.standard_error());
        Agreement {
            difference: (self.mean - reference.mean).abs(),
            allowed: margin.standard_errors * combined + margin.relative * reference.mean.abs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tolerance, assert_close};

    #[test]
    fn moments_of_the_first_integers_have_closed_forms() {
        let n = 100;
        let x: Vec<f64> = (1..=n).map(f64::from).collect();
        let n = f64::from(n);
        let tight = Tolerance::relative(1e-14);
        assert_close("mean", mean(&x), 50.5, tight);
        assert_close("variance", variance(&x), n * (n + 1.0) / 12.0, tight);
        let population = (n * n - 1.0) / 12.0;
        assert_close("population sd", population_sd(&x), population.sqrt(), tight);
        let error = ((n + 1.0) / 12.0).sqrt();
        assert_close("standard error", standard_error(&x), error, tight);
    }

    #[test]
    fn too_short_a_series_has_no_spread() {
        assert!(mean(&[]).is_nan());
        assert!(sd(&[1.0]).is_nan());
        assert_eq!(population_sd(&[1.0]), 0.0);
    }

    #[test]
    fn agreement_is_the_sum_of_both_margins() {
        let ours = Summary {
            mean: 21.0,
            sd: 1.5,
            n: 9,
        };
        let reference = Summary {
            mean: 20.0,
            sd: 1.2,
            n: 9,
        };
        let agreement = ours.agrees_with(&reference, Margin::default());
        // se 0.5 and 0.4: combined sqrt(0.41); 3 % of 20 is 0.6.
        let expected = 3.0 * 0.41f64.sqrt() + 0.6;
        assert_close(
            "allowed",
            agreement.allowed,
            expected,
            Tolerance::relative(1e-14),
        );
        assert!(agreement.holds());
        let far = Summary { mean: 23.0, ..ours };
        assert!(!far.agrees_with(&reference, Margin::default()).holds());
        let silent = Summary {
            mean: f64::NAN,
            ..ours
        };
        assert!(!silent.agrees_with(&reference, Margin::default()).holds());
    }
}
