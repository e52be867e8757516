//! Measures that need all events or samples of a span at once: kept until the run ends.
//!
//! What a span holds is kept in memory, up to a bound; the functions are those of
//! [`neuropil_measures`], so that a text, the command line and a program mean the same by a name.

use neuropil_ir::program::Statistic;
use neuropil_measures::signals::{Signal, rhythm};
use neuropil_measures::spikes::{
    CountMoments, Train, Trains, TrainsBuilder, binned_rate_hz, chi_of_counts, cv2, fano_over_bins,
    lv,
};
use neuropil_measures::{Bins, MeasureError, Window};

use super::NoValue;

/// The most events or values that one measure keeps.
const MOST_KEPT: usize = 1 << 26;

/// The fewest events with which an element enters irregularities and correlations.
const LEAST_EVENTS: usize = 3;

/// The most elements that are paired with one another.
const MOST_PAIRED: usize = 100;

/// The width of the bins in which a rate is seen as a signal; unit ms.
const FINE_MS: f64 = 1.0;

/// Internal frequencies are in 1/ms.
const HZ_PER_INTERNAL: f64 = 1000.0;

/// Events of a span, by step and place among the chosen elements.
#[derive(Clone, Debug, Default)]
pub(super) struct Events {
    kept: Vec<(u64, u32)>,
    too_many: bool,
}

impl Events {
    /// Keeps an event; steps never decrease.
    pub(super) fn add(&mut self, step: u64, place: u32) {
        if self.kept.len() < MOST_KEPT {
            self.kept.push((step, place));
        } else {
            self.too_many = true;
        }
    }

    /// Computes a statistic of so many elements in a span of time in ms; internal units.
    pub(super) fn value(
        &self,
        statistic: Statistic,
        elements: u32,
        (from, to): (f64, f64),
        dt: f64,
    ) -> Result<f64, NoValue> {
        if self.too_many {
            return Err(NoValue::TooMuch { most: MOST_KEPT });
        }
        let window = Window::new(from, to)?;
        let mut trains = TrainsBuilder::new(elements as usize, dt)?;
        for &(step, place) in &self.kept {
            trains.push(step, place)?;
        }
        let trains = trains.finish();
        let bins = |width| Bins::new(window, width);
        let found = match statistic {
            Statistic::Cv2 => mean_over(&trains, LEAST_EVENTS, cv2),
            Statistic::Lv => mean_over(&trains, LEAST_EVENTS, lv),
            Statistic::Fano { bin } => {
                let bins = bins(bin)?;
                mean_over(&trains, 1, |train| fano_over_bins(train, bins))
            }
            Statistic::Correlation { bin } => {
                let (_, active) = trains.active(window, LEAST_EVENTS, MOST_PAIRED);
                CountMoments::new(&active, bins(bin)?)?.mean_correlation()
            }
            Statistic::Synchrony { bin } => chi_of_counts(&trains, bins(bin)?),
            Statistic::Frequency { band } => {
                let bins = Bins::of_steps(window, FINE_MS, dt)?;
                let rate = binned_rate_hz(&trains, bins).ok_or(NoValue::NoElements)?;
                let signal = Signal::new(from, bins.width_ms(), &rate)?;
                return strongest(&[signal], band);
            }
        };
        found.ok_or(NoValue::TooFewEvents)
    }
}

/// The mean over elements with enough events of what a train has.
fn mean_over(trains: &Trains, least: usize, of: impl Fn(Train<'_>) -> Option<f64>) -> Option<f64> {
    let (mut sum, mut elements) = (0.0, 0_u32);
    let enough = trains.iter().filter(|train| train.len() >= least);
    for value in enough.filter_map(of) {
        sum += value;
        elements += 1;
    }
    (elements > 0).then(|| sum / f64::from(elements))
}

/// Samples of a span, element by element.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    /// `[element][sample]`.
    columns: Vec<Vec<f64>>,
    first: Option<u64>,
    last: u64,
    kept: usize,
    too_many: bool,
}

impl Samples {
    /// Keeps a sample: one value an element, always as many.
    pub(super) fn add(&mut self, step: u64, values: impl ExactSizeIterator<Item = f64>) {
        self.kept += values.len();
        if self.kept > MOST_KEPT {
            self.too_many = true;
            return;
        }
        self.columns.resize_with(values.len(), Vec::new);
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(value);
        }
        self.first.get_or_insert(step);
        self.last = step;
    }

    /// The strongest frequency of a band, both in 1/ms.
    pub(super) fn frequency(&self, band: (f64, f64), dt: f64) -> Result<f64, NoValue> {
        if self.too_many {
            return Err(NoValue::TooMuch { most: MOST_KEPT });
        }
        let samples = self.columns.first().map_or(0, Vec::len);
        let Some(first) = self.first.filter(|_| samples > 1) else {
            return Err(NoValue::NoElements);
        };
        // Samples are taken at equal distances.
        let step = (self.last - first) as f64 * dt / (samples - 1) as f64;
        let start = first as f64 * dt;
        let signals: Result<Vec<Signal<'_>>, MeasureError> = self
            .columns
            .iter()
            .map(|values| Signal::new(start, step, values))
            .collect();
        strongest(&signals?, band)
    }
}

fn strongest(signals: &[Signal<'_>], (low, high): (f64, f64)) -> Result<f64, NoValue> {
    let band = (low * HZ_PER_INTERNAL, high * HZ_PER_INTERNAL);
    let found = rhythm(signals, None, band)?.and_then(|rhythm| rhythm.peak);
    let peak = found.ok_or(NoValue::NoRhythm)?;
    Ok(peak.frequency_hz / HZ_PER_INTERNAL)
}
