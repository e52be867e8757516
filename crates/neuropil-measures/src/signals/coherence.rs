//! Which rhythm is shared: cross-spectra and coherence, of two signals or of spikes and a signal.

use super::Signal;
use super::fft::Complex;
use super::spectrum::{Segments, Tapered, frequencies_hz};
use crate::error::{MeasureError, equal_lengths};
use crate::spikes::Train;

/// How two signals go together at each frequency.
///
/// # Shapes
/// `[n_frequencies]` each.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossSpectrum {
    /// Frequencies, ascending from 0 in equal steps; unit Hz.
    pub frequencies_hz: Vec<f64>,
    /// Power of the first, one-sided density.
    pub power_a: Vec<f64>,
    /// Power of the second, one-sided density.
    pub power_b: Vec<f64>,
    /// The mean of `conj(A) B`, one-sided density.
    pub cross: Vec<Complex>,
    /// How many parts are averaged.
    pub averaged: usize,
}

impl CrossSpectrum {
    /// The coherence at each frequency, from 0 to 1; `None` where either has no power.
    ///
    /// # Equation
    /// `|S_ab|^2 / (S_aa S_bb)`. Without any relation its mean is about one over the number of
    /// independent parts; from one part it would always be 1, so that gives `None` everywhere.
    ///
    /// # Source
    /// G. C. Carter, C. H. Knapp, A. H. Nuttall (1973), Estimation of the magnitude-squared
    /// coherence function via overlapped fast Fourier transform processing,
    /// <https://doi.org/10.1109/TAU.1973.1162496>.
    pub fn coherence(&self) -> Vec<Option<f64>> {
        let each = |k: usize| {
            let (a, b) = (self.power_a[k], self.power_b[k]);
            let some = self.averaged > 1 && a > 0.0 && b > 0.0;
            some.then(|| (self.cross[k].abs() / a * (self.cross[k].abs() / b)).min(1.0))
        };
        (0..self.cross.len()).map(each).collect()
    }

    /// The phase of the second less that of the first; negative if the first leads.
    ///
    /// In `(-pi, pi]`, radian; `None` where they share no power.
    pub fn phase(&self) -> Vec<Option<f64>> {
        let each = |value: &Complex| (value.squared() > 0.0).then(|| value.angle());
        self.cross.iter().map(each).collect()
    }
}

/// Estimates the cross-spectrum by Welch's method; `None` for signals shorter than a part.
///
/// Each part is taken less its mean, under a Hann window, as in [`super::welch`].
///
/// # Equation
/// The mean over parts of `2 dt conj(A_k) B_k / sum_j w_j^2`, with A and B the transforms of the
/// parts times the window w; half of it at 0 and at the highest frequency.
///
/// # Units
/// Both units of the signals per Hz.
///
/// # Errors
/// [`MeasureError::Lengths`] unless both have as many samples. The step and start are those of
/// the first.
pub fn cross_spectrum(
    a: Signal<'_>,
    b: Signal<'_>,
    segments: Segments,
) -> Result<Option<CrossSpectrum>, MeasureError> {
    equal_lengths(
        "samples of the second signal",
        b.values().len(),
        a.values().len(),
    )?;
    if a.values().len() < segments.length() {
        return Ok(None);
    }
    let tapered = Tapered::new(segments, a.dt_ms());
    let n = segments.length() / 2 + 1;
    let (mut power_a, mut power_b) = (vec![0.0; n], vec![0.0; n]);
    let mut cross = vec![Complex::default(); n];
    let of_a = tapered.amplitudes(a.values());
    let averaged = of_a.len();
    for (x, y) in of_a.zip(tapered.amplitudes(b.values())) {
        for k in 0..n {
            power_a[k] += x[k].squared();
            power_b[k] += y[k].squared();
            cross[k] = cross[k] + x[k].conjugate() * y[k];
        }
    }
    for k in 0..n {
        let weight = tapered.weight(k) / averaged as f64;
        power_a[k] *= weight;
        power_b[k] *= weight;
        cross[k] = cross[k].scaled(weight);
    }
    Ok(Some(CrossSpectrum {
        frequencies_hz: frequencies_hz(segments.length(), a.dt_ms()),
        power_a,
        power_b,
        cross,
        averaged,
    }))
}

/// Estimates the cross-spectrum of spikes and a signal, for spike-field coherence.
///
/// Spikes are counted at the sample nearest to them; those before the first or after the last do
/// not count. `None` for a signal shorter than a part.
///
/// # Equation
/// [`cross_spectrum`] of the numbers of spikes nearest to each sample, as the first signal, with
/// the signal: phases are those of the signal less those of the spikes.
///
/// # Errors
/// None at present; the type is that of [`cross_spectrum`].
///
/// # Source
/// M. R. Jarvis, P. P. Mitra (2001), Sampling properties of the spectrum and coherency of sequences
/// of action potentials, <https://doi.org/10.1162/089976601300014312>; by Welch's method.
pub fn spike_field_spectrum(
    train: Train<'_>,
    signal: Signal<'_>,
    segments: Segments,
) -> Result<Option<CrossSpectrum>, MeasureError> {
    let mut counts = vec![0.0; signal.values().len()];
    for &time in train.times_ms() {
        if let Some(sample) = signal.nearest(time) {
            counts[sample] += 1.0;
        }
    }
    let counts = Signal::new(signal.start_ms(), signal.dt_ms(), &counts)?;
    cross_spectrum(counts, signal, segments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::normal_noise;
    use neuropil_testkit::{Tolerance, assert_close};
    use std::f64::consts::TAU;

    fn signal(values: &[f64]) -> Signal<'_> {
        Signal::new(0.0, 1.0, values).unwrap()
    }

    /// A common white part of variance 1 and own ones of s^2 give `1/(1 + s^2)^2` at all
    /// frequencies. The bias of m parts is below 1/m; the mean over 200 frequencies deviates by
    /// about `2 sqrt(C / (m 200/3))`, five of them.
    #[test]
    fn a_common_part_has_a_closed_form() {
        let n = 100_000;
        let [common, own, other] = [1, 2, 3].map(|seed| normal_noise(n, seed));
        for s in [0.5, 1.0, 2.0] {
            let sum =
                |x: &[f64]| -> Vec<f64> { common.iter().zip(x).map(|(c, x)| c + s * x).collect() };
            let (a, b) = (sum(&own), sum(&other));
            let parts = Segments::new(500, 250).unwrap();
            let found = cross_spectrum(signal(&a), signal(&b), parts)
                .unwrap()
                .unwrap();
            let band: Vec<f64> = found
                .coherence()
                .into_iter()
                .flatten()
                .skip(20)
                .take(200)
                .collect();
            let m = found.averaged as f64;
            let expected = 1.0 / (1.0 + s * s) / (1.0 + s * s);
            let near = Tolerance::absolute(1.0 / m + 10.0 * (expected * 3.0 / (200.0 * m)).sqrt());
            assert_close("common", band.iter().sum::<f64>() / 200.0, expected, near);
        }
    }

    /// A copy that comes d samples later lags by `2 pi f d dt`, as far as the window is long
    /// against d.
    #[test]
    fn a_delay_is_a_phase() {
        let values = normal_noise(60_002, 4);
        let parts = Segments::new(1_000, 500).unwrap();
        let (now, later) = (&values[2..], &values[..60_000]);
        let found = cross_spectrum(signal(now), signal(later), parts)
            .unwrap()
            .unwrap();
        let phases = found.phase();
        for (f, phase) in found.frequencies_hz.iter().zip(phases).skip(2).take(200) {
            let expected = -TAU * f * 2e-3;
            assert_close("phase", phase.unwrap(), expected, Tolerance::absolute(0.02));
        }
    }

    /// Spikes at one phase of a sine are coherent with it there, and have its phase.
    #[test]
    fn locked_spikes_are_coherent() {
        let noise = normal_noise(20_000, 5);
        let wave = |(k, x): (usize, &f64)| (TAU * k as f64 / 50.0).cos() + 0.1 * x;
        let values: Vec<f64> = noise.iter().enumerate().map(wave).collect();
        let times: Vec<f64> = (0..400).map(|k| 50.0 * f64::from(k) + 5.0).collect();
        let parts = Segments::new(500, 250).unwrap();
        let train = Train::new(&times).unwrap();
        let found = spike_field_spectrum(train, signal(&values), parts)
            .unwrap()
            .unwrap();
        assert_eq!(found.frequencies_hz[10], 20.0);
        assert!(found.coherence()[10].unwrap() > 0.99);
        // A tenth of a cycle after the crest: the field leads.
        assert_close(
            "phase",
            found.phase()[10].unwrap(),
            TAU / 10.0,
            Tolerance::absolute(0.01),
        );
        let silent = Train::new(&[]).unwrap();
        let found = spike_field_spectrum(silent, signal(&values), parts)
            .unwrap()
            .unwrap();
        assert!(found.coherence().iter().all(Option::is_none));
    }

    #[test]
    fn one_part_and_unequal_signals() {
        let values = normal_noise(100, 6);
        let parts = Segments::new(100, 50).unwrap();
        let found = cross_spectrum(signal(&values), signal(&values), parts)
            .unwrap()
            .unwrap();
        assert!(found.coherence().iter().all(Option::is_none));
        let short = signal(&values[..99]);
        assert!(cross_spectrum(signal(&values), short, parts).is_err());
        assert_eq!(cross_spectrum(short, short, parts), Ok(None));
    }
}
