//! Rate, irregularity and correlation of a raster, as the reference statistics define them.

use crate::Error;
use crate::npy::Npy;
use crate::stats::{mean, mean_correlation, population_sd};
use std::path::Path;

/// Spikes of a number of neurons, as (step, neuron).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Raster {
    /// The number of neurons, silent ones included.
    pub neurons: usize,
    /// One entry a spike; the time is step × dt.
    pub spikes: Vec<(u64, u32)>,
}

/// A span of time (from, to] in ms, at a step size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// The start, which does not belong; unit ms.
    pub from_ms: f64,
    /// The end, which belongs; unit ms.
    pub to_ms: f64,
    /// The step; unit ms.
    pub dt_ms: f64,
}

impl Window {
    /// Tells whether a step lies in the span.
    ///
    /// The ends are rounded to steps, so that a spike on an end is not decided by the rounding of a product.
    pub fn contains(&self, step: u64) -> bool {
        step > self.steps(self.from_ms) && step <= self.steps(self.to_ms)
    }

    /// A time as a number of steps.
    fn steps(&self, t_ms: f64) -> u64 {
        (t_ms / self.dt_ms).round() as u64
    }
}

impl Raster {
    /// Reads the spikes of a population from its array in a result folder.
    ///
    /// # Errors
    /// If the file cannot be read, or a spike is of a neuron beyond `neurons`.
    pub fn read(path: impl AsRef<Path>, neurons: usize) -> Result<Self, Error> {
        let path = path.as_ref();
        let array = Npy::read(path)?;
        let steps = array.integers("step")?;
        let indices = array.integers("index")?;
        let mut spikes = Vec::with_capacity(steps.len());
        for (&step, &index) in steps.iter().zip(indices) {
            let (Ok(step), Ok(neuron)) = (u64::try_from(step), u32::try_from(index)) else {
                return Err(Error::new(path, format!("spike ({step}, {index})")));
            };
            if neuron as usize >= neurons {
                let problem = format!("a spike of neuron {neuron}, there are {neurons}");
                return Err(Error::new(path, problem));
            }
            spikes.push((step, neuron));
        }
        Ok(Self { neurons, spikes })
    }

    /// Puts several populations side by side; neurons are renumbered in that order.
    pub fn together(populations: &[Self]) -> Self {
        let mut all = Self::default();
        for population in populations {
            let first = all.neurons as u32;
            let shifted = population.spikes.iter().map(|&(step, k)| (step, first + k));
            all.spikes.extend(shifted);
            all.neurons += population.neurons;
        }
        all
    }

    /// Returns the mean rate in Hz over all neurons in a span of time.
    pub fn rate_hz(&self, window: Window) -> f64 {
        let spikes = self
            .spikes
            .iter()
            .filter(|(step, _)| window.contains(*step));
        let seconds = (window.to_ms - window.from_ms) * 1e-3;
        spikes.count() as f64 / self.neurons as f64 / seconds
    }

    /// Returns the mean over neurons of the coefficient of variation of their intervals.
    ///
    /// Neurons with fewer than 3 spikes in the span do not count; `None` where none is left. The standard
    /// deviation is that of the population (divisor n), as in the reference statistics.
    pub fn cv_isi(&self, window: Window) -> Option<f64> {
        let mut cvs = Vec::new();
        for steps in self.trains() {
            let inside: Vec<u64> = steps
                .into_iter()
                .filter(|&step| window.contains(step))
                .collect();
            if inside.len() < 3 {
                continue;
            }
            let intervals: Vec<f64> = inside
                .windows(2)
                .map(|pair| (pair[1] - pair[0]) as f64)
                .collect();
            cvs.push(population_sd(&intervals) / mean(&intervals));
        }
        (!cvs.is_empty()).then(|| mean(&cvs))
    }

    /// Returns the mean over pairs of neurons of the correlation of their spike counts in bins.
    ///
    /// All pairs of neurons that spike in the span count; `None` where there are none. The first bin begins
    /// with the span, and what does not fill a bin at its end is left out. The reference statistics take
    /// 200 neurons at random, of which this is the expectation.
    ///
    /// # Units
    /// `bin_ms` in ms.
    pub fn correlation(&self, window: Window, bin_ms: f64) -> Option<f64> {
        let first = window.steps(window.from_ms);
        let length = window.steps(bin_ms).max(1);
        let bins = (window.steps(window.to_ms).saturating_sub(first) / length) as usize;
        let counts = |steps: Vec<u64>| {
            let mut counts = vec![0.0; bins];
            for step in steps.into_iter().filter(|&step| step > first) {
                // A spike at the end of a bin belongs to it.
                if let Some(count) = counts.get_mut(((step - first - 1) / length) as usize) {
                    *count += 1.0;
                }
            }
            counts
        };
        let counted: Vec<Vec<f64>> = self.trains().into_iter().map(counts).collect();
        mean_correlation(&counted)
    }

    /// Returns the steps of each neuron's spikes, ascending.
    pub fn trains(&self) -> Vec<Vec<u64>> {
        let mut trains = vec![Vec::new(); self.neurons];
        for &(step, neuron) in &self.spikes {
            if let Some(train) = trains.get_mut(neuron as usize) {
                train.push(step);
            }
        }
        for train in &mut trains {
            train.sort_unstable();
        }
        trains
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tolerance, assert_close};

    fn window(from_ms: f64, to_ms: f64) -> Window {
        Window {
            from_ms,
            to_ms,
            dt_ms: 0.1,
        }
    }

    #[test]
    fn a_clock_has_its_rate_and_no_irregularity() {
        // Every 10 ms, 100 times, and a silent neighbour.
        let clock = Raster {
            neurons: 2,
            spikes: (1..=100).map(|k| (k * 100, 0)).collect(),
        };
        let rate = clock.rate_hz(window(0.0, 1000.0));
        assert_close("rate", rate, 50.0, Tolerance::relative(1e-14));
        assert_eq!(clock.cv_isi(window(0.0, 1000.0)), Some(0.0));
        // (200, 300] holds the spikes at 210 … 300.
        let rate = clock.rate_hz(window(200.0, 300.0));
        assert_close("part", rate, 50.0, Tolerance::relative(1e-14));
        assert_eq!(clock.cv_isi(window(0.0, 25.0)), None);
    }

    #[test]
    fn two_alternating_intervals_have_a_closed_form() {
        // Intervals a, b, a, b: mean (a+b)/2, population sd |a-b|/2.
        let raster = Raster {
            neurons: 1,
            spikes: [10, 20, 50, 60, 90].map(|step| (step, 0)).to_vec(),
        };
        let cv = raster.cv_isi(window(0.0, 100.0)).expect("five spikes");
        assert_close("cv", cv, 0.5, Tolerance::relative(1e-14));
    }

    #[test]
    fn spikes_at_the_ends_of_bins_are_counted_as_the_reference_does() {
        // Bins of 2 ms after 1 ms: (10, 30], (30, 50], (50, 70], (70, 90] in steps; the rest is no bin.
        let raster = |second: &[u64]| Raster {
            neurons: 3,
            spikes: [11, 50]
                .iter()
                .map(|&step| (step, 0))
                .chain(second.iter().map(|&step| (step, 2)))
                .collect(),
        };
        let correlation = |second: &[u64]| raster(second).correlation(window(1.0, 9.9), 2.0);
        let tight = Tolerance::relative(1e-13);
        let same = correlation(&[30, 31]).expect("two neurons");
        assert_close("same bins", same, 1.0, tight);
        let others = correlation(&[51, 90]).expect("two neurons");
        assert_close("other bins", others, -1.0, tight);
        // Counts 1 1 0 0 and 1 0 1 0 are independent.
        let half = correlation(&[30, 70]).expect("two neurons");
        assert!(half.abs() < 1e-13, "{half}");
        assert_eq!(correlation(&[10, 91, 99]), None);
    }

    #[test]
    fn populations_side_by_side_keep_their_neurons_apart() {
        let one = Raster {
            neurons: 3,
            spikes: vec![(5, 2)],
        };
        let both = Raster::together(&[one.clone(), one]);
        assert_eq!(both.neurons, 6);
        assert_eq!(both.spikes, [(5, 2), (5, 5)]);
    }
}
