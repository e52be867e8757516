//! Two result folders beside one another: where they first differ, and how much.
//!
//! Runs are compared by their place, recordings by their name. Events are compared as they stand;
//! samples bit for bit, after f4 is widened. What has no partner is said.

use neuropil_analysis::Window;
use neuropil_analysis::compare::distribution_distance;
use neuropil_analysis::spikes::{Trains, mean_cv, population_rate_hz, rates_hz};
use neuropil_io::stored::{self, Stored, StoredKind, StoredRun};
use neuropil_sim::record::{Events, TraceData};
use serde_json::{Value, json};

use crate::error::Error;
use crate::measure::RequestError;

/// What became of the comparison of two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RunDiff {
    /// The names of the runs.
    pub names: (String, String),
    /// What the summaries say differently: what, in the first, in the second.
    pub settings: Vec<(String, String, String)>,
    /// Recordings of both, by name.
    pub recordings: Vec<RecordingDiff>,
    /// The names of recordings of the first alone.
    pub only_first: Vec<String>,
    /// The names of recordings of the second alone.
    pub only_second: Vec<String>,
}

/// What became of the comparison of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingDiff {
    /// The name, such as `exc.spike`.
    pub name: String,
    /// The first place where the two differ; `None` where all is equal.
    pub first: Option<Place>,
    /// Numbers of both: what, unit, of the first, of the second.
    pub numbers: Vec<(&'static str, String, Option<f64>, Option<f64>)>,
}

/// Where two recordings differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The step.
    pub step: u64,
    /// The time in ms.
    pub time_ms: f64,
    /// The index of the element in its population; `None` for a number of the network, and where the
    /// recordings differ in their shape.
    pub element: Option<u32>,
    /// What stands there in the first, and in the second.
    pub found: (String, String),
}

impl RunDiff {
    /// Tells whether all that was recorded is equal.
    pub fn is_equal(&self) -> bool {
        let same = self
            .recordings
            .iter()
            .all(|recording| recording.first.is_none());
        same && self.only_first.is_empty() && self.only_second.is_empty()
    }

    /// The object for programs.
    pub fn to_json(&self) -> Value {
        let settings: Vec<Value> = self
            .settings
            .iter()
            .map(|(what, a, b)| json!({"what": what, "first": a, "second": b}))
            .collect();
        let recordings: Vec<Value> = self.recordings.iter().map(RecordingDiff::to_json).collect();
        json!({
            "runs": [self.names.0, self.names.1],
            "equal": self.is_equal(),
            "settings": settings,
            "recordings": recordings,
            "only_first": self.only_first,
            "only_second": self.only_second,
        })
    }
}

impl RecordingDiff {
    fn to_json(&self) -> Value {
        let place = |place: &Place| {
            json!({
                "step": place.step,
                "time_ms": place.time_ms,
                "element": place.element,
                "first": place.found.0,
                "second": place.found.1,
            })
        };
        let numbers: Vec<Value> = self
            .numbers
            .iter()
            .map(|(what, unit, a, b)| json!({"what": what, "unit": unit, "first": a, "second": b}))
            .collect();
        json!({
            "name": self.name,
            "equal": self.first.is_none(),
            "differs_at": self.first.as_ref().map(place),
            "numbers": numbers,
        })
    }
}

/// Compares the runs of two result folders, one after another.
///
/// # Errors
/// [`Error::Request`] where one folder has more runs, [`Error::Folder`] where something cannot be
/// read.
pub fn diff(first: &[StoredRun], second: &[StoredRun]) -> Result<Vec<RunDiff>, Error> {
    if first.len() != second.len() {
        return Err(Error::from(RequestError::Runs {
            first: first.len(),
            second: second.len(),
        }));
    }
    first.iter().zip(second).map(|(a, b)| runs(a, b)).collect()
}

fn runs(a: &StoredRun, b: &StoredRun) -> Result<RunDiff, Error> {
    let mut recordings = Vec::new();
    for one in &a.recordings {
        if let Some(other) = b.recording(&one.name) {
            recordings.push(recording((a, one), (b, other))?);
        }
    }
    let without = |a: &StoredRun, b: &StoredRun| {
        let alone = a
            .recordings
            .iter()
            .filter(|one| b.recording(&one.name).is_none());
        alone.map(|one| one.name.clone()).collect()
    };
    Ok(RunDiff {
        names: (a.name.clone(), b.name.clone()),
        settings: settings(&a.summary, &b.summary),
        recordings,
        only_first: without(a, b),
        only_second: without(b, a),
    })
}

/// What was asked for differently.
fn settings(a: &Value, b: &Value) -> Vec<(String, String, String)> {
    let keys = [
        "model",
        "network",
        "seed",
        "dt_ms",
        "steps",
        "precision",
        "threads",
        "backend",
        "fma",
    ];
    let mut found = Vec::new();
    let mut compare = |what: &str, a: &Value, b: &Value| {
        if a != b {
            found.push((what.to_owned(), plain(a), plain(b)));
        }
    };
    for key in keys {
        compare(key, &a[key], &b[key]);
    }
    let names = |value: &Value| -> Vec<String> {
        let object = value["versions"].as_object();
        object.map_or_else(Vec::new, |object| object.keys().cloned().collect())
    };
    let mut versions = names(a);
    versions.extend(names(b));
    versions.sort();
    versions.dedup();
    for name in versions {
        compare(
            &format!("version of {name}"),
            &a["versions"][&name],
            &b["versions"][&name],
        );
    }
    found
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn recording(
    (a_run, a): (&StoredRun, &Stored),
    (b_run, b): (&StoredRun, &Stored),
) -> Result<RecordingDiff, Error> {
    let (first, numbers) = match (&a.kind, &b.kind) {
        (StoredKind::Events { .. }, StoredKind::Events { .. }) => {
            let (one, other) = (stored::events(a)?, stored::events(b)?);
            let numbers = of_events((a_run, a, &one), (b_run, b, &other));
            (first_event(a_run.dt_ms, &one, &other), numbers)
        }
        (
            StoredKind::Trace { unit, .. },
            StoredKind::Trace {
                unit: other_unit, ..
            },
        ) => {
            let (one, other) = (
                stored::trace(a, a_run.dt_ms)?,
                stored::trace(b, b_run.dt_ms)?,
            );
            let first = if unit == other_unit {
                first_sample((a_run.dt_ms, a), &one, &other)
            } else {
                Some(start((format!("in {unit}"), format!("in {other_unit}"))))
            };
            (first, of_samples(unit, &one, &other))
        }
        _ => (
            Some(start((kind(a).to_owned(), kind(b).to_owned()))),
            Vec::new(),
        ),
    };
    Ok(RecordingDiff {
        name: a.name.clone(),
        first,
        numbers,
    })
}

fn kind(stored: &Stored) -> &'static str {
    match stored.kind {
        StoredKind::Events { .. } => "events",
        StoredKind::Trace { .. } => "samples",
    }
}

/// A difference of the whole recording.
fn start(found: (String, String)) -> Place {
    Place {
        step: 0,
        time_ms: 0.0,
        element: None,
        found,
    }
}

fn first_event(dt_ms: f64, a: &Events, b: &Events) -> Option<Place> {
    let event = |events: &Events, k: usize| Some((*events.steps.get(k)?, *events.elements.get(k)?));
    let longest = a.steps.len().max(b.steps.len());
    let at = (0..longest).find(|&k| event(a, k) != event(b, k))?;
    let (one, other) = (event(a, at), event(b, at));
    // The earlier of the two is missing from the other recording.
    let earlier = match (one, other) {
        (Some(one), Some(other)) => one.min(other),
        (one, other) => one.or(other)?,
    };
    let says = |event: Option<(u64, u32)>| match event {
        Some(event) if event == earlier => "an event",
        _ => "none",
    };
    Some(Place {
        step: earlier.0,
        time_ms: earlier.0 as f64 * dt_ms,
        element: Some(earlier.1),
        found: (says(one).to_owned(), says(other).to_owned()),
    })
}

fn first_sample((dt_ms, stored): (f64, &Stored), a: &TraceData, b: &TraceData) -> Option<Place> {
    if a.width != b.width {
        let elements = |data: &TraceData| format!("{} elements", data.width);
        return Some(start((elements(a), elements(b))));
    }
    let width = a.width.max(1);
    let place = |row: usize, step: u64, column: Option<usize>, found| {
        let chosen = match &stored.kind {
            StoredKind::Trace { elements, .. } => elements.as_ref(),
            StoredKind::Events { .. } => None,
        };
        let element = column.and_then(|column| chosen?.element(column as u32));
        let _ = row;
        Place {
            step,
            time_ms: step as f64 * dt_ms,
            element,
            found,
        }
    };
    let rows = a.steps.len().min(b.steps.len());
    for row in 0..rows {
        if a.steps[row] != b.steps[row] {
            let step = a.steps[row].min(b.steps[row]);
            let says = |at: u64| if at == step { "a sample" } else { "none" }.to_owned();
            return Some(place(
                row,
                step,
                None,
                (says(a.steps[row]), says(b.steps[row])),
            ));
        }
        let part = row * width..(row + 1) * width;
        let (one, other) = (&a.values[part.clone()], &b.values[part]);
        let differs = |k: &usize| one[*k].to_bits() != other[*k].to_bits();
        if let Some(column) = (0..width).find(differs) {
            let found = (one[column].to_string(), other[column].to_string());
            return Some(place(row, a.steps[row], Some(column), found));
        }
    }
    let longer = if a.steps.len() > rows { a } else { b };
    let step = *longer.steps.get(rows)?;
    let says = |data: &TraceData| {
        if data.steps.len() > rows {
            "a sample"
        } else {
            "none"
        }
        .to_owned()
    };
    Some(place(rows, step, None, (says(a), says(b))))
}

type Numbers = Vec<(&'static str, String, Option<f64>, Option<f64>)>;

fn of_events(
    (a_run, a, one): (&StoredRun, &Stored, &Events),
    (b_run, b, other): (&StoredRun, &Stored, &Events),
) -> Numbers {
    let of = |run: &StoredRun, stored: &Stored, events: &Events| -> Option<(Trains, Window)> {
        let StoredKind::Events { elements, .. } = &stored.kind else {
            return None;
        };
        let places = events
            .elements
            .iter()
            .filter_map(|&element| elements.place(element));
        let each = events.steps.iter().copied().zip(places);
        let trains = Trains::from_events(elements.len() as usize, run.dt_ms, each).ok()?;
        Some((trains, Window::new(0.0, run.duration_ms()).ok()?))
    };
    let (a, b) = (of(a_run, a, one), of(b_run, b, other));
    let rate = |(trains, window): &(Trains, Window)| population_rate_hz(trains, *window);
    let cv = |(trains, window): &(Trains, Window)| mean_cv(trains, *window, 3).map(|cv| cv.mean);
    let rates = |(trains, window): &(Trains, Window)| rates_hz(trains, *window);
    let distance = match (a.as_ref().map(rates), b.as_ref().map(rates)) {
        (Some(a), Some(b)) if !a.is_empty() && !b.is_empty() => Some(distribution_distance(&a, &b)),
        _ => None,
    };
    vec![
        (
            "events",
            String::new(),
            Some(one.steps.len() as f64),
            Some(other.steps.len() as f64),
        ),
        (
            "rate",
            "Hz".to_owned(),
            a.as_ref().and_then(rate),
            b.as_ref().and_then(rate),
        ),
        (
            "cv",
            String::new(),
            a.as_ref().and_then(cv),
            b.as_ref().and_then(cv),
        ),
        (
            "distance of the distributions of rates",
            String::new(),
            None,
            distance,
        ),
    ]
}

fn of_samples(unit: &str, a: &TraceData, b: &TraceData) -> Numbers {
    let count = |data: &TraceData| data.values.len() as f64;
    let mean = |data: &TraceData| {
        (!data.values.is_empty()).then(|| data.values.iter().sum::<f64>() / count(data))
    };
    let spread = |data: &TraceData| {
        let mean = mean(data)?;
        let squares: f64 = data.values.iter().map(|x| (x - mean) * (x - mean)).sum();
        Some((squares / count(data)).sqrt())
    };
    let same = a.steps == b.steps && a.width == b.width;
    let pairs = || a.values.iter().zip(&b.values).map(|(a, b)| (a - b).abs());
    let most = same.then(|| pairs().fold(0.0, f64::max));
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    vec![
        ("mean", unit.to_owned(), finite(mean(a)), finite(mean(b))),
        (
            "spread",
            unit.to_owned(),
            finite(spread(a)),
            finite(spread(b)),
        ),
        ("largest difference", unit.to_owned(), None, finite(most)),
    ]
}
