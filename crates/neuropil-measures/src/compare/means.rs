//! How far apart the means of two samples are.

use crate::error::{MeasureError, squarable};

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// Returns the difference of means, a less b; 0 where either is empty.
pub fn mean_difference(a: &[f64], b: &[f64]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    mean(a) - mean(b)
}

/// Returns Cohen's d: the difference of means, a less b, in units of the spread within.
///
/// `None` for fewer than two values in either, and where neither varies.
///
/// # Equation
/// `(mean(a) - mean(b)) / s` with
/// `s^2 = (sum (a - mean(a))^2 + sum (b - mean(b))^2) / (n + m - 2)`.
///
/// # Errors
/// [`MeasureError::NotFinite`] for a value that is not finite, [`MeasureError::TooLarge`] beyond 1e70.
///
/// # Source
/// J. Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd edition, equation
/// 2.5.1, <https://doi.org/10.4324/9780203771587>.
pub fn effect_size(a: &[f64], b: &[f64]) -> Result<Option<f64>, MeasureError> {
    squarable("value of the first sample", a)?;
    squarable("value of the second sample", b)?;
    if a.len() < 2 || b.len() < 2 {
        return Ok(None);
    }
    let within = |x: &[f64]| -> f64 {
        let centre = mean(x);
        x.iter().map(|v| (v - centre) * (v - centre)).sum()
    };
    let variance = (within(a) + within(b)) / (a.len() + b.len() - 2) as f64;
    Ok((variance > 0.0).then(|| mean_difference(a, b) / variance.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_effect_is_a_difference_in_spreads() {
        // Means 2 and 5, sums of squares 2 and 8, divisor 4: 3 over sqrt(2.5).
        let found = effect_size(&[1.0, 2.0, 3.0], &[3.0, 5.0, 7.0]);
        assert_eq!(found, Ok(Some(-3.0 / 2.5_f64.sqrt())));
        assert_eq!(mean_difference(&[1.0, 3.0], &[5.0]), -3.0);
        assert_eq!(mean_difference(&[], &[5.0]), 0.0);
    }

    #[test]
    fn few_and_constant_values_have_no_effect_size() {
        assert_eq!(effect_size(&[1.0], &[3.0, 5.0]), Ok(None));
        assert_eq!(effect_size(&[1.0, 1.0], &[3.0, 3.0]), Ok(None));
        assert!(effect_size(&[1.0, f64::INFINITY], &[3.0, 3.0]).is_err());
    }
}
