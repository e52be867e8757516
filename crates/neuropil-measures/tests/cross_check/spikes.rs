//! Measures of spike trains, against Elephant, PySpike and SciPy.

use crate::data::{NEURONS, ROUNDING, SPIKES, as_numbers, draws, each, stored, trains, whole};
use neuropil_measures::signals::Signal;
use neuropil_measures::spikes::{self, CountMoments, Filter, Lags, Train};
use neuropil_measures::{Bins, Window};
use neuropil_testkit::{Tolerance, assert_all_close, assert_close};

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
fn correlation_grows_with_the_bin() {
    let widths = [1.0, 2.0, 5.0, 10.0, 25.0, 100.0];
    let found = spikes::correlation_by_width(&trains(), whole(), &widths).unwrap();
    let found: Vec<f64> = found.into_iter().flatten().collect();
    assert_all_close("widths", &found, &stored("correlation_by_width"), ROUNDING);
}

/// The trains as trials of one neuron.
#[test]
fn trials() {
    let bins = Bins::new(whole(), 100.0).unwrap();
    let found = spikes::psth(&trains(), bins).unwrap();
    let theirs = stored("psth_100_ms_hz");
    assert_all_close("PSTH", &found.rate_hz, &theirs, ROUNDING);
    let error = found.error_hz.unwrap();
    let theirs = stored("psth_100_ms_error_hz");
    assert_all_close("its error", &error, &theirs, ROUNDING);
    let after = Window::new(20.0, 8_000.0).unwrap();
    let found = each(|train| spikes::latency_ms(train, after));
    let theirs = stored("latencies_after_20_ms");
    assert_all_close("latencies", &found, &theirs, ROUNDING);
}
