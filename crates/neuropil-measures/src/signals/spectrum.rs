//! Which rhythm: the power of a signal at each frequency.

use super::Signal;
use super::fft::{Complex, Fourier};
use crate::error::MeasureError;
use crate::spikes::rates::MS_PER_S;
use std::f64::consts::PI;

pub use super::tapers::{multitaper, multitaper_slepian};

/// How a signal is cut into overlapping parts, for Welch's method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    length: usize,
    shift: usize,
}

impl Segments {
    /// Makes parts of so many samples, each so many samples after the one before.
    ///
    /// A longer part tells nearer frequencies apart, and leaves fewer parts to average. Half the
    /// length is the usual shift.
    ///
    /// # Errors
    /// [`MeasureError::NotPositive`] for a length below 2 or a shift of 0.
    pub fn new(length: usize, shift: usize) -> Result<Self, MeasureError> {
        for (what, value, least) in [
            ("length of a part less one", length, 2),
            ("shift", shift, 1),
        ] {
            if value < least {
                let value = value as f64 - (least - 1) as f64;
                return Err(MeasureError::NotPositive { what, value });
            }
        }
        Ok(Self { length, shift })
    }

    /// The number of samples in a part.
    pub fn length(self) -> usize {
        self.length
    }

    /// The middles of the first parts of a signal; unit ms.
    pub(super) fn middles_ms(self, signal: Signal<'_>, parts: usize) -> Vec<f64> {
        let middle = |k: usize| {
            let samples = (k * self.shift) as f64 + (self.length - 1) as f64 / 2.0;
            signal.start_ms() + samples * signal.dt_ms()
        };
        (0..parts).map(middle).collect()
    }

    /// The parts of some samples that are whole.
    pub(super) fn parts(self, values: &[f64]) -> impl ExactSizeIterator<Item = &[f64]> {
        values.windows(self.length).step_by(self.shift)
    }
}

/// Transforms parts of one length, less their mean and under a Hann window.
pub(super) struct Tapered {
    segments: Segments,
    fourier: Fourier,
    taper: Vec<f64>,
    /// What turns a squared amplitude into a density: `2 dt / sum(taper^2)`; unit 1/Hz.
    density: f64,
}

impl Tapered {
    pub(super) fn new(segments: Segments, dt_ms: f64) -> Self {
        let n = segments.length;
        // Periodic: the zero at its end would be the next part's first.
        let hann = |k: usize| 0.5 - 0.5 * (2.0 * PI * k as f64 / n as f64).cos();
        let taper: Vec<f64> = (0..n).map(hann).collect();
        let area: f64 = taper.iter().map(|w| w * w).sum();
        Self {
            segments,
            fourier: Fourier::new(n),
            taper,
            density: 2.0 * dt_ms / MS_PER_S / area,
        }
    }

    /// The amplitudes at frequencies from 0 to the highest, part after part.
    pub(super) fn amplitudes<'a>(
        &'a self,
        values: &'a [f64],
    ) -> impl ExactSizeIterator<Item = Vec<Complex>> + 'a {
        let n = self.segments.length;
        self.segments.parts(values).map(move |part| {
            let mean = part.iter().sum::<f64>() / n as f64;
            let tapered = part.iter().zip(&self.taper);
            let tapered: Vec<Complex> = tapered
                .map(|(x, w)| Complex::new((x - mean) * w, 0.0))
                .collect();
            let mut amplitudes = self.fourier.transform(&tapered);
            amplitudes.truncate(n / 2 + 1);
            amplitudes
        })
    }

    /// What a squared amplitude at frequency number k counts.
    pub(super) fn weight(&self, k: usize) -> f64 {
        self.density * one_side(k, self.segments.length)
    }
}

/// Frequencies 0 and n/2 have no negative partner whose power is added.
pub(super) fn one_side(k: usize, n: usize) -> f64 {
    if k == 0 || 2 * k == n { 0.5 } else { 1.0 }
}

/// The frequencies of a transform of n samples, from 0 to the highest; unit Hz.
pub(super) fn frequencies_hz(n: usize, dt_ms: f64) -> Vec<f64> {
    let hz = |k: usize| k as f64 * MS_PER_S / (n as f64 * dt_ms);
    (0..=n / 2).map(hz).collect()
}

/// The power of a signal at each frequency.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Frequencies, ascending from 0 in equal steps; unit Hz.
    pub frequencies_hz: Vec<f64>,
    /// One-sided density, in the squared unit of the signal per Hz.
    pub power: Vec<f64>,
    /// How many estimates are averaged: each has a deviation as large as its mean.
    pub averaged: usize,
}

/// Estimates the spectrum by the mean over parts; `None` for a signal shorter than a part.
///
/// Each part is taken less its mean, under a Hann window.
///
/// # Equation
/// The mean over parts of `2 dt |sum_j w_j x_j exp(-2 pi i j k / n)|^2 / sum_j w_j^2` at
/// `k/(n dt)`, with `w_j = 1/2 - cos(2 pi j / n)/2`; half of it at 0 and at the highest frequency
/// of an even n.
///
/// # Units
/// The squared unit of the signal per Hz; frequencies in Hz.
///
/// # Shapes
/// `[n/2 + 1]` frequencies of parts of n samples.
///
/// # Source
/// P. D. Welch (1967), The use of fast Fourier transform for the estimation of power spectra,
/// <https://doi.org/10.1109/TAU.1967.1161901>.
pub fn welch(signal: Signal<'_>, segments: Segments) -> Option<Spectrum> {
    let spectrogram = spectrogram(signal, segments)?;
    let n = spectrogram.power.len();
    let mut power = vec![0.0; spectrogram.frequencies_hz.len()];
    for row in &spectrogram.power {
        for (sum, value) in power.iter_mut().zip(row) {
            *sum += value / n as f64;
        }
    }
    Some(Spectrum {
        frequencies_hz: spectrogram.frequencies_hz,
        power,
        averaged: n,
    })
}

/// The power of a signal at each frequency, as time goes on.
///
/// # Shapes
/// `power` is `[n_times][n_frequencies]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrogram {
    /// The middles of the parts; unit ms.
    pub times_ms: Vec<f64>,
    /// Frequencies, ascending from 0 in equal steps; unit Hz.
    pub frequencies_hz: Vec<f64>,
    /// One-sided density of each part, in the squared unit of the signal per Hz.
    pub power: Vec<Vec<f64>>,
}

/// Returns the spectrum of each part; `None` for a signal shorter than a part.
///
/// Parts as in [`welch`], which is their mean.
pub fn spectrogram(signal: Signal<'_>, segments: Segments) -> Option<Spectrogram> {
    if signal.values().len() < segments.length {
        return None;
    }
    let dt = signal.dt_ms();
    let tapered = Tapered::new(segments, dt);
    let density = |amplitudes: Vec<Complex>| -> Vec<f64> {
        let each = amplitudes.iter().enumerate();
        each.map(|(k, x)| x.squared() * tapered.weight(k)).collect()
    };
    let power: Vec<Vec<f64>> = tapered.amplitudes(signal.values()).map(density).collect();
    Some(Spectrogram {
        times_ms: segments.middles_ms(signal, power.len()),
        frequencies_hz: frequencies_hz(segments.length, dt),
        power,
    })
}

/// The strongest rhythm of a spectrum in a band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Its frequency; unit Hz.
    pub frequency_hz: f64,
    /// Its power, in the unit of the spectrum.
    pub power: f64,
    /// The width at half of its power; unit Hz. `None` if the spectrum ends before.
    pub width_hz: Option<f64>,
}

/// Finds the frequency of most power in a band, ends included.
///
/// The lower of two that are equal. `None` if no frequency with power lies in the band. The width
/// is found by linear interpolation and may leave the band. Frequencies are those of the spectrum:
/// nothing is fitted.
pub fn peak(spectrum: &Spectrum, from_hz: f64, to_hz: f64) -> Option<Peak> {
    let (f, p) = (&spectrum.frequencies_hz, &spectrum.power);
    let within = |&k: &usize| f[k] >= from_hz && f[k] <= to_hz && p[k] > 0.0;
    let candidates = (0..f.len().min(p.len())).filter(within);
    let top = candidates.reduce(|best, k| if p[k] > p[best] { k } else { best })?;
    let half = p[top] / 2.0;
    // Where the line from the last frequency above half to the first one not above crosses it.
    let crossing = |above: usize, below: usize| {
        f[above] + (f[below] - f[above]) * (p[above] - half) / (p[above] - p[below])
    };
    let lower = (0..top)
        .rev()
        .find(|&k| p[k] <= half)
        .map(|k| crossing(k + 1, k));
    let upper = (top..p.len())
        .find(|&k| p[k] <= half)
        .map(|k| crossing(k - 1, k));
    Some(Peak {
        frequency_hz: f[top],
        power: p[top],
        width_hz: lower.zip(upper).map(|(lower, upper)| upper - lower),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::normal_noise;
    use neuropil_testkit::{Tolerance, assert_close};

    fn sine(hz: f64, n: usize) -> Vec<f64> {
        (0..n)
            .map(|k| 3.0 * (2.0 * PI * hz * k as f64 * 1e-3).sin())
            .collect()
    }

    /// A sine on a frequency of the transform, under a Hann window: 2/3 of its power there and 1/6
    /// on either side, with 1/(n dt) between; the power is half the squared amplitude.
    #[test]
    fn a_sine_has_its_power_at_its_frequency() {
        let values = sine(40.0, 4_000);
        let signal = Signal::new(0.0, 1.0, &values).unwrap();
        let found = welch(signal, Segments::new(500, 250).unwrap()).unwrap();
        assert_eq!((found.averaged, found.power.len()), (15, 251));
        let near = Tolerance::relative(1e-10);
        for (k, share) in [(19, 1.0 / 6.0), (20, 2.0 / 3.0), (21, 1.0 / 6.0)] {
            assert_close("power", found.power[k], 4.5 * share / 2.0, near);
        }
        assert!(found.power[22..].iter().all(|&p| p < 1e-20));
        let found = peak(&found, 10.0, 100.0).unwrap();
        assert_eq!(found.frequency_hz, 40.0);
        // From 1/4 to 1 of the peak in 2 Hz: half is 4/3 Hz away.
        assert_close("width", found.width_hz.unwrap(), 8.0 / 3.0, near);
    }

    /// White noise of variance 4 has 4 · 2 dt = 0.008 per Hz. Hann parts that overlap by half count
    /// as about 0.95 estimates; the mean of m over a band of 200 frequencies, every third of them
    /// independent, has a relative deviation of sqrt(3/(200 m)).
    #[test]
    fn white_noise_is_flat() {
        let values: Vec<f64> = normal_noise(40_000, 1).iter().map(|x| 2.0 * x).collect();
        let signal = Signal::new(0.0, 1.0, &values).unwrap();
        let parts = Segments::new(1_000, 500).unwrap();
        let tapers = multitaper(signal, 7).unwrap().unwrap();
        let slepian = multitaper_slepian(signal, 4.0, 7).unwrap().unwrap();
        for found in [welch(signal, parts).unwrap(), tapers, slepian] {
            let middle = found.power.len() / 10..found.power.len() / 2;
            let band = &found.power[middle];
            let mean = band.iter().sum::<f64>() / band.len() as f64;
            let spread = (3.0 / (band.len() * found.averaged) as f64).sqrt();
            assert_close("level", mean, 0.008, Tolerance::relative(5.0 * spread));
        }
    }

    /// AR(2): `x_t = a x_(t-1) + b x_(t-2) + e` has `2 dt / |1 - a z - b z^2|^2`, z = exp(-i w dt).
    #[test]
    fn an_autoregression_has_its_closed_form() {
        let (radius, hz) = (0.95f64, 60.0);
        let (a, b) = (
            2.0 * radius * (2.0 * PI * hz * 1e-3).cos(),
            -radius * radius,
        );
        let mut values = vec![0.0, 0.0];
        for noise in normal_noise(400_000, 2) {
            let n = values.len();
            values.push(a * values[n - 1] + b * values[n - 2] + noise);
        }
        let signal = Signal::new(0.0, 1.0, &values[1_000..]).unwrap();
        let found = welch(signal, Segments::new(1_000, 500).unwrap()).unwrap();
        let spread = 6.0 / (0.9 * found.averaged as f64).sqrt();
        for (f, p) in found
            .frequencies_hz
            .iter()
            .zip(&found.power)
            .skip(2)
            .take(490)
        {
            let z = |k: f64| Complex::turn(-2.0 * PI * f * 1e-3 * k);
            let gain = Complex::new(1.0, 0.0) - z(1.0).scaled(a) - z(2.0).scaled(b);
            let expected = 2e-3 / gain.squared();
            // Six deviations each, and 1 % for the leakage of the window.
            assert_close("AR(2)", *p, expected, Tolerance::relative(spread + 0.01));
        }
        let top = peak(&found, 20.0, 200.0).unwrap();
        assert_close("peak", top.frequency_hz, hz, Tolerance::absolute(3.0));
    }

    #[test]
    fn short_and_constant_signals() {
        let flat = vec![5.0; 100];
        let signal = Signal::new(0.0, 1.0, &flat).unwrap();
        assert_eq!(welch(signal, Segments::new(101, 50).unwrap()), None);
        assert_eq!(welch(signal, Segments::new(usize::MAX, 1).unwrap()), None);
        let found = welch(signal, Segments::new(50, 25).unwrap()).unwrap();
        assert!(found.power.iter().all(|&p| p == 0.0));
        assert_eq!(peak(&found, 0.0, 500.0), None);
        assert!(Segments::new(1, 1).is_err() && Segments::new(2, 0).is_err());
    }

    #[test]
    fn parts_have_their_times() {
        let values = sine(40.0, 10);
        let signal = Signal::new(100.0, 1.0, &values).unwrap();
        let found = spectrogram(signal, Segments::new(4, 3).unwrap()).unwrap();
        assert_eq!(found.times_ms, [101.5, 104.5, 107.5]);
        assert_eq!(found.frequencies_hz, [0.0, 250.0, 500.0]);
    }
}
