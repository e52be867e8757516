//! Averages around events: of a signal around spikes, of spikes around a stimulus.

use super::{Train, Trains, rates::MS_PER_S};
use crate::error::{MeasureError, ascending, not_negative};
use crate::signals::Signal;
use crate::{Bins, Window};

/// A signal averaged around spikes.
///
/// # Shapes
/// All arrays have one entry a lag.
#[derive(Clone, Debug, PartialEq)]
pub struct SpikeTriggered {
    /// Time of the sample minus time of the spike, rounded to steps; unit ms.
    pub lags_ms: Vec<f64>,
    /// The mean over spikes, in the unit of the signal.
    pub mean: Vec<f64>,
    /// The standard deviation over spikes, divisor n; 0 for one spike.
    pub spread: Vec<f64>,
    /// The number of spikes whose whole surround was recorded.
    pub spikes: usize,
}

/// Averages a signal around each spike.
///
/// The sample nearest to the spike has lag 0. Spikes whose surround leaves the recording do not
/// count; `None` if none is left.
///
/// # Equation
/// `mean_i x(t_i + lag)` over spikes i, with t_i rounded to samples.
///
/// # Units
/// `before_ms` and `after_ms` are lengths in ms, rounded to steps.
///
/// # Errors
/// [`MeasureError::Negative`] for a negative length, [`MeasureError::TooMany`] for a surround
/// longer than 2^28 samples.
///
/// # Source
/// E. de Boer, P. Kuyper (1968), Triggered correlation,
/// <https://doi.org/10.1109/TBME.1968.4502561>.
pub fn spike_triggered(
    train: Train<'_>,
    signal: Signal<'_>,
    before_ms: f64,
    after_ms: f64,
) -> Result<Option<SpikeTriggered>, MeasureError> {
    let steps = |what, length| Ok((not_negative(what, length)? / signal.dt_ms()).round());
    let before = steps("time before", before_ms)?;
    let after = steps("time after", after_ms)?;
    let most = crate::window::MOST_BINS;
    if before + after >= most as f64 {
        return Err(MeasureError::TooMany {
            what: "samples around a spike",
            wanted: before + after + 1.0,
            most,
        });
    }
    let (before, length) = (before as usize, (before + after) as usize + 1);
    let surround = |&time: &f64| {
        let first = signal.nearest(time)?.checked_sub(before)?;
        signal.values().get(first..first + length)
    };
    let surrounds = train.times_ms().iter().filter_map(surround);
    let n = surrounds.clone().count();
    if n == 0 {
        return Ok(None);
    }
    let mut mean = vec![0.0; length];
    for surround in surrounds.clone() {
        for (mean, value) in mean.iter_mut().zip(surround) {
            *mean += value / n as f64;
        }
    }
    let mut spread = vec![0.0; length];
    for surround in surrounds {
        for ((spread, value), mean) in spread.iter_mut().zip(surround).zip(&mean) {
            *spread += (value - mean) * (value - mean) / n as f64;
        }
    }
    let lag = |k: usize| (k as f64 - before as f64) * signal.dt_ms();
    Ok(Some(SpikeTriggered {
        lags_ms: (0..length).map(lag).collect(),
        mean,
        spread: spread.into_iter().map(f64::sqrt).collect(),
        spikes: n,
    }))
}

/// Cuts a train into trials: the spikes around each onset, with the onset as time 0.
///
/// `around` is in ms from the onset; spans of neighbouring onsets may share spikes.
///
/// # Errors
/// [`MeasureError::Unsorted`] and [`MeasureError::NotFinite`] for the onsets;
/// [`MeasureError::NoTime`] for one so late that the span around it has no length.
pub fn trials(train: Train<'_>, onsets_ms: &[f64], around: Window) -> Result<Trains, MeasureError> {
    ascending(onsets_ms)?;
    let trial = |&onset: &f64| {
        let span = Window::new(onset + around.from_ms(), onset + around.to_ms())?;
        let times = train.within(span).times_ms().iter();
        Ok(times.map(|t| t - onset).collect::<Vec<f64>>())
    };
    let each: Result<Vec<Vec<f64>>, MeasureError> = onsets_ms.iter().map(trial).collect();
    Trains::from_times(&each?)
}

/// The rate after a stimulus, over trials.
///
/// # Shapes
/// `[n_bins]` each.
#[derive(Clone, Debug, PartialEq)]
pub struct Psth {
    /// The mean rate over trials; unit Hz.
    pub rate_hz: Vec<f64>,
    /// The standard error of that mean, from the spread over trials; unit Hz. `None` for one trial.
    pub error_hz: Option<Vec<f64>>,
}

/// Makes a peri-stimulus time histogram of trials, one train a trial; `None` without trials.
///
/// # Equation
/// In bin k of width w, of counts c over n trials: `mean(c) / w`, and `sqrt(var(c) / n) / w` with
/// the variance of divisor n - 1.
///
/// # Source
/// G. L. Gerstein, N. Y.-S. Kiang (1960), An approach to the quantitative analysis of
/// electrophysiological data from single neurons,
/// <https://doi.org/10.1016/S0006-3495(60)86872-5>.
pub fn psth(trials: &Trains, bins: Bins) -> Option<Psth> {
    let n = trials.neurons();
    let mut sums = vec![(0_u64, 0_u128); bins.count()];
    for trial in trials.iter() {
        let counts = bins.histogram(trial.times_ms().iter().copied());
        for (sum, count) in sums.iter_mut().zip(counts) {
            sum.0 += count;
            sum.1 += u128::from(count) * u128::from(count);
        }
    }
    let hz = MS_PER_S / bins.width_ms();
    let rate = |&(sum, _): &(u64, u128)| sum as f64 / n as f64 * hz;
    let error = |&(sum, squares): &(u64, u128)| {
        let scaled = n as u128 * squares - u128::from(sum) * u128::from(sum);
        (scaled as f64 / (n - 1) as f64).sqrt() / n as f64 * hz
    };
    (n > 0).then(|| Psth {
        rate_hz: sums.iter().map(rate).collect(),
        error_hz: (n > 1).then(|| sums.iter().map(error).collect()),
    })
}

/// Latencies over trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latencies {
    /// The median; the mean of the two in the middle for an even number. Unit ms.
    pub median_ms: f64,
    /// The mean; unit ms.
    pub mean_ms: f64,
    /// The standard deviation over trials, divisor n; unit ms.
    pub spread_ms: f64,
    /// The number of trials with a spike in the span; only these enter the rest.
    pub answered: usize,
}

/// Returns the time of the first spike in a span, from the start of the span; unit ms.
///
/// `None` without a spike there.
pub fn latency_ms(trial: Train<'_>, span: Window) -> Option<f64> {
    let first = trial.within(span).times_ms().first()?;
    Some(first - span.from_ms())
}

/// Summarises [`latency_ms`] over trials; `None` if no trial has a spike there.
///
/// One train a trial.
pub fn latencies(trials: &Trains, span: Window) -> Option<Latencies> {
    let mut found: Vec<f64> = trials
        .iter()
        .filter_map(|trial| latency_ms(trial, span))
        .collect();
    found.sort_by(f64::total_cmp);
    let n = found.len();
    let middle = *found.get(n / 2)?;
    let median_ms = if n % 2 == 1 {
        middle
    } else {
        middle.midpoint(found[n / 2 - 1])
    };
    let mean_ms = found.iter().sum::<f64>() / n as f64;
    let squares: f64 = found.iter().map(|x| (x - mean_ms) * (x - mean_ms)).sum();
    Some(Latencies {
        median_ms,
        mean_ms,
        spread_ms: (squares / n as f64).sqrt(),
        answered: n,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::poisson_train;
    use neuropil_testkit::{Tolerance, assert_close};
    use std::f64::consts::TAU;

    /// Spikes at one phase of a sine see that sine.
    #[test]
    fn spikes_locked_to_a_sine_see_it() {
        let values: Vec<f64> = (0..2_000)
            .map(|k| (TAU * f64::from(k) / 40.0).sin())
            .collect();
        let signal = Signal::new(100.0, 0.5, &values).unwrap();
        // Phase 1/4, and one spike too near to either end.
        let times: Vec<f64> = (0..50).map(|k| 105.0 + 20.0 * f64::from(k)).collect();
        let train = Train::new(&times).unwrap();
        let found = spike_triggered(train, signal, 6.0, 16.0).unwrap().unwrap();
        assert_eq!((found.spikes, found.mean.len()), (48, 45));
        for ((lag, mean), spread) in found.lags_ms.iter().zip(&found.mean).zip(&found.spread) {
            let expected = (TAU * lag / 20.0).cos();
            // Sines of arguments up to 314: their rounding is 314 ulp of 1.
            assert_close("mean", *mean, expected, Tolerance::absolute(1e-13));
            assert!(*spread < 1e-12);
        }
    }

    #[test]
    fn two_spikes_by_hand() {
        let values = [1.0, 2.0, 4.0, 8.0, 16.0];
        let signal = Signal::new(0.0, 1.0, &values).unwrap();
        let times = [-5.0, 0.4, 1.0, 3.2, 3.6, 77.0];
        let train = Train::new(&times).unwrap();
        let found = spike_triggered(train, signal, 1.0, 1.0).unwrap();
        let expected = SpikeTriggered {
            lags_ms: vec![-1.0, 0.0, 1.0],
            mean: vec![2.5, 5.0, 10.0],
            spread: vec![1.5, 3.0, 6.0],
            spikes: 2,
        };
        assert_eq!(found, Some(expected));
        assert_eq!(spike_triggered(train, signal, 3.0, 3.0), Ok(None));
        assert!(spike_triggered(train, signal, -1.0, 3.0).is_err());
        assert!(spike_triggered(train, signal, 1e12, 3.0).is_err());
        assert!(Signal::new(0.0, 0.0, &values).is_err());
        assert!(Signal::new(f64::NAN, 1.0, &values).is_err());
        assert!(Signal::new(0.0, 1.0, &[f64::INFINITY]).is_err());
    }

    #[test]
    fn trials_histogram_and_latency_by_hand() {
        let times = [5.0, 12.0, 14.0, 22.0, 31.0, 33.0, 40.0];
        let train = Train::new(&times).unwrap();
        let around = Window::new(0.0, 10.0).unwrap();
        let trials = trials(train, &[10.0, 20.0, 30.0, 50.0], around).unwrap();
        let expected: [&[f64]; 4] = [&[2.0, 4.0], &[2.0], &[1.0, 3.0, 10.0], &[]];
        assert_eq!(trials, Trains::from_times(&expected).unwrap());
        let found = psth(&trials, Bins::new(around, 5.0).unwrap()).unwrap();
        // Counts 2 1 2 0 and 0 0 1 0 in bins of 5 ms.
        assert_eq!(found.rate_hz, [250.0, 50.0]);
        let errors = found.error_hz.unwrap();
        // Squared deviations 2.75 over 3, over 4 trials.
        let expected = (2.75f64 / 3.0 / 4.0).sqrt() * 200.0;
        assert_close("error", errors[0], expected, Tolerance::ulp(4));
        let found = latencies(&trials, around).unwrap();
        assert_eq!((found.median_ms, found.answered), (2.0, 3));
        assert_close("mean", found.mean_ms, 5.0 / 3.0, Tolerance::ulp(2));
        let expected = (2.0f64 / 9.0).sqrt();
        assert_close("spread", found.spread_ms, expected, Tolerance::ulp(4));
        let late = Window::new(4.5, 11.0).unwrap();
        assert_eq!(latencies(&trials, late).map(|l| l.median_ms), Some(5.5));
        assert_eq!(latencies(&trials, Window::new(20.0, 30.0).unwrap()), None);
        let none = Trains::from_times::<Vec<f64>>(&[]).unwrap();
        assert_eq!(psth(&none, Bins::new(around, 5.0).unwrap()), None);
    }

    /// The first spike of a Poisson process comes after an exponential time: mean 20 ms, standard
    /// error 20/sqrt(5000) = 0.28 ms; five of them.
    #[test]
    fn latencies_of_a_poisson_process_are_exponential() {
        let times = poisson_train(20.0, 5e6, 6);
        let onsets: Vec<f64> = (0..5_000).map(|k| 1e3 * f64::from(k)).collect();
        let around = Window::new(0.0, 1_000.0).unwrap();
        let trials = trials(Train::new(&times).unwrap(), &onsets, around).unwrap();
        let found = latencies(&trials, around).unwrap();
        assert_close("mean", found.mean_ms, 20.0, Tolerance::absolute(1.4));
        let median = 20.0 * 2f64.ln();
        assert_close("median", found.median_ms, median, Tolerance::absolute(1.4));
        assert_close("spread", found.spread_ms, 20.0, Tolerance::absolute(2.0));
    }
}
