//! One band of a signal: a filter without delay, and amplitude and phase in the band.

use super::Signal;
use super::fft::Complex;
use super::hilbert::analytic;
use crate::error::{MeasureError, positive};
use crate::spikes::rates::MS_PER_S;
use std::f64::consts::PI;

/// Highest order of a filter: beyond, its numbers lose their digits.
pub const MOST_ORDER: u32 = 16;

/// Most samples in a cycle of the lower end of a band.
///
/// The poles of the filter come as near to 1 as the cycle is long, and what rounding moves them grows
/// with its square: 1e-6 of the distance at 100000 samples. Take every tenth sample instead.
pub const MOST_SAMPLES_A_CYCLE: usize = 1_000_000;

/// A band of frequencies and how sharply it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    from_hz: f64,
    to_hz: f64,
    order: u32,
}

impl Band {
    /// Makes a band of its ends in Hz, where the filter halves amplitudes, and an order.
    ///
    /// Beyond an end amplitudes fall by `f^(-2 order)`. Larger is sharper and rings longer; 2 to 4
    /// is usual.
    ///
    /// # Errors
    /// [`MeasureError::NotPositive`] for ends that do not ascend from above 0, or an order of 0,
    /// [`MeasureError::TooMany`] above [`MOST_ORDER`].
    pub fn new(from_hz: f64, to_hz: f64, order: u32) -> Result<Self, MeasureError> {
        positive("lower end of the band", from_hz)?;
        positive("width of the band", to_hz - from_hz)?;
        positive("order of the filter", f64::from(order))?;
        if order > MOST_ORDER {
            return Err(MeasureError::TooMany {
                what: "orders of a filter",
                wanted: f64::from(order),
                most: MOST_ORDER as usize,
            });
        }
        Ok(Self {
            from_hz,
            to_hz,
            order,
        })
    }

    /// Two poles and zeros at 0 and at the highest frequency, each with gain 1 in the middle.
    fn sections(self, dt_ms: f64) -> Result<Vec<Section>, MeasureError> {
        let half_rate_hz = 0.5 * MS_PER_S / dt_ms;
        if self.to_hz >= half_rate_hz {
            return Err(MeasureError::AboveHalfRate {
                to_hz: self.to_hz,
                half_rate_hz,
            });
        }
        let cycle = 2.0 * half_rate_hz / self.from_hz;
        if cycle > MOST_SAMPLES_A_CYCLE as f64 {
            return Err(MeasureError::TooMany {
                what: "samples in a cycle of the lower end of the band",
                wanted: cycle,
                most: MOST_SAMPLES_A_CYCLE,
            });
        }
        // Frequencies of the filter in continuous time that the bilinear transform maps to the
        // ends.
        let warped = |hz: f64| (PI * hz * dt_ms / MS_PER_S).tan();
        let (low, high) = (warped(self.from_hz), warped(self.to_hz));
        let (width, middle) = (high - low, (low * high).sqrt());
        let digital = |s: Complex| {
            let one = Complex::new(1.0, 0.0);
            let denominator = one - s;
            ((one + s) * denominator.conjugate()).scaled(1.0 / denominator.squared())
        };
        let mut sections = Vec::new();
        let order = f64::from(self.order);
        // The poles of the low-pass lie on the left half of the unit circle; of a pair, the upper.
        for k in 0..self.order.div_ceil(2) {
            let angle = PI * (2.0 * f64::from(k) + order + 1.0) / (2.0 * order);
            let half = Complex::turn(angle).scaled(width / 2.0);
            let root = square_root(half * half - Complex::new(middle * middle, 0.0));
            let (one, other) = (digital(half + root), digital(half - root));
            if 2 * k + 1 == self.order {
                // On the real axis: its two are conjugate or real, one section.
                sections.push(Section::new((one + other).re, (one * other).re, middle));
            } else {
                for pole in [one, other] {
                    sections.push(Section::new(2.0 * pole.re, pole.squared(), middle));
                }
            }
        }
        Ok(sections)
    }
}

/// The root with a real part that is not negative.
fn square_root(x: Complex) -> Complex {
    let length = x.abs();
    // Of the two forms the one that does not cancel.
    if x.re >= 0.0 {
        let re = f64::midpoint(length, x.re).sqrt();
        let im = if re > 0.0 { x.im / (2.0 * re) } else { 0.0 };
        return Complex::new(re, im);
    }
    let im = f64::midpoint(length, -x.re).sqrt().copysign(x.im);
    Complex::new(x.im / (2.0 * im), im)
}

/// `gain (1 - z^-2) / (1 - sum z^-1 + product z^-2)`.
#[derive(Clone, Copy, Debug)]
struct Section {
    gain: f64,
    sum: f64,
    product: f64,
}

impl Section {
    /// From the sum and the product of its two poles, and the warped frequency where its gain is 1.
    fn new(sum: f64, product: f64, middle: f64) -> Self {
        let back = Complex::turn(-2.0 * middle.atan());
        let one = Complex::new(1.0, 0.0);
        let above = one - back * back;
        let below = one - back.scaled(sum) + (back * back).scaled(product);
        Self {
            gain: below.abs() / above.abs(),
            sum,
            product,
        }
    }

    /// Filters in place, as if the first value had been there for ever.
    fn run(self, values: &mut [f64]) {
        let first = values.first().copied().unwrap_or(0.0);
        // A constant gives 0: then both memories are this.
        let (mut near, mut far) = (-self.gain * first, -self.gain * first);
        for value in values {
            let x = *value;
            let y = self.gain * x + near;
            near = far + self.sum * y;
            far = -self.gain * x - self.product * y;
            *value = y;
        }
    }
}

/// Returns a signal filtered to a band, without delay; `None` for a constant signal.
///
/// `None` for fewer than two samples, too. The filter of Butterworth runs forward and then
/// backward: phases stay, and gains count twice.
///
/// # Equation
/// A frequency f is multiplied by `1 / (1 + ((F^2 - F1 F2) / ((F2 - F1) F))^(2 order))` with
/// `F = tan(pi f dt)`, F1 and F2 for the ends: 1 in the middle, 1/2 at the ends. Poles are taken in
/// pairs, by the bilinear transform. At each end the signal is continued by `2 x_0 - x_k` for three
/// periods of the lower end of the band, or as far as it reaches; there, the first and last cycle
/// are less sure.
///
/// # Units
/// The unit of the signal.
///
/// # Shapes
/// One number a sample.
///
/// # Errors
/// [`MeasureError::AboveHalfRate`] for a band that reaches half the sampling rate,
/// [`MeasureError::TooMany`] for one that begins below one over [`MOST_SAMPLES_A_CYCLE`] of it.
///
/// # Source
/// S. Butterworth (1930), On the theory of filter amplifiers, Experimental Wireless 7, 536-541;
/// forward and backward with that continuation: F. Gustafsson (1996),
/// <https://doi.org/10.1109/78.492552>.
pub fn band_filter(signal: Signal<'_>, band: Band) -> Result<Option<Vec<f64>>, MeasureError> {
    let sections = band.sections(signal.dt_ms())?;
    let Some(values) = signal.deviations() else {
        return Ok(None);
    };
    let last = values.len() - 1;
    let periods = (3.0 * MS_PER_S / band.from_hz / signal.dt_ms()).ceil();
    let reach = (periods as usize).min(last);
    let before = (1..=reach).rev().map(|k| 2.0 * values[0] - values[k]);
    let after = (1..=reach).map(|k| 2.0 * values[last] - values[last - k]);
    let mut work: Vec<f64> = before.chain(values.iter().copied()).chain(after).collect();
    for _direction in 0..2 {
        for section in &sections {
            section.run(&mut work);
        }
        work.reverse();
    }
    Ok(Some(work[reach..=reach + last].to_vec()))
}

/// Returns the analytic signal in a band, of which envelope and phase are taken.
///
/// [`band_filter`], then [`analytic`]: the absolute value is the envelope, the angle the phase.
/// `None` as these, and where nothing is left in the band.
///
/// # Shapes
/// One number a sample.
///
/// # Errors
/// As [`band_filter`].
pub fn analytic_in_band(
    signal: Signal<'_>,
    band: Band,
) -> Result<Option<Vec<Complex>>, MeasureError> {
    let Some(filtered) = band_filter(signal, band)? else {
        return Ok(None);
    };
    let filtered = Signal::new(signal.start_ms(), signal.dt_ms(), &filtered)?;
    Ok(analytic(filtered))
}

/// Returns the phase of a signal in a band, in `(-pi, pi]`; `None` as [`analytic_in_band`].
///
/// 0 at a crest, ascending; a quarter of a turn where the signal falls through 0.
///
/// # Shapes
/// One number a sample.
///
/// # Errors
/// As [`band_filter`].
pub fn phase_in_band(signal: Signal<'_>, band: Band) -> Result<Option<Vec<f64>>, MeasureError> {
    let angles = |found: Vec<Complex>| found.into_iter().map(Complex::angle).collect();
    Ok(analytic_in_band(signal, band)?.map(angles))
}

/// Returns the envelope of a signal in a band, in its unit; `None` as [`analytic_in_band`].
///
/// # Shapes
/// One number a sample.
///
/// # Errors
/// As [`band_filter`].
pub fn envelope_in_band(signal: Signal<'_>, band: Band) -> Result<Option<Vec<f64>>, MeasureError> {
    let lengths = |found: Vec<Complex>| found.into_iter().map(Complex::abs).collect();
    Ok(analytic_in_band(signal, band)?.map(lengths))
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_testkit::{Tolerance, assert_close};
    use std::f64::consts::TAU;

    fn wave(hz: f64, n: usize, dt: f64) -> Vec<f64> {
        (0..n)
            .map(|k| (TAU * hz * k as f64 * dt * 1e-3).cos())
            .collect()
    }

    /// A sine of many cycles is scaled by the closed form and not moved; the middle, where the ends
    /// have died away by e^-40.
    #[test]
    fn gains_have_their_closed_form() {
        let n = 20_000;
        for (from, to, order, dt) in [
            (8.0, 12.0, 2, 1.0),
            (30.0, 80.0, 3, 0.5),
            (20.0, 60.0, 1, 1.0),
            // So wide that the real pole gives two real ones.
            (4.0, 400.0, 3, 1.0),
            (30.0, 60.0, 5, 1.0),
        ] {
            let band = Band::new(from, to, order).unwrap();
            for hz in [5.0, 9.0, 11.3, 40.0, 130.0] {
                let values = wave(hz, n, dt);
                let signal = Signal::new(0.0, dt, &values).unwrap();
                let found = band_filter(signal, band).unwrap().unwrap();
                let [f, low, high] = [hz, from, to].map(|hz| (PI * hz * dt * 1e-3).tan());
                let off = (f * f - low * high) / ((high - low) * f);
                let gain = 1.0 / (1.0 + off.powi(2 * order as i32));
                for k in n / 2..n / 2 + 200 {
                    let near = Tolerance::absolute(1e-9);
                    assert_close("filtered", found[k], gain * values[k], near);
                }
            }
        }
    }

    /// Theta at a step of 0.1 ms, 2500 samples a cycle: poles off by eps 2500^2 / (2 pi)^2, 4e-11.
    #[test]
    fn slow_bands_keep_their_digits() {
        let (n, dt) = (200_000, 0.1);
        let values = wave(12.0, n, dt);
        let signal = Signal::new(0.0, dt, &values).unwrap();
        let band = Band::new(4.0, 12.0, 4).unwrap();
        let found = band_filter(signal, band).unwrap().unwrap();
        for k in n / 2..n / 2 + 900 {
            assert_close(
                "theta",
                found[k],
                0.5 * values[k],
                Tolerance::absolute(1e-9),
            );
        }
    }

    #[test]
    fn the_ends_of_the_band_halve_amplitudes() {
        let values = wave(12.0, 20_000, 1.0);
        let signal = Signal::new(0.0, 1.0, &values).unwrap();
        let found = band_filter(signal, Band::new(8.0, 12.0, 4).unwrap());
        let found = found.unwrap().unwrap();
        assert_close(
            "half",
            found[10_000],
            0.5 * values[10_000],
            Tolerance::absolute(1e-9),
        );
    }

    /// An amplitude that swells slowly on a carrier in the band, with others far off: within the
    /// gain over the width of the swelling and the rest of the others, 1 %.
    #[test]
    fn envelope_and_phase_of_a_carrier() {
        let n = 8_000;
        let swell = |k: usize| 1.0 + 0.5 * (TAU * 0.5 * k as f64 * 1e-3).cos();
        let values: Vec<f64> = (0..n)
            .map(|k| {
                let t = k as f64 * 1e-3;
                swell(k) * (TAU * 40.0 * t).cos() + 2.0 * (TAU * 3.0 * t).sin() - 65.0
            })
            .collect();
        let signal = Signal::new(0.0, 1.0, &values).unwrap();
        let band = Band::new(30.0, 50.0, 3).unwrap();
        let envelope = envelope_in_band(signal, band).unwrap().unwrap();
        let phase = phase_in_band(signal, band).unwrap().unwrap();
        for k in (1_000..7_000).step_by(17) {
            assert_close("envelope", envelope[k], swell(k), Tolerance::relative(0.01));
            let expected = TAU * 40.0 * k as f64 * 1e-3;
            let off = crate::codes::angle_error(phase[k], expected);
            assert!(off.abs() < 0.01, "{k}: {off}");
        }
    }

    #[test]
    fn bad_bands_and_short_signals() {
        for (from, to, order) in [
            (0.0, 5.0, 2),
            (5.0, 5.0, 2),
            (1.0, f64::NAN, 2),
            (1.0, 2.0, 0),
        ] {
            assert!(Band::new(from, to, order).is_err());
        }
        assert!(Band::new(1.0, 2.0, MOST_ORDER + 1).is_err());
        let band = Band::new(100.0, 500.0, 2).unwrap();
        let values = wave(40.0, 50, 1.0);
        let signal = Signal::new(0.0, 1.0, &values).unwrap();
        assert!(matches!(
            band_filter(signal, band),
            Err(MeasureError::AboveHalfRate { .. })
        ));
        for lower in [1e-4, 1e-300, f64::MIN_POSITIVE] {
            let slow = Band::new(lower, 40.0, 2).unwrap();
            assert!(matches!(
                band_filter(signal, slow),
                Err(MeasureError::TooMany { .. })
            ));
        }
        let band = Band::new(5.0, 40.0, 2).unwrap();
        for values in [&[][..], &[1.0], &[3.0; 9]] {
            let signal = Signal::new(0.0, 1.0, values).unwrap();
            assert_eq!(band_filter(signal, band), Ok(None));
            assert_eq!(phase_in_band(signal, band), Ok(None));
            assert_eq!(envelope_in_band(signal, band), Ok(None));
        }
        // Shorter than its own continuation, and still finite.
        let two = Signal::new(0.0, 1.0, &[1.0, 2.0]).unwrap();
        let found = band_filter(two, band).unwrap().unwrap();
        assert!(found.len() == 2 && found.iter().all(|x| x.is_finite()));
    }
}
