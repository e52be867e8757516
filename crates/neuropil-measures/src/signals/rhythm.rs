//! The rhythm of a signal: its spectrum in parts that suit its length, and where that is highest.

use super::{Peak, Segments, Signal, Spectrum, peak, welch};
use crate::error::{MeasureError, positive};

/// The longest part where none is asked for; unit ms.
const LONGEST_PART_MS: f64 = 1000.0;

/// A spectrum and its peak in a band.
#[derive(Clone, Debug, PartialEq)]
pub struct Rhythm {
    /// The mean spectrum.
    pub spectrum: Spectrum,
    /// The length of the parts that it averages over; unit ms.
    pub part_ms: f64,
    /// The strongest frequency of the band; `None` without power there.
    pub peak: Option<Peak>,
    /// The power of the peak over the median power of the band: noise has a peak too, of a few times
    /// the median. `None` without a peak, and where more than half of the band has no power.
    pub strength: Option<f64>,
}

/// The parts of a spectrum: of a length that is asked for, else a quarter of the signal, at most 1 s.
///
/// They overlap by half. A part is never shorter than two samples.
///
/// # Errors
/// [`MeasureError::NotPositive`] for a step or part that is none.
pub fn usual_parts(
    samples: usize,
    dt_ms: f64,
    part_ms: Option<f64>,
) -> Result<Segments, MeasureError> {
    positive("step", dt_ms)?;
    let usual = (samples as f64 * dt_ms / 4.0).min(LONGEST_PART_MS);
    let length = match part_ms {
        Some(part) => positive("part of a spectrum", part)?,
        None => usual,
    };
    let length = ((length / dt_ms).round() as usize).max(2);
    Segments::new(length, length.div_ceil(2))
}

/// Finds the rhythm of some signals of one step: the peak of their mean spectrum in a band.
///
/// `None` without signals, or where all are shorter than a part.
///
/// # Units
/// Band in Hz, ends included; the parts as in [`usual_parts`].
///
/// # Errors
/// As [`usual_parts`].
pub fn rhythm(
    signals: &[Signal<'_>],
    part_ms: Option<f64>,
    (from_hz, to_hz): (f64, f64),
) -> Result<Option<Rhythm>, MeasureError> {
    let Some(first) = signals.first() else {
        return Ok(None);
    };
    let parts = usual_parts(first.values().len(), first.dt_ms(), part_ms)?;
    let mut spectra = signals.iter().filter_map(|&signal| welch(signal, parts));
    let Some(mut spectrum) = spectra.next() else {
        return Ok(None);
    };
    let mut count = 1.0;
    for other in spectra {
        for (sum, power) in spectrum.power.iter_mut().zip(other.power) {
            *sum += power;
        }
        count += 1.0;
    }
    spectrum.power.iter_mut().for_each(|power| *power /= count);
    let peak = peak(&spectrum, from_hz, to_hz);
    let each = spectrum.frequencies_hz.iter().zip(&spectrum.power);
    let inside = each.filter(|(f, _)| (from_hz..=to_hz).contains(*f));
    let mut band: Vec<f64> = inside.map(|(_, &power)| power).collect();
    band.sort_by(f64::total_cmp);
    let median = band.get(band.len() / 2).filter(|&&power| power > 0.0);
    Ok(Some(Rhythm {
        strength: peak.zip(median).map(|(peak, median)| peak.power / median),
        peak,
        part_ms: parts.length() as f64 * first.dt_ms(),
        spectrum,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::normal_noise;
    use std::f64::consts::TAU;

    /// A sinusoid of 40 Hz in noise: of amplitude 1 beside 1 mean-square of noise its power stands out
    /// by far; of noise alone nothing does. A peak of 7 half-overlapping parts among some 100
    /// frequencies is exponential with 7 or fewer averages: seldom above 4 medians.
    #[test]
    fn a_wave_stands_out_and_noise_does_not() {
        let noise = normal_noise(1_000, 4);
        let wave: Vec<f64> = (0..1_000)
            .map(|k| (TAU * 0.04 * k as f64).sin() + noise[k])
            .collect();
        let of = |values: &[f64]| {
            let signal = Signal::new(0.0, 1.0, values).unwrap();
            rhythm(&[signal], None, (1.0, 400.0)).unwrap().unwrap()
        };
        let found = of(&wave);
        assert_eq!(found.peak.map(|peak| peak.frequency_hz), Some(40.0));
        assert_eq!(found.part_ms, 250.0);
        assert!(found.strength.is_some_and(|strength| strength > 20.0));
        assert!(of(&noise).strength.is_some_and(|strength| strength < 6.0));
    }

    #[test]
    fn signals_are_averaged_and_short_ones_have_none() {
        let (a, b) = (normal_noise(400, 1), normal_noise(400, 2));
        let signal = |values| Signal::new(0.0, 1.0, values).unwrap();
        let parts = usual_parts(400, 1.0, Some(100.0)).unwrap();
        let [one, other] = [&a, &b].map(|values| welch(signal(values), parts).unwrap());
        let band = (1.0, 500.0);
        let both = rhythm(&[signal(&a), signal(&b)], Some(100.0), band)
            .unwrap()
            .unwrap();
        for (k, power) in both.spectrum.power.iter().enumerate() {
            let mean = f64::midpoint(one.power[k], other.power[k]);
            assert!((power - mean).abs() <= 1e-15 * mean.abs());
        }
        assert_eq!(rhythm(&[], None, band), Ok(None));
        assert_eq!(rhythm(&[signal(&a[..20])], Some(100.0), band), Ok(None));
        assert!(rhythm(&[signal(&a)], Some(0.0), band).is_err());
        let flat = rhythm(&[signal(&[1.0; 40])], None, band).unwrap().unwrap();
        assert_eq!((flat.peak, flat.strength), (None, None));
    }
}
