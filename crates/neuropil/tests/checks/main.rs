//! Published and computed numbers of single neurons: rates, counts and times that a simulation gives.
//!
//! The numbers stand in the papers or were computed for the project from the published equations by a
//! program of its own, with the tolerances that are quoted here. Closed forms are marked as such.

#![expect(
    clippy::disallowed_methods,
    reason = "an oracle uses the functions of the standard library"
)]

#[path = "../common/mod.rs"]
mod common;

mod adaptive;
mod conductance;
mod izhikevich;
mod leaky;
mod oscillators;
mod synapses;

use std::fmt::Write as _;

use common::{run_one, spikes};
use neuropil_testkit::{Tolerance, assert_close};

/// The spikes of several single neurons that run side by side.
pub(crate) fn trains(populations: &[String], end: f64, dt: f64, method: &str) -> Vec<Vec<f64>> {
    trains_of("", populations, end, dt, method)
}

pub(crate) fn trains_of(
    models: &str,
    populations: &[String],
    end: f64,
    dt: f64,
    method: &str,
) -> Vec<Vec<f64>> {
    let mut network = String::new();
    for (k, population) in populations.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(network, "p{k} = {population}\nrecord p{k}.spike");
    }
    let text = format!(
        "npl 1\n{models}\nnetwork N {{\n{network}}}\nrun N for {end} ms with dt = {dt} ms, method = {method}"
    );
    let results = run_one(&text);
    (0..populations.len())
        .map(|k| spikes(&results, &format!("p{k}.spike"), 0))
        .collect()
}

pub(crate) fn intervals(train: &[f64]) -> Vec<f64> {
    train.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// The rate in Hz of the last ten intervals, or of all but the first.
pub(crate) fn steady_rate(train: &[f64]) -> f64 {
    let all = intervals(train);
    assert!(all.len() >= 2, "too few spikes: {train:?}");
    let late = &all[all.len().saturating_sub(10).max(1)..];
    1000.0 * late.len() as f64 / late.iter().sum::<f64>()
}

/// A spike train's count and some of its times and intervals, as published.
pub(crate) struct Expected {
    pub(crate) count: usize,
    /// The most that the count may be off.
    pub(crate) slack: usize,
    /// Place in the train, time in ms.
    pub(crate) times: &'static [(usize, f64)],
    /// Place in the list of intervals (negative: from the end), interval in ms.
    pub(crate) intervals: &'static [(isize, f64)],
}

pub(crate) fn compare(
    name: &str,
    train: &[f64],
    expected: &Expected,
    absolute: f64,
    relative: f64,
) {
    let off = train.len().abs_diff(expected.count);
    assert!(
        off <= expected.slack,
        "{name}: {} spikes, not {}",
        train.len(),
        expected.count
    );
    for &(k, time) in expected.times {
        assert_close(name, train[k], time, Tolerance::absolute(absolute));
    }
    let all = intervals(train);
    for &(k, interval) in expected.intervals {
        let place = if k < 0 { all.len() as isize + k } else { k } as usize;
        let tolerance = Tolerance::absolute(absolute.max(relative * interval));
        assert_close(name, all[place], interval, tolerance);
    }
}
