//! The measures that can be asked for by name.

use std::fmt;

use neuropil_io::stored::{Stored, StoredKind};
use neuropil_measures::MeasureError;
use neuropil_syntax::nearest;

use super::finding::Finding;
use super::of_samples::Samples;
use super::of_spikes::{Spikes, each, rhythm, together, trials};
use super::{Recording, Request, RequestError, of_pairs, of_samples};

/// What a measure is a measure of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Events of a population.
    Spikes,
    /// Samples of a quantity.
    Samples,
    /// Two recordings.
    Pairs,
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spikes => "spikes",
            Self::Samples => "samples",
            Self::Pairs => "pairs",
        })
    }
}

impl Of {
    /// Tells whether a recording is such a thing.
    pub(super) fn includes(self, stored: &Stored) -> bool {
        matches!(
            (self, &stored.kind),
            (Self::Spikes, StoredKind::Events { .. })
                | (Self::Samples, StoredKind::Trace { .. })
                | (Self::Pairs, _)
        )
    }
}

/// A measure that can be asked for by name.
pub struct Entry {
    /// The name.
    pub name: &'static str,
    /// What it is a measure of.
    pub of: Of,
    /// Whether it is taken where none is named.
    pub usual: bool,
    /// What it tells.
    pub about: &'static str,
    /// How it is taken.
    pub(super) take: Take,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.name, self.of)
    }
}

/// What a measure gives, or why its arguments make no sense.
pub(super) type Taken = Result<Finding, MeasureError>;

/// How a measure is taken.
pub(super) enum Take {
    Spikes(fn(&Spikes<'_>) -> Taken),
    Samples(fn(&Samples<'_>) -> Taken),
    Pair(fn(&Recording<'_>, &Recording<'_>) -> Taken),
}

const fn spikes(
    name: &'static str,
    usual: bool,
    about: &'static str,
    take: fn(&Spikes<'_>) -> Taken,
) -> Entry {
    Entry {
        name,
        of: Of::Spikes,
        usual,
        about,
        take: Take::Spikes(take),
    }
}

const fn samples(
    name: &'static str,
    usual: bool,
    about: &'static str,
    take: fn(&Samples<'_>) -> Taken,
) -> Entry {
    Entry {
        name,
        of: Of::Samples,
        usual,
        about,
        take: Take::Samples(take),
    }
}

const fn pairs(
    name: &'static str,
    usual: bool,
    about: &'static str,
    take: fn(&Recording<'_>, &Recording<'_>) -> Taken,
) -> Entry {
    Entry {
        name,
        of: Of::Pairs,
        usual,
        about,
        take: Take::Pair(take),
    }
}

static CATALOGUE: [Entry; 38] = [
    spikes(
        "rate",
        true,
        "spikes a neuron and second; over time",
        each::rate,
    ),
    spikes(
        "intervals",
        false,
        "time from spike to spike; histogram",
        each::intervals,
    ),
    spikes(
        "cv",
        true,
        "coefficient of variation of the intervals",
        each::cv,
    ),
    spikes(
        "cv2",
        true,
        "irregularity of neighbouring intervals (Holt et al. 1996)",
        each::cv2,
    ),
    spikes(
        "lv",
        false,
        "local variation (Shinomoto et al. 2003)",
        each::lv,
    ),
    spikes(
        "lvr",
        false,
        "local variation, corrected for a refractory time of 5 ms (2009)",
        each::lvr,
    ),
    spikes(
        "fano",
        true,
        "variance over mean of counts in bins",
        each::fano,
    ),
    spikes(
        "correlation",
        true,
        "mean pairwise correlation of counts in bins; matrix",
        together::correlation,
    ),
    spikes(
        "widths",
        false,
        "mean pairwise correlation of counts by the width of bins",
        together::widths,
    ),
    spikes(
        "correlogram",
        false,
        "rate at each lag after a spike of another neuron",
        together::correlogram,
    ),
    spikes(
        "autocorrelogram",
        false,
        "rate at each lag after a spike of the same neuron",
        together::autocorrelogram,
    ),
    spikes(
        "synchrony",
        true,
        "chi of Golomb and Rinzel (1993), of counts in bins",
        together::synchrony,
    ),
    spikes(
        "order",
        false,
        "Kuramoto's order parameter of spike phases; over time",
        together::order,
    ),
    spikes(
        "spectrum",
        true,
        "power of the population rate by frequency, with its peak",
        rhythm::spectrum,
    ),
    spikes(
        "spectrogram",
        false,
        "the same as time goes on",
        rhythm::spectrogram,
    ),
    spikes(
        "dimension",
        false,
        "participation ratio and principal components of counts in bins",
        together::dimension,
    ),
    spikes(
        "bump",
        false,
        "centre and width of activity on a ring of neurons; over time",
        together::bump,
    ),
    spikes(
        "bursts",
        false,
        "bursts by Poisson surprise (Legendy and Salcman 1985)",
        each::bursts,
    ),
    spikes(
        "avalanches",
        false,
        "sizes and durations, with exponents of power laws",
        together::avalanches,
    ),
    spikes(
        "psth",
        false,
        "rate after onsets, over trials",
        trials::psth,
    ),
    spikes(
        "latency",
        false,
        "time from an onset to the first spike, over trials",
        trials::latency,
    ),
    samples(
        "mean",
        true,
        "mean over time and elements",
        of_samples::mean,
    ),
    samples(
        "spread",
        true,
        "standard deviation over time, mean over elements",
        of_samples::spread,
    ),
    samples(
        "range",
        true,
        "smallest and largest sample",
        of_samples::range,
    ),
    samples(
        "values",
        false,
        "how often values occur; histogram",
        of_samples::values,
    ),
    samples(
        "memory",
        false,
        "autocorrelation time; autocorrelation by lag",
        of_samples::memory,
    ),
    samples(
        "spectrum",
        true,
        "power by frequency, mean over elements, with its peak",
        of_samples::spectrum,
    ),
    samples(
        "spectrogram",
        false,
        "the same as time goes on",
        of_samples::spectrogram,
    ),
    samples(
        "correlation",
        false,
        "mean pairwise correlation of elements; matrix",
        of_samples::correlation,
    ),
    samples(
        "synchrony",
        false,
        "chi of Golomb and Rinzel (1993) of elements",
        of_samples::synchrony,
    ),
    samples(
        "dimension",
        false,
        "participation ratio and principal components of elements",
        of_samples::dimension,
    ),
    samples(
        "connectivity",
        false,
        "correlations of elements from window to window, and their stability",
        of_samples::connectivity,
    ),
    pairs(
        "lead",
        true,
        "correlation by lag, and the lag of its peak: positive, the first leads",
        of_pairs::lead,
    ),
    pairs(
        "coherence",
        true,
        "how firmly two rhythms go together, by frequency",
        of_pairs::coherence,
    ),
    pairs(
        "locking",
        false,
        "how firmly spikes or samples keep a phase in a band (--band)",
        of_pairs::locking,
    ),
    pairs(
        "proxy",
        false,
        "what an electrode would see of AMPA and GABA currents",
        of_pairs::proxy,
    ),
    pairs(
        "triggered",
        true,
        "average of samples around spikes",
        of_pairs::triggered,
    ),
    pairs(
        "distance",
        true,
        "distances of spike trains, mean over neurons of equal index",
        of_pairs::distance,
    ),
];

/// The measures that can be asked for by name.
pub fn catalogue() -> &'static [Entry] {
    &CATALOGUE
}

/// The measures that are asked for, in the order of the catalogue.
pub(super) fn chosen(request: &Request) -> Result<Vec<&'static Entry>, RequestError> {
    for name in &request.names {
        let names = || CATALOGUE.iter().map(|entry| entry.name);
        if !names().any(|known| known == name) {
            return Err(RequestError::NoMeasure {
                name: name.clone(),
                near: nearest(name, names()).map(str::to_owned),
            });
        }
        if matches!(name.as_str(), "psth" | "latency") && request.onsets_ms.is_empty() {
            return Err(RequestError::Needs {
                measure: if name == "psth" { "psth" } else { "latency" },
                what: "the times of onsets",
            });
        }
    }
    let asked = |entry: &&Entry| {
        // Who names another recording asks for what the two have with one another.
        let meant = (entry.of == Of::Pairs) == request.with.is_some();
        let named = request.names.iter().any(|name| name == entry.name);
        named || (request.names.is_empty() && entry.usual && meant)
    };
    Ok(CATALOGUE.iter().filter(asked).collect())
}
