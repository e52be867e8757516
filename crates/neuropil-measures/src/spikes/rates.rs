//! How fast: rates over a span, in bins, smoothed by a filter, and from interval to interval.

use super::{Train, Trains};
use crate::error::{MeasureError, ascending, positive};
use crate::{Bins, Window};
use std::f64::consts::PI;

/// Milliseconds in a second: a rate per ms times this is a rate in Hz.
pub(crate) const MS_PER_S: f64 = 1000.0;

/// Returns the mean rate of a neuron over a span of time, in Hz; 0 for a silent one.
///
/// # Equation
/// `n / T`, with n spikes in the span of length T.
pub fn rate_hz(train: Train<'_>, window: Window) -> f64 {
    train.within(window).len() as f64 / window.duration_ms() * MS_PER_S
}

/// Returns the mean rate of each neuron over a span of time, in Hz.
///
/// # Shapes
/// `[n_neurons]`
pub fn rates_hz(trains: &Trains, window: Window) -> Vec<f64> {
    trains.iter().map(|train| rate_hz(train, window)).collect()
}

/// Returns the rate of a mean neuron over a span of time, in Hz; `None` without neurons.
///
/// # Equation
/// `n / (N T)`, with n spikes of all N neurons in the span of length T.
pub fn population_rate_hz(trains: &Trains, window: Window) -> Option<f64> {
    let spikes: usize = trains.iter().map(|train| train.within(window).len()).sum();
    let neurons = trains.neurons();
    (neurons > 0).then(|| spikes as f64 / neurons as f64 / window.duration_ms() * MS_PER_S)
}

/// Returns the rate of a mean neuron in each bin, in Hz; `None` without neurons.
///
/// # Equation
/// `n_k / (N w)`, with n spikes of all N neurons in bin k of width w.
///
/// # Shapes
/// `[n_bins]`
pub fn binned_rate_hz(trains: &Trains, bins: Bins) -> Option<Vec<f64>> {
    let neurons = trains.neurons();
    let times = trains.iter().flat_map(Train::times_ms);
    let counts = bins.histogram(times.copied());
    let hz = |count: u64| count as f64 / neurons as f64 / bins.width_ms() * MS_PER_S;
    (neurons > 0).then(|| counts.into_iter().map(hz).collect())
}

/// A filter of area 1 that turns spikes into a rate.
///
/// # Equation
/// With u the time since the spike, in 1/ms:
///
/// | filter | value | where |
/// |---|---|---|
/// | `Boxcar` | `1 / w` | `-w/2 < u <= w/2` |
/// | `Gaussian` | `exp(-u^2 / (2 s^2)) / (s sqrt(2 pi))` | `abs(u) <= 8 s`; beyond is 1e-15 of the area |
/// | `Exponential` | `exp(-u/tau) / tau` | `0 <= u <= 36 tau`; beyond is 2e-16 of the area |
/// | `Alpha` | `u exp(-u/tau) / tau^2` | `0 <= u <= 40 tau`; beyond is 2e-16 of the area |
///
/// The last two look back only: no spike acts before it happens.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Filter {
    /// A moving window.
    Boxcar {
        /// The width w; unit ms.
        width_ms: f64,
    },
    /// A bell curve.
    Gaussian {
        /// The standard deviation s; unit ms.
        sigma_ms: f64,
    },
    /// A causal decay.
    Exponential {
        /// The time constant tau; unit ms.
        tau_ms: f64,
    },
    /// A causal rise and decay, with its peak at tau.
    Alpha {
        /// The time constant tau; unit ms.
        tau_ms: f64,
    },
}

impl Filter {
    /// The times since a spike between which the filter acts; unit ms.
    fn reach(self) -> Result<(f64, f64), MeasureError> {
        Ok(match self {
            Self::Boxcar { width_ms } => {
                let half = positive("width of the filter", width_ms)? / 2.0;
                (-half, half)
            }
            Self::Gaussian { sigma_ms } => {
                let reach = 8.0 * positive("width of the filter", sigma_ms)?;
                (-reach, reach)
            }
            Self::Exponential { tau_ms } => {
                (0.0, 36.0 * positive("time constant of the filter", tau_ms)?)
            }
            Self::Alpha { tau_ms } => {
                (0.0, 40.0 * positive("time constant of the filter", tau_ms)?)
            }
        })
    }

    /// The value at a time within reach; unit 1/ms.
    fn value(self, u: f64) -> f64 {
        match self {
            // Half-open, so that windows side by side count each spike once.
            Self::Boxcar { width_ms } if u > -width_ms / 2.0 => 1.0 / width_ms,
            Self::Boxcar { .. } => 0.0,
            Self::Gaussian { sigma_ms } => {
                let z = u / sigma_ms;
                (-0.5 * z * z).exp() / (sigma_ms * (2.0 * PI).sqrt())
            }
            Self::Exponential { tau_ms } => (-u / tau_ms).exp() / tau_ms,
            Self::Alpha { tau_ms } => u / tau_ms * (-u / tau_ms).exp() / tau_ms,
        }
    }
}

/// Returns the rate of a neuron at given times, smoothed by a filter, in Hz.
///
/// # Equation
/// `r(t) = sum_i k(t - t_i)` with the filter k. No correction is made where the filter reaches
/// beyond the recording: give trains that are longer than the times asked for.
///
/// # Shapes
/// `at_ms` ascends, `[n_times]`; the result has the same shape.
///
/// # Errors
/// [`MeasureError::NotPositive`] for a width or time constant of the filter,
/// [`MeasureError::Unsorted`] and [`MeasureError::NotFinite`] for the times.
///
/// # Source
/// M. Nawrot, A. Aertsen, S. Rotter (1999), Single-trial estimation of neuronal firing rates,
/// <https://doi.org/10.1016/S0165-0270(99)00127-2>.
pub fn smoothed_rate_hz(
    train: Train<'_>,
    filter: Filter,
    at_ms: &[f64],
) -> Result<Vec<f64>, MeasureError> {
    ascending(at_ms)?;
    let (first, last) = filter.reach()?;
    let times = train.times_ms();
    let (mut from, mut to) = (0, 0);
    let mut rate = |t: f64| {
        while from < times.len() && t - times[from] > last {
            from += 1;
        }
        to = to.max(from);
        while to < times.len() && t - times[to] >= first {
            to += 1;
        }
        let sum: f64 = times[from..to].iter().map(|s| filter.value(t - s)).sum();
        sum * MS_PER_S
    };
    Ok(at_ms.iter().map(|&t| rate(t)).collect())
}

/// Returns the inverse of the interval that each time lies in, in Hz.
///
/// `None` before the first spike, after the last, and in an interval of no length. A time on a
/// spike belongs to the interval that ends there.
///
/// # Equation
/// `1 / (t_{k+1} - t_k)` for `t_k < t <= t_{k+1}`.
///
/// # Shapes
/// `at_ms` ascends, `[n_times]`; the result has the same shape.
///
/// # Errors
/// [`MeasureError::Unsorted`] and [`MeasureError::NotFinite`] for the times.
pub fn instantaneous_rate_hz(
    train: Train<'_>,
    at_ms: &[f64],
) -> Result<Vec<Option<f64>>, MeasureError> {
    ascending(at_ms)?;
    let times = train.times_ms();
    let rate = |&t: &f64| {
        let next = times.partition_point(|&spike| spike < t);
        let interval = times.get(next)? - times.get(next.checked_sub(1)?)?;
        (interval > 0.0).then(|| MS_PER_S / interval)
    };
    Ok(at_ms.iter().map(rate).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_testkit::{Tolerance, assert_close};

    fn three() -> Trains {
        let times: [&[f64]; 3] = [&[10.0, 20.0, 30.0, 40.0], &[], &[25.0, 35.0]];
        Trains::from_times(&times).unwrap()
    }

    #[test]
    fn rates_are_counts_over_time() {
        let window = Window::new(10.0, 40.0).unwrap();
        assert_eq!(
            rates_hz(&three(), window),
            [100.0, 0.0, 2.0 / 30.0 * 1000.0]
        );
        let mean = population_rate_hz(&three(), window).unwrap();
        assert_close("mean", mean, 5000.0 / 90.0, Tolerance::ulp(2));
        let binned = binned_rate_hz(&three(), Bins::new(window, 15.0).unwrap()).unwrap();
        // Spikes at 20, 25 and at 30, 35, 40.
        assert_close("first", binned[0], 2000.0 / 45.0, Tolerance::ulp(2));
        assert_close("second", binned[1], 3000.0 / 45.0, Tolerance::ulp(2));
        let none = Trains::from_events(0, 1.0, []).unwrap();
        assert_eq!(population_rate_hz(&none, window), None);
        assert_eq!(binned_rate_hz(&none, Bins::new(window, 1.0).unwrap()), None);
    }

    /// A filter has area 1: the sum over a fine grid is the number of spikes. The rectangle rule is
    /// exact to rounding for the bell curve; the others jump or bend at the spike, which costs half
    /// a cell times the jump (0.01 ms / 2 / 3 ms).
    #[test]
    fn filters_have_area_one() {
        let times = [200.0, 203.5, 250.0];
        let train = Train::new(&times).unwrap();
        let grid: Vec<f64> = (0..60_000).map(|k| (f64::from(k) + 0.5) * 0.01).collect();
        for (filter, tolerance) in [
            (Filter::Boxcar { width_ms: 7.0 }, 2e-3),
            (Filter::Gaussian { sigma_ms: 3.0 }, 1e-12),
            (Filter::Exponential { tau_ms: 3.0 }, 2e-3),
            (Filter::Alpha { tau_ms: 3.0 }, 1e-5),
        ] {
            let rate = smoothed_rate_hz(train, filter, &grid).unwrap();
            let area = rate.iter().sum::<f64>() * 0.01 / 1000.0;
            assert_close("area", area, 3.0, Tolerance::relative(tolerance));
        }
    }

    /// One spike shows the filter itself.
    #[test]
    fn one_spike_shows_the_filter() {
        let train = Train::new(&[100.0]).unwrap();
        let at = |filter, t: f64| smoothed_rate_hz(train, filter, &[t]).unwrap()[0];
        let tight = Tolerance::relative(1e-14);
        let bell = Filter::Gaussian { sigma_ms: 2.0 };
        let peak = 1000.0 / (2.0 * (2.0 * PI).sqrt());
        assert_close("peak", at(bell, 100.0), peak, tight);
        let off = at(bell, 98.0);
        assert_close("one sigma", off, peak * (-0.5f64).exp(), tight);
        let decay = Filter::Exponential { tau_ms: 4.0 };
        assert_eq!(at(decay, 99.9), 0.0);
        assert_eq!(at(decay, 100.0), 250.0);
        let alpha = Filter::Alpha { tau_ms: 4.0 };
        assert_close("alpha", at(alpha, 104.0), 250.0 * (-1.0f64).exp(), tight);
        let boxcar = Filter::Boxcar { width_ms: 4.0 };
        assert_eq!(
            [98.0, 98.5, 102.0, 102.5].map(|t| at(boxcar, t)),
            [0.0, 250.0, 250.0, 0.0]
        );
    }

    #[test]
    fn bad_filters_and_times_are_refused() {
        let train = Train::new(&[100.0]).unwrap();
        let bad = Filter::Gaussian { sigma_ms: 0.0 };
        assert!(smoothed_rate_hz(train, bad, &[1.0]).is_err());
        let good = Filter::Gaussian { sigma_ms: 1.0 };
        assert!(smoothed_rate_hz(train, good, &[2.0, 1.0]).is_err());
        assert!(instantaneous_rate_hz(train, &[f64::NAN]).is_err());
    }

    #[test]
    fn instantaneous_rates_are_inverse_intervals() {
        let times = [10.0, 20.0, 20.0, 25.0];
        let train = Train::new(&times).unwrap();
        let found = instantaneous_rate_hz(train, &[5.0, 10.0, 15.0, 20.0, 22.0, 25.0, 26.0]);
        let expected = [
            None,
            None,
            Some(100.0),
            Some(100.0),
            Some(200.0),
            Some(200.0),
            None,
        ];
        assert_eq!(found.unwrap(), expected);
    }
}
