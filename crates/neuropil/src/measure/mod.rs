//! Measures of a finished run: from the recordings of a result folder to numbers, arrays, pictures.
//!
//! ```text
//!  stored::open     what a folder holds                        neuropil-io
//!       │
//!  Request          which measures of which recordings, in which span, at which width
//!       │
//!  measure          one [`Finding`] a measure and recording    of_spikes, of_samples, of_pairs
//!       │
//!  Finding          numbers with units; arrays behind them     to_json, figure
//! ```
//!
//! The [`catalogue`] lists what can be asked for by name. The functions themselves, on plain arrays,
//! are [`spikes`], [`signals`], [`codes`] and [`compare`]; each has its equation and source there.
//!
//! # Examples
//! ```no_run
//! use neuropil::measure::{Request, measure};
//! let runs = neuropil::stored::open("results/coba")?;
//! let request = Request { names: vec!["cv".into(), "spectrum".into()], ..Request::default() };
//! for finding in measure(&runs[0], &request)?.findings {
//!     println!("{} of {}: {:?}", finding.measure, finding.recording, finding.numbers);
//! }
//! # Ok::<(), neuropil::Error>(())
//! ```
//!
//! The functions alone, on times from anywhere:
//!
//! ```
//! use neuropil::measure::{Window, spikes};
//! let trains = spikes::Trains::from_times(&[&[10.0, 20.0, 30.0][..], &[12.0, 19.0, 33.0]])?;
//! let window = Window::new(0.0, 40.0)?;
//! assert_eq!(spikes::population_rate_hz(&trains, window), Some(75.0));
//! # Ok::<(), neuropil::measure::MeasureError>(())
//! ```

mod catalogue;
mod finding;
mod of_pairs;
mod of_samples;
mod of_spikes;
mod picture;
mod rhythm;
mod words;

use std::ops::Range;

use neuropil_io::stored::{self, Stored, StoredKind, StoredRun};
use neuropil_plot::Panel;
use neuropil_sim::Selection;
use neuropil_sim::record::{Events, TraceData};
use neuropil_syntax::nearest;

pub use catalogue::{Entry, Of, catalogue};
pub use finding::{Detail, Finding, Number, Quantity};
pub use neuropil_measures::{Bins, MeasureError, Window, codes, compare, signals, spikes};
pub use picture::figure;
pub use words::{band_hz, span_ms, time_ms};

use crate::error::Error;
use catalogue::Take;
use of_samples::Samples;
use of_spikes::Spikes;

/// What is to be measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The measures by their names in the [`catalogue`]; default none, which means the usual ones.
    pub names: Vec<String>,
    /// The recordings, such as `exc.spike`, or populations, such as `exc`; default none, which means all.
    pub of: Vec<String>,
    /// The other recording, for measures of pairs; default none.
    pub with: Option<String>,
    /// The span of time in ms, of which the end belongs and the start does not; default the whole run.
    pub within_ms: Option<(f64, f64)>,
    /// The width of bins in ms; default what suits each measure, which is told.
    pub bin_ms: Option<f64>,
    /// How far correlograms and averages reach on either side, in ms; default 100 ms.
    pub lag_ms: f64,
    /// The length of the parts that a spectrum averages over, in ms; default a quarter of the span,
    /// at most 1 s. Longer parts tell nearer frequencies apart, shorter ones leave less noise.
    pub part_ms: Option<f64>,
    /// The lowest and highest frequency in Hz among which a peak is looked for; default 1 to 500 Hz.
    pub band_hz: (f64, f64),
    /// The fewest spikes with which a neuron enters means over neurons; default 3.
    pub min_spikes: usize,
    /// The most neurons or elements that are paired with one another; default 100.
    pub neurons: usize,
    /// Times in ms that trials are counted from; default none. `psth` and `latency` need them.
    pub onsets_ms: Vec<f64>,
    /// Samples drawn for tests and corrections; default 100. More give finer p-values.
    pub draws: u32,
    /// The seed of those draws; default 0.
    pub seed: u64,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            of: Vec::new(),
            with: None,
            within_ms: None,
            bin_ms: None,
            lag_ms: 100.0,
            part_ms: None,
            band_hz: (1.0, 500.0),
            min_spikes: 3,
            neurons: 100,
            onsets_ms: Vec::new(),
            draws: 100,
            seed: 0,
        }
    }
}

/// Why measures cannot be taken as asked for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// A measure that does not exist.
    #[error("there is no measure `{name}`{}", did_you_mean(near.as_ref()))]
    NoMeasure {
        /// The name.
        name: String,
        /// The nearest one.
        near: Option<String>,
    },
    /// A recording that the run does not have.
    #[error("`{name}` was not recorded{}", did_you_mean(near.as_ref()))]
    NoRecording {
        /// The name.
        name: String,
        /// The nearest recorded one.
        near: Option<String>,
    },
    /// A run without any recording.
    #[error("the run recorded nothing")]
    NothingRecorded,
    /// A measure that needs something else than the chosen recordings.
    #[error("`{measure}` is a measure of {of}, and none is chosen")]
    NothingToMeasure {
        /// The measure.
        measure: &'static str,
        /// What it is a measure of.
        of: Of,
    },
    /// A measure that needs another option.
    #[error("`{measure}` needs {what}")]
    Needs {
        /// The measure.
        measure: &'static str,
        /// What is missing.
        what: &'static str,
    },
    /// A span of time that the run does not have.
    #[error("{from_ms} ms .. {to_ms} ms is not within the run, which lasted {duration_ms} ms")]
    NotWithin {
        /// The start of the span in ms.
        from_ms: f64,
        /// Its end in ms.
        to_ms: f64,
        /// The length of the run in ms.
        duration_ms: f64,
    },
    /// Two folders that cannot be compared run by run.
    #[error("the folders hold {first} and {second} runs, which cannot be compared one by one")]
    Runs {
        /// The runs of the first.
        first: usize,
        /// The runs of the second.
        second: usize,
    },
    /// Words that are no time, span or band.
    #[error("`{text}` is no {wanted}")]
    NotAQuantity {
        /// The words.
        text: String,
        /// What is expected, with an example.
        wanted: &'static str,
    },
    /// A span, width or number that no measure can use.
    #[error(transparent)]
    Argument(#[from] MeasureError),
}

fn did_you_mean(near: Option<&String>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// What was found in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The name of the run.
    pub run: String,
    /// The span of time in ms.
    pub within_ms: (f64, f64),
    /// What was found, by recording and then by measure.
    pub findings: Vec<Finding>,
}

/// Takes measures of a stored run.
///
/// A measure that has no value for a recording says so in its numbers, with the reason.
///
/// # Errors
/// [`Error::Request`] for names and arguments that make no sense, [`Error::Folder`] for arrays that
/// cannot be read.
pub fn measure(run: &StoredRun, request: &Request) -> Result<Measured, Error> {
    check(request)?;
    let entries = catalogue::chosen(request)?;
    let chosen = recordings(run, &request.of)?;
    let other = match &request.with {
        None => None,
        Some(name) => recordings(run, std::slice::from_ref(name))?
            .first()
            .copied(),
    };
    let serves = |entry: &Entry| match entry.of {
        Of::Pairs => other.is_some(),
        of => chosen.iter().any(|stored| of.includes(stored)),
    };
    for name in &request.names {
        // A name may be a measure of spikes and one of samples.
        let mut meant = entries.iter().filter(|entry| entry.name == name);
        if let Some(first) = meant.clone().next()
            && !meant.any(|entry| serves(entry))
        {
            let (measure, of) = (first.name, first.of);
            return Err(Error::from(match of {
                Of::Pairs => RequestError::Needs {
                    measure,
                    what: "another recording (`with`)",
                },
                of => RequestError::NothingToMeasure { measure, of },
            }));
        }
    }
    let duration_ms = run.duration_ms();
    let within_ms = request.within_ms.unwrap_or((0.0, duration_ms));
    let (from_ms, to_ms) = within_ms;
    // The length is a product of steps, so its last digits are noise.
    if from_ms < 0.0 || to_ms > duration_ms + 1e-6 * run.dt_ms {
        return Err(Error::from(RequestError::NotWithin {
            from_ms,
            to_ms,
            duration_ms,
        }));
    }
    let mut measured = Measured {
        run: run.name.clone(),
        within_ms,
        findings: Vec::new(),
    };
    let Ok(window) = Window::new(within_ms.0, within_ms.1) else {
        // A run of no steps has nothing to measure.
        return Ok(measured);
    };
    let setting = Setting {
        window,
        whole: request.within_ms.is_none(),
        dt_ms: run.dt_ms,
        request,
    };
    let read = |stored| Read::stored(stored, run.dt_ms)?.measurable(setting);
    let with = other.map(read).transpose()?;
    for stored in chosen {
        let recording = read(stored)?;
        for entry in &entries {
            let Some(mut finding) = take(entry, &recording, with.as_ref()) else {
                continue;
            };
            finding.recording.clone_from(&stored.name);
            if let (Take::Pair(_), Some(name)) = (&entry.take, &request.with) {
                finding.recording = format!("{} with {name}", stored.name);
            }
            measured.findings.push(finding);
        }
    }
    Ok(measured)
}

/// Takes one measure of a recording; `None` where it is not one of such recordings.
fn take(entry: &Entry, one: &Recording<'_>, other: Option<&Recording<'_>>) -> Option<Finding> {
    let taken = match (&entry.take, one, other) {
        (Take::Spikes(take), Recording::Spikes(spikes), _) => take(spikes),
        (Take::Samples(take), Recording::Samples(samples), _) => take(samples),
        (Take::Pair(take), one, Some(other)) => take(one, other),
        _ => return None,
    };
    let mut finding = taken.unwrap_or_else(|why| Finding::without(why.to_string()));
    finding.measure = entry.name;
    (!finding.numbers.is_empty() || finding.detail.is_some()).then_some(finding)
}

/// Draws one measure of recordings that were read, in a span of a run of some length at a step.
///
/// # Units
/// All times in ms.
pub(crate) fn panels(
    name: &str,
    recordings: Vec<Read>,
    (span, duration, dt_ms): ((f64, f64), f64, f64),
) -> Vec<Panel> {
    let request = Request::default();
    let mut findings = Vec::new();
    if let Ok(window) = Window::new(span.0, span.1) {
        let setting = Setting {
            window,
            whole: span == (0.0, duration),
            dt_ms,
            request: &request,
        };
        for read in recordings {
            let title = read.name.clone();
            // Events that are out of order were not recorded by a run.
            let Ok(recording) = read.measurable(setting) else {
                continue;
            };
            let entries = catalogue().iter().filter(|entry| entry.name == name);
            for mut finding in entries.filter_map(|entry| take(entry, &recording, None)) {
                finding.recording.clone_from(&title);
                findings.push(finding);
            }
        }
    }
    picture::panels(name, &findings.iter().collect::<Vec<_>>())
}

/// Refuses numbers that no measure can use.
fn check(request: &Request) -> Result<(), RequestError> {
    if let Some((from, to)) = request.within_ms {
        Window::new(from, to)?;
    }
    let (low, high) = request.band_hz;
    for (what, value) in [
        ("width of a bin", request.bin_ms.unwrap_or(1.0)),
        ("largest lag", request.lag_ms),
        ("part of a spectrum", request.part_ms.unwrap_or(1.0)),
        ("width of the band", high - low),
        ("number of neurons", request.neurons as f64),
        ("number of draws", f64::from(request.draws)),
    ] {
        if !(value > 0.0 && value.is_finite()) {
            return Err(RequestError::Argument(MeasureError::NotPositive {
                what,
                value,
            }));
        }
    }
    Ok(())
}

/// What all measures of a run have in common.
#[derive(Clone, Copy, Debug)]
struct Setting<'a> {
    window: Window,
    /// Whether the span is that of the whole run, so that its first sample belongs to it.
    whole: bool,
    dt_ms: f64,
    request: &'a Request,
}

/// A recording, read.
enum Recording<'a> {
    Spikes(Spikes<'a>),
    Samples(Samples<'a>),
}

/// A recording as it was read, of a folder or from memory.
pub(crate) struct Read {
    name: String,
    data: Data,
}

enum Data {
    Events(Events, Selection),
    Samples(TraceData, String),
}

impl Read {
    /// Events of chosen elements.
    pub(crate) fn events(name: &str, events: Events, elements: &[Range<u32>]) -> Self {
        Self {
            name: name.to_owned(),
            data: Data::Events(events, Selection::new(elements)),
        }
    }

    /// Samples in a unit.
    pub(crate) fn samples(name: &str, data: TraceData, unit: &str) -> Self {
        Self {
            name: name.to_owned(),
            data: Data::Samples(data, unit.to_owned()),
        }
    }

    fn stored(stored: &Stored, dt_ms: f64) -> Result<Self, Error> {
        let data = match &stored.kind {
            StoredKind::Events { elements, .. } => {
                Data::Events(stored::events(stored)?, elements.clone())
            }
            StoredKind::Trace { unit, .. } => {
                Data::Samples(stored::trace(stored, dt_ms)?, unit.clone())
            }
        };
        let name = stored.name.clone();
        Ok(Self { name, data })
    }

    fn measurable(self, setting: Setting<'_>) -> Result<Recording<'_>, Error> {
        Ok(match self.data {
            Data::Events(events, chosen) => {
                Recording::Spikes(Spikes::new(&events, &chosen, setting)?)
            }
            Data::Samples(data, unit) => Recording::Samples(Samples::new(&data, &unit, setting)),
        })
    }
}

/// The recordings that names mean; all without names.
fn recordings<'a>(run: &'a StoredRun, names: &[String]) -> Result<Vec<&'a Stored>, RequestError> {
    if run.recordings.is_empty() {
        return Err(RequestError::NothingRecorded);
    }
    if names.is_empty() {
        return Ok(run.recordings.iter().collect());
    }
    let mut chosen = Vec::new();
    for name in names {
        let whole = run.recording(name);
        let spikes = || run.recording(&format!("{name}.spike"));
        let Some(stored) = whole.or_else(spikes) else {
            let known = run.recordings.iter().map(|stored| &*stored.name);
            return Err(RequestError::NoRecording {
                name: name.clone(),
                near: nearest(name, known).map(str::to_owned),
            });
        };
        if !chosen.contains(&stored) {
            chosen.push(stored);
        }
    }
    Ok(chosen)
}
