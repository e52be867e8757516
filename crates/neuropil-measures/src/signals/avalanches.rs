//! Avalanches of activity, and whether their sizes follow a power law.

use crate::error::{MeasureError, positive};
use neuropil_ir::draw::{Stream, stream_key};

/// Largest value that a power law is fitted up to.
pub const MOST_VALUE: u64 = 10_000_000;

/// A run of bins that are not empty, between two that are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Avalanche {
    /// The number of spikes of all its bins.
    pub size: u64,
    /// The number of its bins.
    pub duration: u64,
}

/// Finds the avalanches in counts of a population, bin by bin.
///
/// A run that touches the first or the last bin is cut by the recording and left out. The bin is
/// part of the definition: the mean interval of the pooled spikes is the usual width.
///
/// # Equation
/// Of bins `from..=to` with counts above 0 between two bins of 0: the size is the sum of the
/// counts, the duration `to - from + 1`.
///
/// # Shapes
/// `[n_bins]`
///
/// # Source
/// J. M. Beggs, D. Plenz (2003), Neuronal avalanches in neocortical circuits,
/// <https://doi.org/10.1523/JNEUROSCI.23-35-11167.2003>.
pub fn avalanches(counts: &[u64]) -> Vec<Avalanche> {
    let runs: Vec<&[u64]> = counts.split(|&count| count == 0).collect();
    // The first and last piece have an empty bin on one side only, or none.
    let inner = runs
        .get(1..runs.len().saturating_sub(1))
        .unwrap_or_default();
    let avalanche = |run: &&[u64]| Avalanche {
        size: run.iter().fold(0, |sum, &count| sum.saturating_add(count)),
        duration: run.len() as u64,
    };
    inner
        .iter()
        .filter(|run| !run.is_empty())
        .map(avalanche)
        .collect()
}

/// A power law fitted to whole numbers between two bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// The exponent a of `p(x) ~ x^(-a)`.
    pub exponent: f64,
    /// Its standard error by the curvature of the likelihood.
    pub error: f64,
    /// The largest distance between the distribution functions of data and law.
    pub distance: f64,
    /// The share of samples drawn from the law whose own fit is at least as far off.
    ///
    /// Counted with the data, so never 0. A small one (below 0.1 in the source) says that this is
    /// no power law; a large one does not say that it is.
    pub p_value: f64,
    /// The number of values between the bounds.
    pub values: usize,
}

/// Fits a power law to the values within `from..=to` and tests the fit.
///
/// `None` for fewer than two different values there. Values outside do not count; the upper bound
/// is for what the size of the system cuts off.
///
/// # Equation
/// `p(x) = x^(-a) / sum_{k=from}^{to} k^(-a)`; the likelihood is greatest where the mean of `ln x`
/// is that of the law. Exponents outside -5 to 20 are set to these ends.
///
/// # Errors
/// [`MeasureError::NotPositive`] for a lower bound of 0 or an upper one not above it,
/// [`MeasureError::TooMany`] above [`MOST_VALUE`].
///
/// # Source
/// A. Clauset, C. R. Shalizi, M. E. J. Newman (2009), Power-law distributions in empirical data,
/// <https://doi.org/10.1137/070710111>; with an upper bound as in A. Deluca, A. Corral (2013),
/// <https://doi.org/10.2478/s11600-013-0154-9>.
pub fn fit_power_law(
    values: &[u64],
    (from, to): (u64, u64),
    (samples, seed): (u32, u64),
) -> Result<Option<PowerLaw>, MeasureError> {
    positive("lower bound", from as f64)?;
    positive("upper bound less the lower one", to as f64 - from as f64)?;
    if to > MOST_VALUE {
        return Err(MeasureError::TooMany {
            what: "values of a power law",
            wanted: to as f64,
            most: MOST_VALUE as usize,
        });
    }
    let logs: Vec<f64> = (from..=to).map(|x| (x as f64).ln()).collect();
    let mut counts = vec![0_u64; logs.len()];
    for &value in values {
        if (from..=to).contains(&value) {
            counts[(value - from) as usize] += 1;
        }
    }
    if counts.iter().filter(|&&count| count > 0).count() < 2 {
        return Ok(None);
    }
    let n: u64 = counts.iter().sum();
    let (exponent, spread) = most_likely(&logs, &counts, 1.5);
    let law = distribution(&logs, exponent);
    let found = distance(&counts, &law);
    let mut as_far = 1_u64;
    for sample in 0..samples {
        let mut stream = Stream::new(seed, stream_key("power law", 0), u64::from(sample));
        let mut drawn = vec![0; logs.len()];
        for _ in 0..n {
            let u = stream.next_f64();
            drawn[law.partition_point(|&f| f < u).min(logs.len() - 1)] += 1;
        }
        let (refitted, _) = most_likely(&logs, &drawn, exponent);
        let off = distance(&drawn, &distribution(&logs, refitted));
        // Samples that are equally far count, whatever the rounding of their sums.
        as_far += u64::from(off >= found - 1e-12);
    }
    Ok(Some(PowerLaw {
        exponent,
        error: 1.0 / (n as f64).sqrt() / spread,
        distance: found,
        p_value: as_far as f64 / (f64::from(samples) + 1.0),
        values: n as usize,
    }))
}

/// The exponent of greatest likelihood, and the standard deviation of `ln x` under that law.
///
/// Looked for from a guess on.
fn most_likely(logs: &[f64], counts: &[u64], guess: f64) -> (f64, f64) {
    let n: u64 = counts.iter().sum();
    let sum: f64 = counts
        .iter()
        .zip(logs)
        .map(|(&c, log)| c as f64 * log)
        .sum();
    let wanted = sum / n as f64;
    // The mean of ln x falls as the exponent grows, by the variance: Newton's steps, and halves of the
    // interval in which the wanted one lies where they leave it.
    let (mut low, mut high) = (-5.0, 20.0);
    let mut exponent = guess;
    loop {
        let (mean, spread) = log_moments(logs, exponent);
        if mean > wanted {
            low = exponent;
        } else {
            high = exponent;
        }
        let newton = exponent + (mean - wanted) / (spread * spread);
        let next = if newton > low && newton < high {
            newton
        } else {
            f64::midpoint(low, high)
        };
        if (next - exponent).abs() <= 1e-12 || high - low <= 1e-12 {
            return (next, spread);
        }
        exponent = next;
    }
}

/// Weights of the values under a law, which add up to 1.
fn weights(logs: &[f64], exponent: f64) -> Vec<f64> {
    // Relative to the largest, so that none overflows.
    let most = (-exponent * logs[0]).max(-exponent * logs[logs.len() - 1]);
    let mut weights: Vec<f64> = logs
        .iter()
        .map(|log| (-exponent * log - most).exp())
        .collect();
    let sum: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= sum;
    }
    weights
}

/// Mean and standard deviation of `ln x` under a law.
fn log_moments(logs: &[f64], exponent: f64) -> (f64, f64) {
    let weights = weights(logs, exponent);
    let mean: f64 = weights.iter().zip(logs).map(|(w, log)| w * log).sum();
    let off = |log: &f64| (log - mean) * (log - mean);
    let variance: f64 = weights.iter().zip(logs).map(|(w, log)| w * off(log)).sum();
    (mean, variance.sqrt())
}

fn distribution(logs: &[f64], exponent: f64) -> Vec<f64> {
    let mut sum = 0.0;
    let step = |weight: f64| {
        sum += weight;
        sum
    };
    weights(logs, exponent).into_iter().map(step).collect()
}

fn distance(counts: &[u64], law: &[f64]) -> f64 {
    let n = counts.iter().sum::<u64>() as f64;
    let (mut below, mut most) = (0, 0.0_f64);
    for (count, f) in counts.iter().zip(law) {
        below += count;
        most = most.max((below as f64 / n - f).abs());
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_testkit::{Tolerance, assert_close};

    #[test]
    fn avalanches_lie_between_empty_bins() {
        let of = |size, duration| Avalanche { size, duration };
        assert_eq!(
            avalanches(&[5, 0, 1, 2, 0, 0, 7, 0, 3]),
            [of(3, 2), of(7, 1)]
        );
        assert_eq!(avalanches(&[0, 4, 0]), [of(4, 1)]);
        for none in [&[][..], &[0], &[3, 3], &[3, 0, 3], &[0, 0, 0]] {
            assert_eq!(avalanches(none), []);
        }
    }

    /// A critical branching process in which each spike has 0 or 2 followers with equal chance: a
    /// tree of m pairs has probability Catalan(m)/2^(2m + 1), whose tail has the exponent 3/2. Its
    /// slope at m is steeper by 9/(8 m), 0.02 at the lower bound and less than 0.01 in the mean.
    #[test]
    fn critical_branching_has_its_exponent() {
        let mut draws = Stream::new(1, 0, 0);
        let mut sizes = Vec::new();
        for _ in 0..60_000 {
            let (mut open, mut pairs) = (1_u64, 0_u64);
            while open > 0 && pairs <= 3_000 {
                open -= 1;
                if draws.next_u32().is_multiple_of(2) {
                    open += 2;
                    pairs += 1;
                }
            }
            sizes.push(pairs);
        }
        let found = fit_power_law(&sizes, (50, 3_000), (50, 2))
            .unwrap()
            .unwrap();
        let near = Tolerance::absolute(5.0 * found.error + 0.01);
        assert_close("exponent", found.exponent, 1.5, near);
        assert!(found.p_value > 0.02, "{found:?}");
    }

    /// Counts in proportion to x^-2 give back the exponent; geometric ones are refused.
    #[test]
    fn laws_are_told_apart() {
        let square: Vec<u64> = (1..=60_u64)
            .flat_map(|x| std::iter::repeat_n(x, (3_600_000.0 / (x * x) as f64).round() as usize))
            .collect();
        let found = fit_power_law(&square, (1, 60), (0, 1)).unwrap().unwrap();
        // Rounding of counts: half of a count in a thousand.
        assert_close("exponent", found.exponent, 2.0, Tolerance::absolute(1e-4));
        assert!(found.distance < 1e-5);
        let geometric: Vec<u64> = (1..=12_u64).flat_map(|x| vec![x; 1 << (12 - x)]).collect();
        let found = fit_power_law(&geometric, (1, 60), (99, 1))
            .unwrap()
            .unwrap();
        assert_eq!(found.p_value, 0.01);
        let again = fit_power_law(&geometric, (1, 60), (99, 1));
        assert_eq!(again, Ok(Some(found)));
    }

    #[test]
    fn sizes_are_bounded_and_ends_are_left_out() {
        let most = [0, u64::MAX, 7, 0];
        let expected = Avalanche {
            size: u64::MAX,
            duration: 2,
        };
        assert_eq!(avalanches(&most), [expected]);
        // The first and the last run are cut by the recording, however long the silence between.
        assert_eq!(avalanches(&[2, 0, 0, 0, 0, 9]), []);
    }

    /// Exponents beyond the range that is searched are set to its ends; the error stays finite.
    #[test]
    fn steep_and_rising_laws_end_the_range() {
        let mut steep = vec![1; 3_000_000];
        steep.push(2);
        let found = fit_power_law(&steep, (1, 2), (0, 1)).unwrap().unwrap();
        assert_close("steep", found.exponent, 20.0, Tolerance::relative(1e-11));
        assert!(found.error.is_finite() && found.distance < 1e-6);
        let rising = fit_power_law(&[8, 9, 9, 9], (1, 9), (0, 1))
            .unwrap()
            .unwrap();
        assert_close("rising", rising.exponent, -5.0, Tolerance::relative(1e-11));
        // Two values in equal numbers: no preference, exponent 0 and no distance at all.
        let even = fit_power_law(&[4, 5, 77, 1], (4, 5), (9, 1))
            .unwrap()
            .unwrap();
        assert_close("even", even.exponent, 0.0, Tolerance::absolute(1e-11));
        assert_eq!((even.values, even.p_value), (2, 1.0));
        // The curvature of the likelihood: the deviation of ln x is half of ln(5/4).
        let spread = 0.5 * (1.25_f64).ln();
        let error = 1.0 / (2.0_f64.sqrt() * spread);
        assert_close("error", even.error, error, Tolerance::relative(1e-10));
        // No samples drawn: the data are all there is.
        let alone = fit_power_law(&[4, 5], (4, 5), (0, 1)).unwrap().unwrap();
        assert_eq!(alone.p_value, 1.0);
    }

    #[test]
    fn too_little_is_no_law() {
        assert_eq!(fit_power_law(&[], (1, 9), (1, 1)), Ok(None));
        assert_eq!(fit_power_law(&[3, 3, 3, 77], (1, 9), (1, 1)), Ok(None));
        assert!(fit_power_law(&[3], (0, 9), (1, 1)).is_err());
        assert!(fit_power_law(&[3], (9, 9), (1, 1)).is_err());
        assert!(fit_power_law(&[3], (1, u64::MAX), (1, 1)).is_err());
    }
}
