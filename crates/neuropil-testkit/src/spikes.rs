//! Rate and irregularity of a raster, as the reference statistics define them.

use crate::Error;
use crate::npy::Npy;
use crate::stats::{mean, population_sd};
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
        let bound = |t_ms: f64| (t_ms / self.dt_ms).round();
        let step = step as f64;
        step > bound(self.from_ms) && step <= bound(self.to_ms)
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
