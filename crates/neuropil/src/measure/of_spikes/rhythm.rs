//! The rhythm of the population rate.

use neuropil_measures::{Bins, MeasureError};

use super::super::catalogue::Taken;
use super::super::finding::Finding;
use super::super::rhythm::{spectral, spectral_map};
use super::{FINE_MS, Spikes};

/// The population rate in fine bins, as a signal.
fn rate_signal(spikes: &Spikes<'_>) -> Result<Option<(Bins, Vec<f64>)>, MeasureError> {
    let bins = spikes.bins(FINE_MS)?;
    Ok(spikes.rate(bins).map(|rate| (bins, rate)))
}

pub(in crate::measure) fn spectrum(spikes: &Spikes<'_>) -> Taken {
    match rate_signal(spikes)? {
        Some((bins, rate)) => spectral(&spikes.setting, bins.width_ms(), &[rate], "Hz"),
        None => Ok(Finding::without("there is no neuron")),
    }
}

pub(in crate::measure) fn spectrogram(spikes: &Spikes<'_>) -> Taken {
    match rate_signal(spikes)? {
        Some((bins, rate)) => {
            let start = bins.centres_ms().first().copied().unwrap_or(0.0);
            spectral_map(&spikes.setting, (start, bins.width_ms()), &rate, "Hz")
        }
        None => Ok(Finding::without("there is no neuron")),
    }
}
