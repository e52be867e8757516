//! Rate, irregularity and correlation of populations of a result folder, by the project's own measures.

use anyhow::Result;
use neuropil_measures::spikes::{CountMoments, Trains, mean_cv, population_rate_hz};
use neuropil_measures::{Bins, Window};
use neuropil_testkit::spikes::Raster;

/// The fewest spikes with which the references let a neuron have a CV.
const LEAST_SPIKES: usize = 3;

/// Spikes of some populations side by side, in a span of time.
pub(crate) struct Spiking {
    trains: Trains,
    window: Window,
}

impl Spiking {
    /// Takes populations in the span `(from, to]`; all times in ms.
    pub(crate) fn new(
        rasters: &[Raster],
        (from_ms, to_ms): (f64, f64),
        dt_ms: f64,
    ) -> Result<Self> {
        let steps = rasters.iter().flat_map(Raster::trains);
        let times = steps.map(|steps| steps.into_iter().map(|step| step as f64 * dt_ms).collect());
        let times: Vec<Vec<f64>> = times.collect();
        Ok(Self {
            trains: Trains::from_times(&times)?,
            window: Window::new(from_ms, to_ms)?,
        })
    }

    /// The number of spikes, in the span and outside.
    pub(crate) fn spikes(&self) -> usize {
        self.trains.spikes()
    }

    /// The rate of a mean neuron in Hz; 0 without neurons.
    pub(crate) fn rate_hz(&self) -> f64 {
        population_rate_hz(&self.trains, self.window).unwrap_or(0.0)
    }

    /// The mean CV over neurons with three spikes or more in the span.
    pub(crate) fn cv(&self) -> Option<f64> {
        mean_cv(&self.trains, self.window, LEAST_SPIKES).map(|cv| cv.mean)
    }

    /// The mean correlation of counts in bins of a width in ms, over all pairs of neurons that spike.
    ///
    /// The reference statistics take 200 neurons at random, of which this is the expectation.
    pub(crate) fn correlation(&self, bin_ms: f64) -> Result<Option<f64>> {
        let bins = Bins::new(self.window, bin_ms)?;
        Ok(CountMoments::new(&self.trains, bins)?.mean_correlation())
    }
}
