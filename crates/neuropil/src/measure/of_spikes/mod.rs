//! Measures of the spikes of one population.
//!
//! [`each`] holds what every neuron has by itself, [`together`] what they do with one another,
//! [`rhythm`] what their rate does, [`trials`] what follows an onset.

pub(super) mod each;
pub(super) mod rhythm;
pub(super) mod together;
pub(super) mod trials;

use neuropil_measures::spikes::{Train, Trains, binned_rate_hz};
use neuropil_measures::{Bins, MeasureError};
use neuropil_sim::Selection;
use neuropil_sim::record::Events;

use super::Setting;
use super::finding::Number;
use super::words::plural;

/// Widths of bins in ms, where none is asked for.
const COUNT_MS: f64 = 5.0;
const WINDOW_MS: f64 = 100.0;
const FINE_MS: f64 = 1.0;

/// Recorded spikes, one train a recorded element.
pub(super) struct Spikes<'a> {
    trains: Trains,
    /// The index of each train's element in its population.
    elements: Vec<u32>,
    setting: Setting<'a>,
}

impl<'a> Spikes<'a> {
    pub(super) fn new(
        events: &Events,
        chosen: &Selection,
        setting: Setting<'a>,
    ) -> Result<Self, super::RequestError> {
        let places = events
            .elements
            .iter()
            .map(|&element| chosen.place(element).unwrap_or(0));
        let each = events.steps.iter().copied().zip(places);
        let trains = Trains::from_events(chosen.len() as usize, setting.dt_ms, each)?;
        Ok(Self {
            trains,
            elements: chosen.iter().collect(),
            setting,
        })
    }

    pub(super) fn setting(&self) -> &Setting<'a> {
        &self.setting
    }

    /// The spikes of each element in the span.
    pub(super) fn within(&self) -> impl ExactSizeIterator<Item = Train<'_>> {
        let window = self.setting.window;
        self.trains.iter().map(move |train| train.within(window))
    }

    /// Bins of the width that is asked for, else of a usual one; whole steps.
    pub(super) fn bins(&self, usual_ms: f64) -> Result<Bins, MeasureError> {
        self.setting.bins(usual_ms)
    }

    /// The rate of a mean neuron in bins, in Hz.
    pub(super) fn rate(&self, bins: Bins) -> Option<Vec<f64>> {
        binned_rate_hz(&self.trains, bins)
    }

    /// The neurons with enough spikes, at most as many as are paired, evenly chosen.
    fn paired(&self) -> (Vec<u32>, Trains) {
        let request = self.setting.request;
        let least = request.min_spikes.max(1);
        let (places, trains) = self
            .trains
            .active(self.setting.window, least, request.neurons);
        (
            places
                .into_iter()
                .map(|place| self.elements[place])
                .collect(),
            trains,
        )
    }

    /// The mean over neurons with enough spikes of what a train has.
    fn mean_over(&self, least: usize, of: impl Fn(Train<'_>) -> Option<f64>) -> Number {
        let least = self.setting.request.min_spikes.max(least);
        let (mut sum, mut neurons) = (0.0, 0_u32);
        for train in self.within().filter(|train| train.len() >= least) {
            if let Some(value) = of(train) {
                sum += value;
                neurons += 1;
            }
        }
        let spikes = plural(least as u64, "spike");
        let value = (neurons > 0).then(|| sum / f64::from(neurons));
        Number::new("", value, "").of(match neurons {
            0 => format!("no neuron has {spikes} or more there"),
            _ => format!("{} with {spikes} or more", plural(neurons.into(), "neuron")),
        })
    }
}

impl Setting<'_> {
    /// Bins over the span: of the width asked for, else of a usual one that is made whole steps.
    pub(super) fn bins(&self, usual_ms: f64) -> Result<Bins, MeasureError> {
        match self.request.bin_ms {
            Some(width) => Bins::new(self.window, width),
            None => Bins::of_steps(self.window, usual_ms, self.dt_ms),
        }
    }
}

/// Times of the train of each element, of two populations, for equal places.
pub(super) fn side_by_side<'a>(
    a: &'a Spikes<'_>,
    b: &'a Spikes<'_>,
) -> impl Iterator<Item = (Train<'a>, Train<'a>)> {
    a.within().zip(b.within())
}
