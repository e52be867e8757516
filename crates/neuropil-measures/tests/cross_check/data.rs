//! The data of the script, made by the same rules in whole numbers, and what it stored.

use neuropil_ir::draw::mix;
use neuropil_measures::Window;
use neuropil_measures::spikes::{Train, Trains};
use neuropil_testkit::Tolerance;
use neuropil_testkit::golden::{self, serde_json::Value};

pub(crate) const NEURONS: u64 = 12;
pub(crate) const SPIKES: usize = 300;
pub(crate) const ROUNDING: Tolerance = Tolerance::relative(1e-11).or_absolute(1e-13);

/// SplitMix64, of which each draw gives a number below n.
pub(crate) fn draws(seed: u64, n: u64) -> impl Iterator<Item = u64> {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    (1..).map(move |k: u64| (mix(seed.wrapping_add(GOLDEN.wrapping_mul(k))) >> 40) % n)
}

/// The steps of the script, rule by rule.
fn steps(neuron: u64) -> Vec<u64> {
    if neuron % 2 == 1 {
        return steps(neuron - 1)
            .into_iter()
            .step_by(2)
            .map(|step| step + 21)
            .collect();
    }
    let mut now = 0;
    let next = |draw| {
        now += 1 + draw;
        now
    };
    draws(neuron, 400).take(SPIKES).map(next).collect()
}

pub(crate) fn trains() -> Trains {
    let times = |neuron| -> Vec<f64> {
        let middle = |step: u64| (step as f64 + 0.5) * 0.1;
        steps(neuron).into_iter().map(middle).collect()
    };
    let each: Vec<Vec<f64>> = (0..NEURONS).map(times).collect();
    Trains::from_times(&each).unwrap()
}

pub(crate) fn whole() -> Window {
    Window::new(0.0, 8_000.0).unwrap()
}

/// A list of the stored results; fails by name if it is missing.
pub(crate) fn stored(name: &str) -> Vec<f64> {
    stored_of("spikes", name)
}

pub(crate) fn stored_of(part: &str, name: &str) -> Vec<f64> {
    let document = golden::json("measures/elephant_scipy.json").unwrap();
    let numbers = |list: &Vec<Value>| list.iter().filter_map(Value::as_f64).collect();
    let value = &document[part][name];
    value
        .as_array()
        .map(numbers)
        .or_else(|| value.as_f64().map(|x| vec![x]))
        .unwrap_or_else(|| panic!("no `{name}`"))
}

/// Whole numbers from -500 to 499.
pub(crate) fn noise() -> Vec<f64> {
    draws(99, 1_000)
        .take(80_000)
        .map(|x| x as f64 - 500.0)
        .collect()
}

pub(crate) fn each(measure: impl Fn(Train<'_>) -> Option<f64>) -> Vec<f64> {
    trains()
        .iter()
        .map(|train| measure(train).unwrap())
        .collect()
}

pub(crate) fn as_numbers(counts: &[u64]) -> Vec<f64> {
    counts.iter().map(|&count| count as f64).collect()
}

/// Whole numbers below a bound, as the script has them.
pub(crate) fn numbers(seed: u64, below: u64, count: usize) -> Vec<f64> {
    draws(seed, below).take(count).map(|x| x as f64).collect()
}
