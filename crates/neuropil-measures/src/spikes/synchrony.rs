//! How synchronous: one number for a population.

use super::{Train, Trains};
use crate::Bins;
use crate::error::{MeasureError, ascending, equal_lengths, squarable};
use std::f64::consts::TAU;

/// Mean and variance (divisor n) over time; `None` for no samples.
fn moments(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
    (n > 0.0).then_some((mean, variance))
}

/// Returns the synchrony chi of the signals of a population, from 0 to 1.
///
/// 1 if all signals are the same; near `1/sqrt(n)` for n independent ones. `None` without signals
/// or samples, and where no signal changes.
///
/// # Equation
/// `sqrt(var(mean_i x_i) / mean_i(var(x_i)))`, variances over time.
///
/// # Shapes
/// `[n_signals]` of `[n_samples]`; membrane potentials, or any other signal of each neuron.
///
/// # Errors
/// [`MeasureError::Lengths`], [`MeasureError::NotFinite`], [`MeasureError::TooLarge`] beyond 1e70.
///
/// # Source
/// D. Golomb, J. Rinzel (1993), Dynamics of globally coupled inhibitory neurons with heterogeneity,
/// <https://doi.org/10.1103/PhysRevE.48.4810>; D. Golomb (2007), Neuronal synchrony measures,
/// <https://doi.org/10.4249/scholarpedia.1347>, which has the square root.
pub fn chi<S: AsRef<[f64]>>(signals: &[S]) -> Result<Option<f64>, MeasureError> {
    let Some(first) = signals.first() else {
        return Ok(None);
    };
    let mut sum = vec![0.0; first.as_ref().len()];
    let mut variances = 0.0;
    for signal in signals.iter().map(AsRef::as_ref) {
        equal_lengths("samples of a signal", signal.len(), sum.len())?;
        squarable("sample", signal)?;
        let Some((mean, variance)) = moments(signal.iter().copied()) else {
            return Ok(None);
        };
        variances += variance;
        for (sum, value) in sum.iter_mut().zip(signal) {
            // Less its mean: a large offset must not swallow the changes of the sum.
            *sum += value - mean;
        }
    }
    let n = signals.len() as f64;
    let of_mean = moments(sum.iter().copied()).map_or(0.0, |(_, variance)| variance / (n * n));
    Ok((variances > 0.0).then(|| (of_mean / (variances / n)).sqrt().min(1.0)))
}

/// Returns the synchrony chi of the spike counts of a population, from 0 to 1.
///
/// As [`chi`], with the counts in bins as signals; whole numbers, so exact but for the last
/// division. Depends on the width: say it with the result. `None` without neurons and where no
/// count changes.
///
/// # Source
/// As [`chi`].
pub fn chi_of_counts(trains: &Trains, bins: Bins) -> Option<f64> {
    let n = bins.count() as u64;
    let scaled = |counts: &[u64]| {
        let sum: u64 = counts.iter().sum();
        let squares: u128 = counts.iter().map(|&c| u128::from(c) * u128::from(c)).sum();
        u128::from(n) * squares - u128::from(sum) * u128::from(sum)
    };
    let mut all = vec![0; bins.count()];
    let mut variances = 0;
    for train in trains.iter() {
        let counts = bins.histogram(train.times_ms().iter().copied());
        variances += scaled(&counts);
        for (all, count) in all.iter_mut().zip(counts) {
            *all += count;
        }
    }
    let neurons = trains.neurons() as f64;
    let ratio = scaled(&all) as f64 / (neurons * variances as f64);
    (variances > 0).then(|| ratio.sqrt().min(1.0))
}

/// Returns the phase of a neuron in its cycle of spikes, in `[0, 2 pi)`.
///
/// `None` before the first spike and from the last one on.
///
/// # Equation
/// `2 pi (t - t_k) / (t_{k+1} - t_k)` between spikes k and k + 1: linear in time.
pub fn phase(train: Train<'_>, time_ms: f64) -> Option<f64> {
    let times = train.times_ms();
    let next = times.partition_point(|&spike| spike <= time_ms);
    let (before, after) = (times.get(next.checked_sub(1)?)?, times.get(next)?);
    let phase = TAU * ((time_ms - before) / (after - before));
    // The quotient may round up to 1.
    Some(if phase < TAU { phase } else { 0.0 })
}

/// How the phases of a population stand at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseOrder {
    /// Length of the mean of `exp(i phase)`: 1 if all are in phase, `1/sqrt(n)` by chance.
    pub order: f64,
    /// Its angle in `(-pi, pi]`.
    pub phase: f64,
    /// The number of neurons that have a phase then.
    pub neurons: usize,
}

/// Returns Kuramoto's order parameter at given times; `None` where no neuron has a phase.
///
/// # Equation
/// `order exp(i phase) = mean_j exp(i phi_j)` over the neurons j that have a phase, from
/// [`phase()`].
///
/// # Shapes
/// `at_ms` ascends, `[n_times]`; the result has the same shape.
///
/// # Errors
/// [`MeasureError::Unsorted`] and [`MeasureError::NotFinite`] for the times.
///
/// # Source
/// Y. Kuramoto (1984), Chemical Oscillations, Waves, and Turbulence,
/// <https://doi.org/10.1007/978-3-642-69689-3>; phases from spikes as in A. Pikovsky, M. Rosenblum,
/// J. Kurths (2001), Synchronization, <https://doi.org/10.1017/CBO9780511755743>.
pub fn phase_order(
    trains: &Trains,
    at_ms: &[f64],
) -> Result<Vec<Option<PhaseOrder>>, MeasureError> {
    ascending(at_ms)?;
    let mut sums = vec![(0.0_f64, 0.0_f64, 0_usize); at_ms.len()];
    for train in trains.iter() {
        for (sum, &time) in sums.iter_mut().zip(at_ms) {
            if let Some(phase) = phase(train, time) {
                let (sin, cos) = phase.sin_cos();
                *sum = (sum.0 + cos, sum.1 + sin, sum.2 + 1);
            }
        }
    }
    let order = |(cos, sin, neurons): (f64, f64, usize)| {
        (neurons > 0).then(|| PhaseOrder {
            order: cos.hypot(sin) / neurons as f64,
            phase: sin.atan2(cos),
            neurons,
        })
    };
    Ok(sums.into_iter().map(order).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Window;
    use crate::testing::poisson_train;
    use neuropil_testkit::{Tolerance, assert_close};

    fn sine(phase: f64) -> Vec<f64> {
        let value = |k| (TAU * f64::from(k) / 50.0 + phase).sin() - 65.0;
        (0..500).map(value).collect()
    }

    /// Two sines half an angle d apart: their mean has amplitude cos(d/2). Rounding of values of 65
    /// around changes of 1.
    #[test]
    fn sines_apart_have_a_closed_form() {
        for apart in [0.0, 0.5, 1.0, 2.0] {
            let found = chi(&[sine(0.0), sine(apart)]).unwrap().unwrap();
            let expected = (apart / 2.0).cos();
            assert_close("chi", found, expected, Tolerance::absolute(1e-12));
        }
        let opposite = chi(&[sine(0.0), sine(TAU / 2.0)]).unwrap().unwrap();
        assert!(opposite < 1e-12);
    }

    #[test]
    fn constant_and_missing_signals_have_no_synchrony() {
        assert_eq!(chi::<Vec<f64>>(&[]), Ok(None));
        assert_eq!(chi(&[vec![]]), Ok(None));
        assert_eq!(chi(&[vec![2.0; 9], vec![3.0; 9]]), Ok(None));
        assert!(chi(&[vec![2.0; 9], vec![3.0; 8]]).is_err());
        assert!(chi(&[vec![f64::NAN; 9]]).is_err());
    }

    /// Independent Poisson trains: chi is `1/sqrt(n)`; its relative error over 20000 bins is about
    /// `1/sqrt(2 · 20000)` = 0.5 %, five of them.
    #[test]
    fn counts_of_copies_and_of_independent_trains() {
        let times: Vec<Vec<f64>> = (0..25).map(|k| poisson_train(10.0, 1e5, k)).collect();
        let bins = Bins::new(Window::new(0.0, 1e5).unwrap(), 5.0).unwrap();
        let found = chi_of_counts(&Trains::from_times(&times).unwrap(), bins).unwrap();
        assert_close("independent", found, 0.2, Tolerance::relative(0.025));
        let copies = Trains::from_times(&[&times[0], &times[0], &times[0]]).unwrap();
        assert_eq!(chi_of_counts(&copies, bins), Some(1.0));
        let silent = Trains::from_times(&[vec![], vec![]]).unwrap();
        assert_eq!(chi_of_counts(&silent, bins), None);
    }

    #[test]
    fn phases_run_from_spike_to_spike() {
        let train = Train::new(&[10.0, 20.0, 20.0, 24.0]).unwrap();
        let at = |t| phase(train, t).map(|phase| phase / TAU);
        assert_eq!(
            [9.0, 10.0, 12.5, 20.0, 21.0, 24.0].map(at),
            [None, Some(0.0), Some(0.25), Some(0.0), Some(0.25), None]
        );
    }

    /// n clocks evenly spread over the cycle cancel; two a quarter apart have order cos(pi/4).
    #[test]
    fn clocks_have_the_order_of_their_phases() {
        let clock =
            |shift: f64| -> Vec<f64> { (0..9).map(|k| shift + 8.0 * f64::from(k)).collect() };
        let order = |shifts: &[f64]| {
            let times: Vec<Vec<f64>> = shifts.iter().map(|&s| clock(s)).collect();
            let trains = Trains::from_times(&times).unwrap();
            phase_order(&trains, &[30.0]).unwrap()[0].unwrap()
        };
        let near = Tolerance::absolute(1e-15);
        assert_close("same", order(&[1.0, 1.0]).order, 1.0, near);
        assert_close("spread", order(&[0.0, 2.0, 4.0, 6.0]).order, 0.0, near);
        let found = order(&[0.0, 2.0]);
        assert_close(
            "quarter",
            found.order,
            0.5f64.sqrt(),
            Tolerance::absolute(4e-16),
        );
        // Phases 3/4 and 1/2 of a turn at 30 ms: their middle is 5/8 of a turn, or -3/8.
        assert_close(
            "angle",
            found.phase,
            -0.375 * TAU,
            Tolerance::relative(1e-15),
        );
        let none = phase_order(&Trains::from_times(&[clock(0.0)]).unwrap(), &[-1.0, 99.0]);
        assert_eq!(none, Ok(vec![None, None]));
    }
}
