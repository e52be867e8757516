//! Tapers at right angles: the windows of Slepian, and spectra that are a mean over tapers.

use super::Signal;
use super::eigen::Tridiagonal;
use super::fft::{Complex, Fourier};
use super::spectrum::{Spectrum, frequencies_hz, one_side};
use crate::MOST_BINS;
use crate::error::{MeasureError, positive};
use crate::spikes::rates::MS_PER_S;
use std::f64::consts::{PI, TAU};

/// Returns the discrete prolate spheroidal sequences of a length: Slepian's tapers.
///
/// The first keeps the largest share of its power within a half bandwidth that a window of so many
/// samples can; each further one the largest share at right angles to those before. About
/// `2 half_bandwidth - 1` of them keep nearly all.
///
/// # Equation
/// The eigenvectors of `sin(2 pi W (i - j)) / (pi (i - j))` of the largest eigenvalues, which are
/// those shares; computed as those of the tridiagonal matrix with `((n - 1)/2 - i)^2 cos(2 pi W)`
/// on the diagonal and `i (n - i)/2` beside it, which has the same vectors and well separated
/// values. Each has length 1; even ones have a positive sum, odd ones begin above 0.
///
/// # Units
/// `half_bandwidth` is `n W`, in units of one over the length of the window: often 2 to 4.
///
/// # Shapes
/// `[count][n]`
///
/// # Errors
/// [`MeasureError::NotPositive`] for no samples, no tapers or a half bandwidth that is not between
/// 0 and `n/2`, [`MeasureError::TooMany`] for more tapers than samples, or more than [`MOST_BINS`]
/// numbers.
///
/// # Source
/// D. Slepian (1978), Prolate spheroidal wave functions, Fourier analysis, and uncertainty V,
/// <https://doi.org/10.1002/j.1538-7305.1978.tb02104.x>.
pub fn slepian_tapers(
    n: usize,
    half_bandwidth: f64,
    count: usize,
) -> Result<Vec<Vec<f64>>, MeasureError> {
    positive("number of samples", n as f64)?;
    positive("number of tapers", count as f64)?;
    positive("half bandwidth", half_bandwidth)?;
    let size = n as f64;
    positive(
        "half the samples less the half bandwidth",
        size / 2.0 - half_bandwidth,
    )?;
    if count > n || count.saturating_mul(n) > MOST_BINS {
        return Err(MeasureError::TooMany {
            what: "tapers",
            wanted: count as f64,
            most: n.min(MOST_BINS / n),
        });
    }
    let cosine = (TAU * half_bandwidth / size).cos();
    let diagonal = |i: usize| {
        let from_middle = (size - 1.0) / 2.0 - i as f64;
        from_middle * from_middle * cosine
    };
    let matrix = Tridiagonal {
        diagonal: (0..n).map(diagonal).collect(),
        beside: (1..n).map(|i| i as f64 * (n - i) as f64 / 2.0).collect(),
    };
    let mut tapers = matrix.vectors(&matrix.largest(count));
    for (order, taper) in tapers.iter_mut().enumerate() {
        // An odd one changes its sign in the middle: its first half decides.
        let part = if order % 2 == 0 {
            &taper[..]
        } else {
            &taper[..n / 2]
        };
        if part.iter().sum::<f64>() < 0.0 {
            for x in taper.iter_mut() {
                *x = -*x;
            }
        }
    }
    Ok(tapers)
}

/// Estimates the spectrum of a whole signal by the mean over orthogonal tapers.
///
/// Less noise than one taper and less leakage than none; frequencies nearer than about
/// `tapers / (n dt)` run together. The signal is taken less its mean. `None` for fewer than two
/// samples.
///
/// # Equation
/// The mean over tapers v of `2 dt |sum_j v_j x_j exp(-2 pi i j k / n)|^2`; taper k of n samples is
/// `sqrt(2/(n+1)) sin(pi (k+1) (j+1) / (n+1))`.
///
/// # Units
/// As [`super::welch`].
///
/// # Errors
/// [`MeasureError::NotPositive`] for no tapers, [`MeasureError::TooMany`] for more than samples.
///
/// # Source
/// K. S. Riedel, A. Sidorenko (1995), Minimum bias multiple taper spectral estimation,
/// <https://doi.org/10.1109/78.365298>.
pub fn multitaper(signal: Signal<'_>, tapers: usize) -> Result<Option<Spectrum>, MeasureError> {
    let n = signal.values().len();
    if !enough_for_tapers(n, tapers)? {
        return Ok(None);
    }
    let sine = |k: usize| -> Vec<f64> {
        let turn = |j: usize| {
            // Modulo two half turns: the angle of a large product would lose its digits.
            let product = ((k + 1) as u128 * j as u128) % (2 * (n + 1)) as u128;
            (2.0 / (n + 1) as f64).sqrt() * (PI * product as f64 / (n + 1) as f64).sin()
        };
        (1..=n).map(turn).collect()
    };
    Ok(Some(mean_over_tapers(signal, (0..tapers).map(sine))))
}

/// Estimates the spectrum of a whole signal by the mean over Slepian's tapers.
///
/// Beside [`multitaper`]: the band that runs together is chosen and has sharp ends, outside of
/// which hardly anything leaks in; that band is `2 half_bandwidth / (n dt)` wide. All tapers count
/// alike. The signal is taken less its mean. `None` for fewer than two samples.
///
/// # Equation
/// `(1/K) sum_k 2 dt |sum_j v_k(j) x_j exp(-2 pi i f j dt)|^2` with [`slepian_tapers`] v; half of
/// it at 0 and at the highest frequency of an even number of samples.
///
/// # Units
/// `half_bandwidth` is in units of one over the length of the signal, often 2 to 4; with it, up to
/// `2 half_bandwidth - 1` tapers leak little.
///
/// # Errors
/// As [`multitaper`] and [`slepian_tapers`].
///
/// # Source
/// D. J. Thomson (1982), Spectrum estimation and harmonic analysis,
/// <https://doi.org/10.1109/PROC.1982.12433>.
pub fn multitaper_slepian(
    signal: Signal<'_>,
    half_bandwidth: f64,
    tapers: usize,
) -> Result<Option<Spectrum>, MeasureError> {
    let n = signal.values().len();
    if !enough_for_tapers(n, tapers)? {
        return Ok(None);
    }
    let tapers = slepian_tapers(n, half_bandwidth, tapers)?;
    Ok(Some(mean_over_tapers(signal, tapers.into_iter())))
}

/// Tells whether there are samples to taper; refuses no tapers, and more than samples.
fn enough_for_tapers(n: usize, tapers: usize) -> Result<bool, MeasureError> {
    positive("number of tapers", tapers as f64)?;
    if n < 2 {
        return Ok(false);
    }
    if tapers > n {
        return Err(MeasureError::TooMany {
            what: "tapers",
            wanted: tapers as f64,
            most: n,
        });
    }
    Ok(true)
}

/// The mean of the spectra under tapers of length 1, of a signal less its mean.
fn mean_over_tapers(
    signal: Signal<'_>,
    tapers: impl ExactSizeIterator<Item = Vec<f64>>,
) -> Spectrum {
    let values = signal.values();
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n as f64;
    let fourier = Fourier::new(n);
    let mut power = vec![0.0; n / 2 + 1];
    let averaged = tapers.len();
    let density = 2.0 * signal.dt_ms() / MS_PER_S / averaged as f64;
    for taper in tapers {
        let tapered = values.iter().zip(taper);
        let tapered: Vec<Complex> = tapered
            .map(|(x, w)| Complex::new((x - mean) * w, 0.0))
            .collect();
        let amplitudes = fourier.transform(&tapered);
        for (k, (power, amplitude)) in power.iter_mut().zip(amplitudes).enumerate() {
            *power += amplitude.squared() * density * one_side(k, n);
        }
    }
    Spectrum {
        frequencies_hz: frequencies_hz(n, signal.dt_ms()),
        power,
        averaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_testkit::{Tolerance, assert_close};

    /// Against the definition: eigenvectors of the sinc matrix, eigenvalues descending within (0,
    /// 1). Both matrices have a norm of 1 in units of their largest entry; some n roundings.
    #[test]
    fn tapers_are_concentrated_in_their_band() {
        for (n, half, count) in [(64, 3.0, 7), (65, 2.5, 5), (200, 4.0, 9), (2, 0.4, 2)] {
            let tapers = slepian_tapers(n, half, count).unwrap();
            let w = half / n as f64;
            let kernel = |i: usize, j: usize| {
                let d = i as f64 - j as f64;
                if i == j {
                    2.0 * w
                } else {
                    (TAU * w * d).sin() / (PI * d)
                }
            };
            let mut shares = Vec::new();
            for (order, taper) in tapers.iter().enumerate() {
                let image = |i: usize| -> f64 { (0..n).map(|j| kernel(i, j) * taper[j]).sum() };
                let share: f64 = (0..n).map(|i| taper[i] * image(i)).sum();
                for i in 0..n {
                    assert!(
                        (image(i) - share * taper[i]).abs() < 1e-12,
                        "{n} {order} {i}"
                    );
                    // Even or odd about the middle.
                    let mirrored = taper[n - 1 - i] * if order % 2 == 0 { 1.0 } else { -1.0 };
                    assert!((taper[i] - mirrored).abs() < 1e-11);
                }
                for (other, before) in tapers.iter().enumerate() {
                    let dot: f64 = taper.iter().zip(before).map(|(x, y)| x * y).sum();
                    let one = f64::from(u8::from(order == other));
                    assert!((dot - one).abs() < 1e-13);
                }
                shares.push(share);
            }
            assert!(shares.is_sorted_by(|a, b| a > b), "{shares:?}");
            assert!(shares[0] < 1.0 + 1e-13 && shares[count - 1] > 0.0);
        }
        // Slepian's example: four times the resolution keeps all but 1e-9 in the first.
        let first = &slepian_tapers(100, 4.0, 1).unwrap()[0];
        assert!(first.iter().all(|&x| x > 0.0));
    }

    /// A sine between frequencies of the transform. At a half bandwidth of 3 the first three tapers
    /// leave 1e-7, 9e-6 and 3e-4 of their power outside, 1e-4 in the mean; twice that, as the sum
    /// over frequencies is no integral.
    #[test]
    fn slepian_tapers_keep_power_in_their_band() {
        let values: Vec<f64> = (0..2_000)
            .map(|k| 3.0 * (TAU * 50.25e-3 * f64::from(k)).sin())
            .collect();
        let signal = Signal::new(0.0, 1.0, &values).unwrap();
        let found = multitaper_slepian(signal, 3.0, 3).unwrap().unwrap();
        let in_band = |half: f64| -> f64 {
            let near = found.frequencies_hz.iter().zip(&found.power);
            let near = near.filter(|(f, _)| (*f - 50.25).abs() <= half);
            near.map(|(_, p)| p * 0.5).sum()
        };
        assert_close("all", in_band(1e3), 4.5, Tolerance::relative(1e-3));
        assert!(in_band(1.5) > (1.0 - 2e-4) * in_band(1e3));
        assert_eq!(found.averaged, 3);
        assert!(multitaper_slepian(signal, 1e3, 3).is_err());
        assert!(multitaper_slepian(signal, 3.0, 0).is_err());
        let one = Signal::new(0.0, 1.0, &values[..1]).unwrap();
        assert_eq!(multitaper_slepian(one, 3.0, 1), Ok(None));
        assert_eq!(multitaper(one, 1), Ok(None));
        assert!(multitaper(signal, 0).is_err() && multitaper(signal, 2_001).is_err());
    }

    #[test]
    fn bad_tapers_are_refused() {
        assert!(slepian_tapers(0, 1.0, 1).is_err());
        assert!(slepian_tapers(10, 1.0, 0).is_err());
        assert!(slepian_tapers(10, 5.0, 1).is_err());
        assert!(slepian_tapers(10, f64::NAN, 1).is_err());
        assert!(slepian_tapers(10, 2.0, 11).is_err());
        assert!(slepian_tapers(1 << 28, 2.0, 7).is_err());
        assert_eq!(slepian_tapers(1, 0.2, 1), Ok(vec![vec![1.0]]));
    }
}
