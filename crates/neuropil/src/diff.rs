//! Two result folders beside one another: where they first differ, and how much.
//!
//! Runs are compared by their place, recordings by their name, events and samples by their times, so
//! that runs of different steps can be compared; samples bit for bit, after f4 is widened. What has no
//! partner is said.

use std::cmp::Ordering;

use neuropil_io::stored::{self, Stored, StoredKind, StoredRun};
use neuropil_measures::compare::ks_two_sample;
use neuropil_measures::spikes::{Trains, mean_cv, population_rate_hz, rates_hz};
use neuropil_measures::{MeasureError, Window};
use neuropil_sim::Selection;
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
    /// The step, of the recording that has something there; of the first where both have.
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
/// Samples a and b are equal if `abs(a - b) <= tolerance*m`, with m the largest magnitude of the
/// recording in both; 0 asks for equal bits.
///
/// # Errors
/// [`Error::Request`] for a negative tolerance.
/// [`Error::Request`] where one folder has more runs, [`Error::Folder`] where something cannot be
/// read.
pub fn diff(
    first: &[StoredRun],
    second: &[StoredRun],
    tolerance: f64,
) -> Result<Vec<RunDiff>, Error> {
    if !(tolerance >= 0.0 && tolerance.is_finite()) {
        let (what, value) = ("tolerance", tolerance);
        return Err(Error::from(RequestError::Argument(
            MeasureError::Negative { what, value },
        )));
    }
    if first.len() != second.len() {
        return Err(Error::from(RequestError::Runs {
            first: first.len(),
            second: second.len(),
        }));
    }
    first
        .iter()
        .zip(second)
        .map(|(a, b)| runs(a, b, tolerance))
        .collect()
}

fn runs(a: &StoredRun, b: &StoredRun, tolerance: f64) -> Result<RunDiff, Error> {
    let mut recordings = Vec::new();
    for one in &a.recordings {
        if let Some(other) = b.recording(&one.name) {
            recordings.push(recording((a, one), (b, other), tolerance)?);
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
    tolerance: f64,
) -> Result<RecordingDiff, Error> {
    let clocks = Clocks {
        first_dt_ms: a_run.dt_ms,
        second_dt_ms: b_run.dt_ms,
    };
    let (first, numbers) = match (&a.kind, &b.kind) {
        (StoredKind::Events { .. }, StoredKind::Events { .. }) => {
            let (one, other) = (stored::events(a)?, stored::events(b)?);
            let numbers = of_events((a_run, a, &one), (b_run, b, &other));
            (first_event(clocks, &one, &other), numbers)
        }
        (
            StoredKind::Trace { unit, elements, .. },
            StoredKind::Trace {
                unit: other_unit, ..
            },
        ) => {
            let one = stored::trace(a, a_run.dt_ms)?;
            let other = stored::trace(b, b_run.dt_ms)?;
            let common = Common::new(clocks, &one, &other);
            let first = if unit == other_unit {
                first_sample(
                    clocks,
                    (elements.as_ref(), tolerance),
                    &common,
                    (&one, &other),
                )
            } else {
                Some(start((format!("in {unit}"), format!("in {other_unit}"))))
            };
            (first, of_samples(unit, &common, (&one, &other)))
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

/// The times of two recordings, whose steps may differ in length.
#[derive(Clone, Copy)]
struct Clocks {
    first_dt_ms: f64,
    second_dt_ms: f64,
}

impl Clocks {
    /// Which of two steps comes first; times that differ by rounding alone are equal.
    fn compare(self, first: u64, second: u64) -> Ordering {
        let (a, b) = (
            first as f64 * self.first_dt_ms,
            second as f64 * self.second_dt_ms,
        );
        let near = 1e-6 * self.first_dt_ms.min(self.second_dt_ms);
        if (a - b).abs() <= near {
            Ordering::Equal
        } else {
            a.total_cmp(&b)
        }
    }

    /// A place at a step of the first, or else of the second.
    fn place(self, first: bool, step: u64, element: Option<u32>, found: (String, String)) -> Place {
        let dt = if first {
            self.first_dt_ms
        } else {
            self.second_dt_ms
        };
        Place {
            step,
            time_ms: step as f64 * dt,
            element,
            found,
        }
    }
}

/// The first event that one of the two lacks.
fn first_event(clocks: Clocks, a: &Events, b: &Events) -> Option<Place> {
    let event = |events: &Events, k: usize| Some((*events.steps.get(k)?, *events.elements.get(k)?));
    let order = |one: (u64, u32), other: (u64, u32)| {
        clocks.compare(one.0, other.0).then(one.1.cmp(&other.1))
    };
    let mut at = 0;
    // Both are sorted by time and element, so the first that differ hold the first that is alone.
    let (in_first, alone) = loop {
        match (event(a, at), event(b, at)) {
            (None, None) => return None,
            (Some(one), None) => break (true, one),
            (None, Some(other)) => break (false, other),
            (Some(one), Some(other)) => match order(one, other) {
                Ordering::Less => break (true, one),
                Ordering::Greater => break (false, other),
                Ordering::Equal => at += 1,
            },
        }
    };
    let found = alone_in(in_first, "an event");
    Some(clocks.place(in_first, alone.0, Some(alone.1), found))
}

fn alone_in(first: bool, what: &str) -> (String, String) {
    let pair = if first {
        (what, "none")
    } else {
        ("none", what)
    };
    (pair.0.to_owned(), pair.1.to_owned())
}

/// The samples that two recordings have at the same times.
struct Common {
    /// Rows of the first and of the second.
    rows: Vec<(usize, usize)>,
    /// The first time that only one has, as a step of that one; `true` if it is the first.
    alone: Option<(bool, u64)>,
}

impl Common {
    fn new(clocks: Clocks, a: &TraceData, b: &TraceData) -> Self {
        let mut common = Self {
            rows: Vec::new(),
            alone: None,
        };
        let (mut i, mut j) = (0, 0);
        loop {
            let order = match (a.steps.get(i), b.steps.get(j)) {
                (None, None) => return common,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(&one), Some(&other)) => clocks.compare(one, other),
            };
            match order {
                Ordering::Equal => common.rows.push((i, j)),
                Ordering::Less => {
                    common.alone.get_or_insert((true, a.steps[i]));
                }
                Ordering::Greater => {
                    common.alone.get_or_insert((false, b.steps[j]));
                }
            }
            i += usize::from(order.is_le());
            j += usize::from(order.is_ge());
        }
    }

    /// The values of both at the same times, if they have as many elements.
    fn values<'a>(
        &'a self,
        a: &'a TraceData,
        b: &'a TraceData,
    ) -> impl Iterator<Item = (usize, &'a [f64], &'a [f64])> {
        let part = |data: &'a TraceData, row: usize| {
            &data.values[row * data.width..(row + 1) * data.width]
        };
        let rows = if a.width == b.width { &*self.rows } else { &[] };
        rows.iter().map(move |&(i, j)| (i, part(a, i), part(b, j)))
    }
}

/// The first sample that differs, or else the first that one of the two lacks.
fn first_sample(
    clocks: Clocks,
    (elements, tolerance): (Option<&Selection>, f64),
    common: &Common,
    (a, b): (&TraceData, &TraceData),
) -> Option<Place> {
    if a.width != b.width {
        let elements = |data: &TraceData| format!("{} elements", data.width);
        return Some(start((elements(a), elements(b))));
    }
    let all = a.values.iter().chain(&b.values);
    let near = tolerance * all.map(|value| value.abs()).fold(0.0, f64::max);
    for (row, one, other) in common.values(a, b) {
        let differs = |k: &usize| {
            let (a, b) = (one[*k], other[*k]);
            a.to_bits() != b.to_bits() && !(tolerance > 0.0 && (a - b).abs() <= near)
        };
        if let Some(column) = (0..one.len()).find(differs) {
            let element = elements.and_then(|chosen| chosen.element(column as u32));
            let found = (format!("{:?}", one[column]), format!("{:?}", other[column]));
            return Some(clocks.place(true, a.steps[row], element, found));
        }
    }
    let (in_first, step) = common.alone?;
    Some(clocks.place(in_first, step, None, alone_in(in_first, "a sample")))
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
    let test = match (a.as_ref().map(rates), b.as_ref().map(rates)) {
        (Some(a), Some(b)) => ks_two_sample(&a, &b).ok().flatten(),
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
            "distance of rates (Kolmogorov-Smirnov)",
            String::new(),
            None,
            test.as_ref().map(|test| test.statistic),
        ),
        (
            "p of that distance",
            String::new(),
            None,
            test.as_ref().map(|test| test.p_value),
        ),
    ]
}

fn of_samples(unit: &str, common: &Common, (a, b): (&TraceData, &TraceData)) -> Numbers {
    let count = |data: &TraceData| data.values.len() as f64;
    let mean = |data: &TraceData| {
        (!data.values.is_empty()).then(|| data.values.iter().sum::<f64>() / count(data))
    };
    let spread = |data: &TraceData| {
        let mean = mean(data)?;
        let squares: f64 = data.values.iter().map(|x| (x - mean) * (x - mean)).sum();
        Some((squares / count(data)).sqrt())
    };
    let pairs = common.values(a, b).flat_map(|(_, a, b)| a.iter().zip(b));
    let most = pairs.map(|(a, b)| (a - b).abs()).reduce(f64::max);
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    let unit = || unit.to_owned();
    vec![
        (
            "samples",
            String::new(),
            Some(a.steps.len() as f64),
            Some(b.steps.len() as f64),
        ),
        ("mean", unit(), finite(mean(a)), finite(mean(b))),
        ("spread", unit(), finite(spread(a)), finite(spread(b))),
        (
            "largest difference at equal times",
            unit(),
            None,
            finite(most),
        ),
    ]
}
