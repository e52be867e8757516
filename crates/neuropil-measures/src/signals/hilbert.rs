//! At which phase: the analytic signal.

use super::Signal;
use super::fft::{Complex, Fourier};

/// Returns the analytic signal of a signal less its mean: its angle is the phase.
///
/// Its absolute value is the amplitude. Filter to one band before: the phase of a mixture means
/// little. The signal is taken as periodic, so the first and last cycle are distorted. `None` for
/// no samples or a constant signal.
///
/// # Equation
/// `x + i H(x)`: the inverse transform of the spectrum with negative frequencies removed and
/// positive ones doubled.
///
/// # Shapes
/// One number a sample.
///
/// # Source
/// D. Gabor (1946), Theory of communication; S. L. Marple (1999), Computing the discrete-time
/// analytic signal via FFT, <https://doi.org/10.1109/78.782222>.
pub fn analytic(signal: Signal<'_>) -> Option<Vec<Complex>> {
    let deviations = signal.deviations()?;
    let n = deviations.len();
    let fourier = Fourier::new(n);
    let values: Vec<Complex> = deviations.iter().map(|&x| Complex::new(x, 0.0)).collect();
    let mut spectrum = fourier.transform(&values);
    for (k, value) in spectrum.iter_mut().enumerate() {
        if k > 0 && 2 * k < n {
            *value = value.scaled(2.0);
        } else if 2 * k > n {
            *value = Complex::default();
        }
    }
    Some(fourier.inverse(&spectrum))
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_testkit::{Tolerance, assert_close};
    use std::f64::consts::TAU;

    /// Whole cycles of a cosine, in lengths even and odd: amplitude and phase are exact to rounding.
    #[test]
    fn a_cosine_has_its_amplitude_and_phase() {
        for n in [500_u32, 501] {
            let angle = |k: u32| TAU * 7.0 * f64::from(k) / f64::from(n) + 0.4;
            let values: Vec<f64> = (0..n).map(|k| 2.5 * angle(k).cos() - 65.0).collect();
            let found = analytic(Signal::new(0.0, 1.0, &values).unwrap()).unwrap();
            for (k, value) in (0..n).zip(found) {
                assert_close("amplitude", value.abs(), 2.5, Tolerance::relative(1e-12));
                let expected = angle(k).sin() * 2.5;
                assert_close("quadrature", value.im, expected, Tolerance::absolute(1e-12));
            }
        }
    }

    #[test]
    fn a_constant_has_no_phase() {
        for values in [&[][..], &[1.0], &[3.0; 9]] {
            assert_eq!(analytic(Signal::new(0.0, 1.0, values).unwrap()), None);
        }
    }
}
