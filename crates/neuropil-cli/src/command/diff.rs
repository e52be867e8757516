//! `neuropil diff`: where two result folders differ, and how much.

use std::fmt::Write;

use neuropil::diff::{RecordingDiff, RunDiff, diff as compare};
use neuropil::{Error, stored};
use serde_json::{Value, json};

use super::Failure;
use crate::args::Diff;
use crate::exit::Code;
use crate::output::data;
use crate::table::{columns, dash, duration, short};

/// The version of the object that `--json` prints.
const SCHEMA: u32 = 1;

/// Compares two result folders; ends with 3 where recordings differ.
pub(crate) fn diff(arguments: &Diff) -> Result<Code, Failure> {
    let open = |path| stored::open(path).map_err(Error::from);
    let tolerance = arguments.tolerance.unwrap_or(0.0);
    let found = compare(
        &open(&arguments.first)?,
        &open(&arguments.second)?,
        tolerance,
    )?;
    let equal = found.iter().all(RunDiff::is_equal);
    if arguments.json {
        let runs: Vec<Value> = found.iter().map(RunDiff::to_json).collect();
        let object = json!({ "schema": SCHEMA, "equal": equal, "runs": runs });
        data(&format!("{object:#}\n"))?;
    } else {
        let tables: Vec<String> = found.iter().map(|run| table(run, tolerance)).collect();
        data(&tables.join("\n"))?;
    }
    Ok(if equal { Code::Ok } else { Code::Run })
}

fn table(run: &RunDiff, tolerance: f64) -> String {
    let mut out = String::new();
    let name = if run.names.0 == run.names.1 {
        run.names.0.clone()
    } else {
        format!("{} and {}", run.names.0, run.names.1)
    };
    let verdict = if run.recordings.is_empty() && run.is_equal() {
        "nothing was recorded".to_owned()
    } else if !run.is_equal() {
        "recordings differ".to_owned()
    } else if tolerance > 0.0 {
        format!("all recordings are equal within {tolerance:e}")
    } else {
        "all recordings are equal, bit for bit".to_owned()
    };
    let _ = writeln!(out, "{name}: {verdict}");
    for (what, a, b) in &run.settings {
        let _ = writeln!(out, "  {what}: {a} and {b}");
    }
    for (names, which) in [(&run.only_first, "first"), (&run.only_second, "second")] {
        for name in names {
            let _ = writeln!(out, "  {name}: only in the {which}");
        }
    }
    out.push('\n');
    let mut rows = vec![
        [
            "recording",
            "first difference",
            "measure",
            "first",
            "second",
        ]
        .map(str::to_owned),
    ];
    for recording in &run.recordings {
        rows.extend(rows_of(recording));
    }
    if rows.len() > 1 {
        columns(&mut out, &rows, 3);
    }
    out
}

fn rows_of(recording: &RecordingDiff) -> Vec<[String; 5]> {
    let place = match &recording.first {
        None => "none".to_owned(),
        Some(place) => {
            let element = place
                .element
                .map_or_else(String::new, |element| format!(", element {element}"));
            format!(
                "step {} ({}){element}: {} and {}",
                place.step,
                duration(place.time_ms),
                place.found.0,
                place.found.1
            )
        }
    };
    let mut rows = Vec::new();
    for (k, (what, unit, a, b)) in recording.numbers.iter().enumerate() {
        let value = |value: &Option<f64>| match value {
            Some(value) if unit.is_empty() => short(*value),
            Some(value) => format!("{} {unit}", short(*value)),
            None => dash(),
        };
        let (name, place) = if k == 0 {
            (recording.name.clone(), place.clone())
        } else {
            (String::new(), String::new())
        };
        rows.push([name, place, (*what).to_owned(), value(a), value(b)]);
    }
    if rows.is_empty() {
        rows.push([
            recording.name.clone(),
            place,
            String::new(),
            String::new(),
            String::new(),
        ]);
    }
    rows
}
