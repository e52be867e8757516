//! What the tests share: running texts in memory, and saying what is wrong with those that fail.
#![allow(dead_code, reason = "every test target uses a part of it")]

pub(crate) mod programs;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use neuropil::{Options, Results, Text};

/// A file of the workspace by its path from the root.
pub(crate) fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// Runs a text; a text that does not run fails the test with what is said about it.
#[track_caller]
pub(crate) fn run(text: &str) -> Vec<Results> {
    run_with(text, &Options::default())
}

/// Runs a text with options.
#[track_caller]
pub(crate) fn run_with(text: &str, options: &Options) -> Vec<Results> {
    match Text::parse_with("t.npl", text, &[]).run_with(options, &mut ()) {
        Ok(results) => results,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// Runs a text with one run.
#[track_caller]
pub(crate) fn run_one(text: &str) -> Results {
    let mut results = run(text);
    assert_eq!(results.len(), 1, "the text has one run\n{text}");
    results.remove(0)
}

/// Runs a text and requires that every `expect` holds and that there is at least one.
#[track_caller]
pub(crate) fn expect_all(name: &str, text: &str) {
    expect_all_with(name, text, &Options::default());
}

/// Runs a text with options and requires that every `expect` holds and that there is at least one.
#[track_caller]
pub(crate) fn expect_all_with(name: &str, text: &str, options: &Options) {
    let results = run_with(text, options);
    let count: usize = results.iter().map(|run| run.report.expects.len()).sum();
    assert!(count > 0, "{name}: nothing is expected");
    let failures = failures(&results);
    assert!(failures.is_empty(), "{name}:\n{failures}");
}

/// The expectations that do not hold, a line each.
pub(crate) fn failures(results: &[Results]) -> String {
    let mut lines = String::new();
    for run in results {
        for outcome in run.report.expects.iter().filter(|o| o.pass != Some(true)) {
            // Writing to a string cannot fail.
            let _ = writeln!(
                lines,
                "  {}: `{}`: found {:?} {}, expected {:?}, {:?}",
                run.name, outcome.text, outcome.value, outcome.unit, outcome.bounds, outcome.reason
            );
        }
    }
    lines
}

/// The spike times in ms of one element of a recorded population.
#[track_caller]
pub(crate) fn spikes(results: &Results, name: &str, element: u32) -> Vec<f64> {
    let raster = results.raster(name).expect("the raster is recorded");
    let of = |(&time, &index): (&f64, &u32)| (index == element).then_some(time);
    raster
        .times
        .iter()
        .zip(raster.elements)
        .filter_map(of)
        .collect()
}

/// The samples of the first recorded element of a trace.
#[track_caller]
pub(crate) fn trace(results: &Results, name: &str) -> Vec<f64> {
    results
        .trace(name)
        .expect("the trace is recorded")
        .column(0)
        .collect()
}
