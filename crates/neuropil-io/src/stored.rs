//! Result folders read back: what a finished run was, and its recordings.
//!
//! `summary.json` says what there is; the arrays are read when they are asked for. A folder is
//! data from anywhere: every number is checked, and no name leads out of the folder.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use neuropil_sim::Selection;
use neuropil_sim::record::{Events, TraceData};
use serde_json::Value;

use crate::error::IoError;
use crate::npy::{Array, read};
use crate::summary::SCHEMA;

/// A run whose results lie in a folder.
#[derive(Clone, Debug)]
pub struct StoredRun {
    /// The folder.
    pub folder: PathBuf,
    /// The name after `as`, or the network's.
    pub name: String,
    /// The length of a step in ms.
    pub dt_ms: f64,
    /// The steps made.
    pub steps: u64,
    /// The seed of all draws.
    pub seed: u64,
    /// The recordings by name, in the order of their names.
    pub recordings: Vec<Stored>,
    /// The whole of `summary.json`, or of its part for this run.
    pub summary: Value,
}

/// A recording of a stored run.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The name, such as `exc.spike` or `exc.V`.
    pub name: String,
    /// What it is, and where.
    pub kind: StoredKind,
}

/// What a recording is.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredKind {
    /// Events of a population.
    Events {
        /// The array of steps and elements.
        file: PathBuf,
        /// The elements that were recorded, by index in the population.
        elements: Selection,
    },
    /// Samples of a quantity.
    Trace {
        /// The array of values.
        file: PathBuf,
        /// The array of times in ms.
        times: PathBuf,
        /// The unit of the values; empty for numbers.
        unit: String,
        /// The elements that were recorded; `None` for a number of the network.
        elements: Option<Selection>,
    },
}

/// Reads what the runs of a result folder were, in the order of the text.
///
/// The folder is that of a whole text or of one of its runs.
///
/// # Errors
/// [`IoError::NotAFolder`], [`IoError::NoResults`] without a `summary.json`, [`IoError::Summary`] where it is not what a run
/// writes, [`IoError::System`].
pub fn open(folder: impl AsRef<Path>) -> Result<Vec<StoredRun>, IoError> {
    let folder = folder.as_ref();
    let path = folder.join("summary.json");
    if !folder.is_dir() {
        return Err(IoError::NotAFolder {
            path: folder.to_owned(),
        });
    }
    if !path.is_file() {
        return Err(IoError::NoResults {
            path: folder.to_owned(),
        });
    }
    let text = fs::read_to_string(&path).map_err(IoError::system("read", &path))?;
    let wrong = |reason: &str| IoError::Summary {
        path: path.clone(),
        reason: reason.to_owned(),
    };
    let summary: Value = serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
    if summary["schema"].as_u64() != Some(u64::from(SCHEMA)) {
        return Err(wrong(&format!("its `schema` is not {SCHEMA}")));
    }
    let Some(runs) = summary["runs"].as_array() else {
        return Ok(vec![run(folder, summary).map_err(|what| wrong(&what))?]);
    };
    let each = runs.iter().map(|part| {
        let name = part["folder"].as_str().and_then(plain_name);
        let name = name.ok_or_else(|| wrong("a run has no `folder`"))?;
        run(&folder.join(name), part.clone()).map_err(|what| wrong(&what))
    });
    each.collect()
}

impl StoredRun {
    /// The simulated time in ms.
    pub fn duration_ms(&self) -> f64 {
        self.steps as f64 * self.dt_ms
    }

    /// The recording of a name.
    pub fn recording(&self, name: &str) -> Option<&Stored> {
        self.recordings.iter().find(|stored| stored.name == name)
    }
}

/// Reads recorded events: steps that never decrease, and chosen elements.
///
/// # Errors
/// [`IoError::System`], [`IoError::Array`]. A trace is no array of events.
pub fn events(stored: &Stored) -> Result<Events, IoError> {
    let (file, chosen) = match &stored.kind {
        StoredKind::Events { file, elements } => (file, elements),
        StoredKind::Trace { file, .. } => return Err(not_such(file, "it holds samples")),
    };
    let Array::Events { steps, elements } = read(file)? else {
        return Err(not_such(file, "it holds no events"));
    };
    if !steps.is_sorted() {
        return Err(not_such(file, "its steps decrease"));
    }
    if !elements.iter().all(|&element| chosen.contains(element)) {
        return Err(not_such(file, "it holds elements that are not recorded"));
    }
    Ok(Events { steps, elements })
}

/// Reads a recorded quantity.
///
/// # Errors
/// [`IoError::System`], [`IoError::Array`]. Events are no samples.
pub fn trace(stored: &Stored, dt_ms: f64) -> Result<TraceData, IoError> {
    let StoredKind::Trace {
        file,
        times,
        elements,
        ..
    } = &stored.kind
    else {
        let (StoredKind::Events { file, .. } | StoredKind::Trace { file, .. }) = &stored.kind;
        return Err(not_such(file, "it holds events"));
    };
    let Array::Numbers {
        rows,
        width,
        values,
    } = read(file)?
    else {
        return Err(not_such(file, "it holds no samples"));
    };
    let Array::Numbers { values: at, .. } = read(times)? else {
        return Err(not_such(times, "it holds no times"));
    };
    // A run that was killed may have written a time without its sample, never the other way.
    if at.len() < rows {
        return Err(not_such(
            times,
            "it holds fewer times than there are samples",
        ));
    }
    let expected = elements.as_ref().map_or(1, |chosen| chosen.len() as usize);
    if width != expected {
        return Err(not_such(file, "it holds another number of elements"));
    }
    if !at.iter().all(|time| time.is_finite() && *time >= 0.0) || !at.is_sorted() {
        return Err(not_such(times, "its times are none"));
    }
    let step = |time: &f64| (time / dt_ms).round() as u64;
    Ok(TraceData {
        steps: at[..rows].iter().map(step).collect(),
        values,
        width,
    })
}

fn not_such(path: &Path, reason: &'static str) -> IoError {
    IoError::Array {
        path: path.to_owned(),
        reason,
    }
}

/// A file name that stays in its folder.
fn plain_name(name: &str) -> Option<&str> {
    let plain = crate::folder::safe_name(name) == name;
    plain.then_some(name)
}

/// Reads the object of a run; says what is wrong with it.
fn run(folder: &Path, summary: Value) -> Result<StoredRun, String> {
    let missing = |key: &str| format!("it has no valid `{key}`");
    let dt_ms = summary["dt_ms"].as_f64().filter(|dt| *dt > 0.0);
    let steps = summary["steps"].as_u64();
    let name = summary["run"].as_str().or(summary["network"].as_str());
    let mut recordings = Vec::new();
    for (name, value) in summary["recordings"].as_object().into_iter().flatten() {
        let kind = kind(folder, value).ok_or_else(|| missing(&format!("recordings.{name}")))?;
        recordings.push(Stored {
            name: name.clone(),
            kind,
        });
    }
    Ok(StoredRun {
        folder: folder.to_owned(),
        name: name.ok_or_else(|| missing("network"))?.to_owned(),
        dt_ms: dt_ms.ok_or_else(|| missing("dt_ms"))?,
        steps: steps.ok_or_else(|| missing("steps"))?,
        seed: summary["seed"].as_u64().ok_or_else(|| missing("seed"))?,
        recordings,
        summary,
    })
}

fn kind(folder: &Path, value: &Value) -> Option<StoredKind> {
    let file = |key: &str| value[key].as_str().and_then(plain_name);
    let selection = || -> Option<Selection> {
        let ranges: Option<Vec<Range<u32>>> = value["elements"]
            .as_array()?
            .iter()
            .map(|pair| {
                let end = |k: usize| u32::try_from(pair[k].as_u64()?).ok();
                Some(end(0)?..end(1)?)
            })
            .collect();
        Some(Selection::new(&ranges?))
    };
    match value["kind"].as_str()? {
        "events" => Some(StoredKind::Events {
            file: folder.join(file("file")?),
            elements: selection()?,
        }),
        "trace" => Some(StoredKind::Trace {
            file: folder.join(file("file")?),
            times: folder.join(file("time_file")?),
            unit: value["unit"].as_str()?.to_owned(),
            elements: if value["elements"].is_null() {
                None
            } else {
                Some(selection()?)
            },
        }),
        _ => None,
    }
}
