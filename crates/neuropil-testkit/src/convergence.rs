//! The order of a method, fitted to its errors at several steps.
//!
//! A method of order p has the error `c * dt^p` once dt is small, so `log error` against `log dt` is a
//! line of slope p. The line is fitted by least squares. Choose steps between the two ends where the
//! law fails: too large, where higher powers count, and too small, where rounding does. Errors at or
//! below a floor of rounding carry no information and must not be handed over.

use std::fmt::{self, Write as _};

/// A fitted order of convergence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Order {
    /// The slope of log error against log dt.
    pub order: f64,
    /// The factor `c` in `error = c * dt^order`; in the unit of the error.
    pub constant: f64,
    /// The largest distance of a point from the line, in powers of e.
    pub misfit: f64,
}

/// How far a fitted order may lie from the stated one.
pub const ORDER_TOLERANCE: f64 = 0.2;

/// Errors that no order can be fitted to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FitError {
    /// The numbers of steps and errors differ, or there are fewer than two.
    Count {
        /// How many step sizes were given.
        steps: usize,
        /// How many errors were given.
        errors: usize,
    },
    /// A step or an error is not a positive finite number.
    NotPositive {
        /// Position in the series.
        index: usize,
        /// The step size there.
        dt: f64,
        /// The error there.
        error: f64,
    },
    /// All step sizes are equal.
    OneStepSize,
}

impl fmt::Display for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { steps, errors } => {
                write!(f, "{steps} steps and {errors} errors do not make a line")
            }
            Self::NotPositive { index, dt, error } => write!(
                f,
                "point {index} (dt {dt:e}, error {error:e}) has no logarithm"
            ),
            Self::OneStepSize => write!(f, "all step sizes are equal"),
        }
    }
}

impl std::error::Error for FitError {}

/// Fits the order of convergence to errors at several step sizes.
///
/// # Errors
/// [`FitError`] where the points do not make a line.
///
/// # Examples
/// ```
/// let fit = neuropil_testkit::convergence::fit_order(&[0.1, 0.05], &[4e-4, 1e-4])?;
/// assert!((fit.order - 2.0).abs() < 1e-12);
/// # Ok::<(), neuropil_testkit::convergence::FitError>(())
/// ```
pub fn fit_order(steps: &[f64], errors: &[f64]) -> Result<Order, FitError> {
    if steps.len() != errors.len() || steps.len() < 2 {
        return Err(FitError::Count {
            steps: steps.len(),
            errors: errors.len(),
        });
    }
    let usable = |x: f64| x > 0.0 && x.is_finite();
    for (index, (&dt, &error)) in steps.iter().zip(errors).enumerate() {
        if !usable(dt) || !usable(error) {
            return Err(FitError::NotPositive { index, dt, error });
        }
    }
    let n = steps.len() as f64;
    let mean_x = steps.iter().map(|dt| dt.ln()).sum::<f64>() / n;
    let mean_y = errors.iter().map(|e| e.ln()).sum::<f64>() / n;
    let (mut covariance, mut variance) = (0.0, 0.0);
    for (dt, error) in steps.iter().zip(errors) {
        let x = dt.ln() - mean_x;
        covariance += x * (error.ln() - mean_y);
        variance += x * x;
    }
    if variance == 0.0 {
        return Err(FitError::OneStepSize);
    }
    let order = covariance / variance;
    let intercept = mean_y - order * mean_x;
    let misfit = steps
        .iter()
        .zip(errors)
        .map(|(dt, error)| (error.ln() - intercept - order * dt.ln()).abs())
        .fold(0.0, f64::max);
    Ok(Order {
        order,
        constant: intercept.exp(),
        misfit,
    })
}

/// Asserts that errors shrink with the stated order, within [`ORDER_TOLERANCE`].
///
/// # Panics
/// If no order can be fitted or it is too far from `stated`; the message lists every point with the
/// local order between it and the one before.
#[track_caller]
pub fn assert_order(what: &str, steps: &[f64], errors: &[f64], stated: f64) -> Order {
    let fit = match fit_order(steps, errors) {
        Ok(fit) => fit,
        Err(error) => panic!("{what}: {error}\n{}", table(steps, errors)),
    };
    assert!(
        (fit.order - stated).abs() <= ORDER_TOLERANCE,
        "{what}: fitted order {:.3}, stated {stated} within {ORDER_TOLERANCE}\n{}",
        fit.order,
        table(steps, errors)
    );
    fit
}

/// Runs a method at halved steps and returns the steps and its errors.
///
/// `error_at` gets each dt, the largest first: `dt`, `dt/2`, …, `count` of them.
pub fn halve(dt: f64, count: usize, mut error_at: impl FnMut(f64) -> f64) -> (Vec<f64>, Vec<f64>) {
    let mut step = dt;
    let (mut steps, mut errors) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for _ in 0..count {
        steps.push(step);
        errors.push(error_at(step));
        step *= 0.5;
    }
    (steps, errors)
}

fn table(steps: &[f64], errors: &[f64]) -> String {
    let mut text = String::from("  dt           error        order from the line above\n");
    for (k, (dt, error)) in steps.iter().zip(errors).enumerate() {
        let local = match k.checked_sub(1) {
            Some(j) if errors.len() > k => {
                format!("{:.3}", (error / errors[j]).ln() / (dt / steps[j]).ln())
            }
            _ => String::new(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {dt:<12.6e} {error:<12.6e} {local}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tolerance, assert_close};

    #[test]
    fn an_exact_power_law_is_found_again() {
        let steps = [0.4, 0.2, 0.1, 0.05];
        let errors = steps.map(|dt: f64| 3.0 * dt.powf(2.5));
        let fit = fit_order(&steps, &errors).expect("a line");
        // Rounding of the logarithms alone.
        assert_close("order", fit.order, 2.5, Tolerance::relative(1e-13));
        assert_close("constant", fit.constant, 3.0, Tolerance::relative(1e-12));
        assert!(fit.misfit < 1e-13);
    }

    #[test]
    fn euler_and_midpoint_have_the_orders_of_the_textbook() {
        // dx/dt = -x from 1, at t = 1.
        let run = |dt: f64, midpoint: bool| {
            let steps = (1.0 / dt).round() as usize;
            let mut x = 1.0;
            for _ in 0..steps {
                let slope = if midpoint { x - 0.5 * dt * x } else { x };
                x -= dt * slope;
            }
            (x - (-1.0f64).exp()).abs()
        };
        let (steps, errors) = halve(0.05, 5, |dt| run(dt, false));
        assert_order("euler", &steps, &errors, 1.0);
        let (steps, errors) = halve(0.05, 5, |dt| run(dt, true));
        assert_order("midpoint", &steps, &errors, 2.0);
    }

    #[test]
    fn a_wrong_order_is_reported_with_its_points() {
        let outcome = std::panic::catch_unwind(|| {
            assert_order("rk4", &[0.2, 0.1], &[4e-4, 1e-4], 4.0);
        });
        let message = *outcome
            .expect_err("order 2 is not 4")
            .downcast::<String>()
            .expect("the panic carries a text");
        assert!(
            message.contains("fitted order 2.000, stated 4"),
            "{message}"
        );
    }

    #[test]
    fn points_without_a_line_are_refused() {
        assert_eq!(
            fit_order(&[0.1], &[1.0]),
            Err(FitError::Count {
                steps: 1,
                errors: 1
            })
        );
        assert_eq!(
            fit_order(&[0.1, 0.1], &[1.0, 2.0]),
            Err(FitError::OneStepSize)
        );
        assert!(matches!(
            fit_order(&[0.1, 0.05], &[1.0, 0.0]),
            Err(FitError::NotPositive { index: 1, .. })
        ));
    }
}
