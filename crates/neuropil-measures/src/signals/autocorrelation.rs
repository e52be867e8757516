//! How long a signal remembers: autocorrelation.

use super::Signal;
use super::fft::{Complex, Fourier};

/// Returns the autocorrelation at lags of 0, 1, … steps, 1 at lag 0.
///
/// `None` for a constant signal. Lags as long as the signal or longer are left out.
///
/// # Equation
/// `r_k = sum_t d_t d_(t+k) / sum_t d_t^2`, with d the deviations from the mean: the biased
/// estimate, which shrinks as `1 - k/n` and never leaves [-1, 1].
///
/// # Shapes
/// `[min(most_steps + 1, n_samples)]`
///
/// # Source
/// G. E. P. Box, G. M. Jenkins (1970), Time Series Analysis, section 2.1.
pub fn autocorrelation(signal: Signal<'_>, most_steps: usize) -> Option<Vec<f64>> {
    let deviations = signal.deviations()?;
    let n = deviations.len();
    // Padded to twice its length, so that the ends do not meet.
    let padded = (2 * n).next_power_of_two();
    let fourier = Fourier::new(padded);
    let values: Vec<Complex> = deviations.iter().map(|&x| Complex::new(x, 0.0)).collect();
    let power: Vec<Complex> = fourier
        .transform(&values)
        .into_iter()
        .map(|x| Complex::new(x.squared(), 0.0))
        .collect();
    let products = fourier.inverse(&power);
    let whole = products[0].re;
    let lags = products.iter().take(n.min(most_steps.saturating_add(1)));
    (whole > 0.0).then(|| lags.map(|x| x.re / whole).collect())
}

/// Returns the time that a signal remembers, in ms: the area under its autocorrelation.
///
/// `None` for a constant signal.
///
/// # Equation
/// `dt (1/2 + r_1 + r_2 + …)` up to the lag before the first that is not positive: for
/// `exp(-t/tau)` it is tau as dt becomes small. Past that lag there is mostly noise; a signal that
/// oscillates has no such single time.
///
/// # Source
/// A. Sokal (1997), Monte Carlo methods in statistical mechanics,
/// <https://doi.org/10.1007/978-1-4899-0319-8_6>: the integrated autocorrelation time; for where
/// the sum ends see C. J. Geyer (1992), <https://doi.org/10.1214/ss/1177011137>.
pub fn autocorrelation_time_ms(signal: Signal<'_>) -> Option<f64> {
    let correlation = autocorrelation(signal, usize::MAX)?;
    let positive = correlation.iter().skip(1).take_while(|&&r| r > 0.0);
    Some(signal.dt_ms() * (0.5 + positive.sum::<f64>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::normal_noise;
    use neuropil_testkit::{Tolerance, assert_close};

    #[test]
    fn the_correlation_is_its_definition() {
        let values = normal_noise(77, 1);
        let signal = Signal::new(0.0, 1.0, &values).unwrap();
        let found = autocorrelation(signal, 1_000).unwrap();
        assert_eq!(found.len(), 77);
        let mean = values.iter().sum::<f64>() / 77.0;
        let product = |k: usize| -> f64 {
            (0..77 - k)
                .map(|t| (values[t] - mean) * (values[t + k] - mean))
                .sum()
        };
        for (k, found) in found.into_iter().enumerate() {
            let near = Tolerance::absolute(1e-14);
            assert_close("lag", found, product(k) / product(0), near);
        }
        assert_eq!(autocorrelation(signal, 3).unwrap().len(), 4);
    }

    /// An Ornstein-Uhlenbeck process of 20 ms over 1e4 times as long. The estimate of its time ends
    /// where noise crosses 0; its relative error is about sqrt(2 M tau / T) with M = 5 times tau
    /// summed: 3 %, five of them.
    #[test]
    fn an_ornstein_uhlenbeck_process_remembers_its_time() {
        let (tau, dt) = (20.0, 1.0);
        let keep = f64::exp(-dt / tau);
        let mut x = 0.0;
        let values: Vec<f64> = normal_noise(200_000, 2)
            .into_iter()
            .map(|noise| {
                x = keep * x + (1.0 - keep * keep).sqrt() * noise;
                x
            })
            .collect();
        let signal = Signal::new(0.0, dt, &values).unwrap();
        let found = autocorrelation_time_ms(signal).unwrap();
        assert_close("time", found, tau, Tolerance::relative(0.16));
        let correlation = autocorrelation(signal, 60).unwrap();
        for k in [10, 20, 40] {
            let expected = (-(k as f64) * dt / tau).exp();
            // Bartlett: the variance of each is below 2 tau / T.
            let near = Tolerance::absolute(5.0 * (2.0 * tau / 2e5f64).sqrt());
            assert_close("lag", correlation[k], expected, near);
        }
    }

    #[test]
    fn a_constant_has_no_memory_to_measure() {
        for values in [&[][..], &[2.0], &[2.0; 30]] {
            let signal = Signal::new(0.0, 1.0, values).unwrap();
            assert_eq!(autocorrelation(signal, 5), None);
            assert_eq!(autocorrelation_time_ms(signal), None);
        }
    }
}
