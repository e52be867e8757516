//! Every measure that other programs have too, against them, on the same spikes and signals.
//!
//! `golden/measures/cross_check.py` makes the same trains by the same rule in whole numbers, and
//! stores what Elephant, SciPy, NumPy and PySpike find. Where a definition differs, the factor
//! stands here. All are sums of some hundred terms in double precision: 1e-11 is rounding, save
//! where a program works on a grid or in single precision.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

use neuropil_analysis::signals::{self, Segments, Signal};
use neuropil_analysis::spikes::{self, CountMoments, Filter, Lags, Train, Trains};
use neuropil_analysis::{Bins, Window};
use neuropil_ir::draw::mix;
use neuropil_testkit::golden::{self, serde_json::Value};
use neuropil_testkit::{Tolerance, assert_all_close, assert_close};

const NEURONS: u64 = 12;
const SPIKES: usize = 300;
const ROUNDING: Tolerance = Tolerance::relative(1e-11).or_absolute(1e-13);

/// SplitMix64, of which each draw gives a number below n.
fn draws(seed: u64, n: u64) -> impl Iterator<Item = u64> {
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

fn trains() -> Trains {
    let times = |neuron| -> Vec<f64> {
        let middle = |step: u64| (step as f64 + 0.5) * 0.1;
        steps(neuron).into_iter().map(middle).collect()
    };
    let each: Vec<Vec<f64>> = (0..NEURONS).map(times).collect();
    Trains::from_times(&each).unwrap()
}

fn whole() -> Window {
    Window::new(0.0, 8_000.0).unwrap()
}

/// A list of the stored results; fails by name if it is missing.
fn stored(name: &str) -> Vec<f64> {
    stored_of("spikes", name)
}

fn stored_of(part: &str, name: &str) -> Vec<f64> {
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
fn noise() -> Vec<f64> {
    draws(99, 1_000)
        .take(80_000)
        .map(|x| x as f64 - 500.0)
        .collect()
}

fn each(measure: impl Fn(Train<'_>) -> Option<f64>) -> Vec<f64> {
    trains()
        .iter()
        .map(|train| measure(train).unwrap())
        .collect()
}

fn as_numbers(counts: &[u64]) -> Vec<f64> {
    counts.iter().map(|&count| count as f64).collect()
}

#[test]
fn rates_and_counts() {
    let trains = trains();
    let found = spikes::rates_hz(&trains, whole());
    assert_all_close("rates", &found, &stored("rates_hz"), ROUNDING);
    let bins = Bins::new(whole(), 50.0).unwrap();
    let found = spikes::binned_rate_hz(&trains, bins).unwrap();
    let counts: Vec<f64> = found.iter().map(|hz| hz * 12.0 * 0.05).collect();
    assert_all_close("counts", &counts, &stored("counts_50_ms"), ROUNDING);
    let found = spikes::fano_over_trials(trains.iter(), whole()).unwrap();
    let n = NEURONS as f64;
    let theirs = stored("fano_population_variance")[0] * n / (n - 1.0);
    assert_close("Fano", found, theirs, ROUNDING);
}

#[test]
fn smoothed_rates() {
    let at: Vec<f64> = (0..200).map(|k| 500.0 + 12.5 * f64::from(k)).collect();
    let bell = Filter::Gaussian { sigma_ms: 20.0 };
    let trains = trains();
    let found = spikes::smoothed_rate_hz(trains.train(0).unwrap(), bell, &at).unwrap();
    // We cut the bell at 8 sigma: 1e-15 of its peak.
    assert_all_close("SciPy", &found, &stored("smoothed_hz_scipy"), ROUNDING);
    // Elephant puts spikes on a grid of 0.1 ms, up to half a step off: 0.05/20 of the steepest
    // slope of each bell, 0.6 of its peak of 20 Hz, and at most eight bells overlap.
    let near = Tolerance::absolute(0.05 / 20.0 * 0.6 * 20.0 * 8.0);
    assert_all_close("Elephant", &found, &stored("smoothed_hz_elephant"), near);
}

#[test]
fn irregularity() {
    assert_all_close("CV", &each(spikes::cv), &stored("cv"), ROUNDING);
    assert_all_close("CV2", &each(spikes::cv2), &stored("cv2"), ROUNDING);
    assert_all_close("LV", &each(spikes::lv), &stored("lv"), ROUNDING);
    let found = each(|train| spikes::lvr(train, 5.0).unwrap());
    assert_all_close("LvR", &found, &stored("lvr_5_ms"), ROUNDING);
    let found = spikes::interval_histogram(trains().iter(), 4.0, 80.0).unwrap();
    let theirs = stored("interval_counts_4_ms");
    assert_all_close(
        "intervals",
        &as_numbers(&found.counts),
        &theirs,
        Tolerance::EXACT,
    );
}

#[test]
fn correlations_and_synchrony() {
    let trains = trains();
    let bins = Bins::new(whole(), 5.0).unwrap();
    let moments = CountMoments::new(&trains, bins).unwrap();
    let found: Vec<f64> = moments.correlation_matrix().into_iter().flatten().collect();
    assert_all_close("correlation", &found, &stored("correlation_5_ms"), ROUNDING);
    let n = trains.neurons();
    let found: Vec<f64> = (0..n * n)
        .map(|place| moments.covariance(place / n, place % n).unwrap())
        .collect();
    assert_all_close("covariance", &found, &stored("covariance_5_ms"), ROUNDING);
    let found = spikes::chi_of_counts(&trains, bins).unwrap();
    assert_close("chi", found, stored("chi_5_ms")[0], ROUNDING);
}

#[test]
fn correlogram_and_triggered_average() {
    let trains = trains();
    let (a, b) = (trains.train(0).unwrap(), trains.train(1).unwrap());
    let found = spikes::cross_correlogram(a, b, Lags::new(0.1, 10.0).unwrap());
    let theirs = stored("cross_correlogram_0_1");
    assert_all_close("pairs", &as_numbers(&found), &theirs, Tolerance::EXACT);
    // The copies: half of all spikes, 21 steps later.
    assert!(found[100 + 21] >= SPIKES as u64 / 2);
    let values: Vec<f64> = draws(99, 1_000)
        .take(80_000)
        .map(|x| x as f64 - 500.0)
        .collect();
    let signal = Signal::new(0.05, 0.1, &values).unwrap();
    let found = spikes::spike_triggered(a, signal, 5.0, 5.0)
        .unwrap()
        .unwrap();
    assert_all_close("average", &found.mean, &stored("triggered"), ROUNDING);
}

#[test]
fn distances() {
    let trains = trains();
    let four: Vec<Train<'_>> = trains.iter().take(4).collect();
    let pairs = |distance: &dyn Fn(Train<'_>, Train<'_>) -> f64| -> Vec<f64> {
        four.iter()
            .flat_map(|&a| four.iter().map(move |&b| distance(a, b)))
            .collect()
    };
    let found = pairs(&|a, b| spikes::victor_purpura(a, b, 0.1).unwrap());
    let theirs = stored("victor_purpura_0_1_per_ms");
    assert_all_close("Victor-Purpura", &found, &theirs, ROUNDING);
    // Elephant leaves out the half of the integral.
    let found = pairs(&|a, b| spikes::van_rossum(a, b, 10.0).unwrap() * 2f64.sqrt());
    // The root of what is left of a difference of equals: 1e-11 of some hundred.
    let near = ROUNDING.or_absolute(1e-5);
    assert_all_close("van Rossum", &found, &stored("van_rossum_10_ms"), near);
    // Far from the ends, which PySpike corrects in another way.
    let inner = Window::new(500.0, 2_500.0).unwrap();
    let from_first = |distance: &dyn Fn(Train<'_>, Train<'_>, Window) -> f64| -> Vec<f64> {
        four[1..]
            .iter()
            .map(|&b| distance(four[0], b, inner))
            .collect()
    };
    let found = from_first(&spikes::isi_distance);
    assert_all_close("ISI", &found, &stored("isi_distance"), ROUNDING);
    let found = from_first(&spikes::spike_distance);
    assert_all_close("SPIKE", &found, &stored("spike_distance"), ROUNDING);
}

#[test]
fn spectra_and_phases() {
    let noise = noise();
    let mut sum = 0.0;
    let walk = |x: &f64| {
        sum += x;
        sum / 100.0
    };
    let wave: Vec<f64> = noise[..6_000].iter().map(walk).collect();
    let shifted = wave.iter().cycle().skip(wave.len() - 7);
    let other: Vec<f64> = noise[10_000..16_000]
        .iter()
        .zip(shifted)
        .map(|(x, w)| w + x / 10.0)
        .collect();
    let signal = Signal::new(0.0, 0.1, &wave).unwrap();
    let parts = Segments::new(1_000, 400).unwrap();
    let stored = |name| stored_of("signals", name);
    // Sums over 1000 samples; the weak end of a steep spectrum carries the rounding of its strong end.
    let near = |list: &[f64]| {
        let most = list.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        Tolerance::relative(1e-9).or_absolute(1e-14 * most)
    };
    let check = |what: &str, found: &[f64], theirs: &[f64]| {
        assert_all_close(what, found, theirs, near(theirs));
    };
    let found = signals::welch(signal, parts).unwrap();
    check(
        "frequencies",
        &found.frequencies_hz,
        &stored("frequencies_hz"),
    );
    check("Welch", &found.power, &stored("welch"));
    let other = Signal::new(0.0, 0.1, &other).unwrap();
    let found = signals::cross_spectrum(signal, other, parts)
        .unwrap()
        .unwrap();
    let cross =
        |part: fn(&signals::Complex) -> f64| -> Vec<f64> { found.cross.iter().map(part).collect() };
    check("cross, real", &cross(|x| x.re), &stored("cross_re"));
    check("cross, imaginary", &cross(|x| x.im), &stored("cross_im"));
    let coherence: Vec<f64> = found.coherence().into_iter().flatten().collect();
    check("coherence", &coherence, &stored("coherence"));
    let odd = Signal::new(0.0, 0.1, &wave[..5_001]).unwrap();
    let analytic = signals::analytic(odd).unwrap();
    let phases: Vec<f64> = analytic.iter().step_by(50).map(|x| x.im).collect();
    check("Hilbert", &phases, &stored("hilbert_im"));
    let correlation = signals::autocorrelation(signal, 199).unwrap();
    check("autocorrelation", &correlation, &stored("autocorrelation"));
}

#[test]
fn spikes_and_field() {
    let (trains, noise) = (trains(), noise());
    let signal = Signal::new(0.05, 0.1, &noise).unwrap();
    let parts = Segments::new(1_000, 400).unwrap();
    let train = trains.train(0).unwrap();
    let found = signals::spike_field_spectrum(train, signal, parts)
        .unwrap()
        .unwrap();
    let theirs = stored_of("signals", "spike_field_frequencies_hz");
    assert_all_close("frequencies", &found.frequencies_hz, &theirs, ROUNDING);
    let coherence: Vec<f64> = found.coherence().into_iter().flatten().collect();
    let theirs = stored_of("signals", "spike_field");
    assert_all_close("coherence", &coherence, &theirs, Tolerance::relative(1e-9));
}
