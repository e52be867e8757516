//! Every measure on data that have almost nothing to measure: no panic, and no NaN.
//!
//! What a measure gives there is tested beside it; this says that none was forgotten.

use neuropil_measures::codes::{self, Similarity};
use neuropil_measures::compare;
use neuropil_measures::signals::{self, Band, Segments, Signal, WeightedSum};
use neuropil_measures::spikes::{
    self, BurstRule, CountMoments, Filter, Lags, LogIntervalRule, SurpriseRule, Surrogate, Train,
    Trains, bursts::bursts,
};
use neuropil_measures::{Bins, MeasureError, Window};

/// Fails if a value that was found is not a number.
#[track_caller]
fn no_nan(what: &str, values: impl IntoIterator<Item = f64>) {
    for value in values {
        assert!(!value.is_nan(), "{what}");
    }
}

/// What a measure found, if it was allowed at all.
fn given<T>(found: Result<Option<T>, MeasureError>) -> Option<T> {
    found.ok().flatten()
}

fn trains() -> Vec<Vec<f64>> {
    vec![
        vec![],
        vec![0.0],
        vec![10.0],
        vec![5.0, 5.0],
        vec![5.0, 5.0, 5.0, 5.0],
        vec![0.0, 10.0],
        vec![1.0, 1.0, 2.0, 2.0, 9.0],
        vec![-1e9, 3.0, 1e9],
        vec![1e-300, 2e-300, 3e-300],
        vec![-1e300, 0.0, 1e300],
    ]
}

#[test]
fn trains_of_few_spikes() {
    let window = Window::new(0.0, 10.0).unwrap();
    let bins = Bins::new(window, 1.0).unwrap();
    let one_bin = Bins::new(window, 10.0).unwrap();
    for times in trains() {
        let what = format!("{times:?}");
        let train = Train::new(&times).unwrap();
        no_nan(&what, [spikes::rate_hz(train, window)]);
        no_nan(&what, spikes::mean_interval_ms(train));
        for measure in [spikes::cv, spikes::cv2, spikes::lv] {
            no_nan(&what, measure(train));
        }
        no_nan(&what, given(spikes::lvr(train, 5.0)));
        for bins in [bins, one_bin] {
            no_nan(&what, spikes::fano_over_bins(train, bins));
        }
        let filters = [
            Filter::Boxcar { width_ms: 1e-300 },
            Filter::Gaussian { sigma_ms: 2.0 },
            Filter::Exponential { tau_ms: 1e-3 },
            Filter::Alpha { tau_ms: 1e9 },
        ];
        for filter in filters {
            let at = [-1e300, 0.0, 5.0, 1e300];
            no_nan(&what, spikes::smoothed_rate_hz(train, filter, &at).unwrap());
            let found = spikes::instantaneous_rate_hz(train, &at).unwrap();
            no_nan(&what, found.into_iter().flatten());
        }
        let found = bursts(train, BurstRule::default()).unwrap();
        let of_intervals = spikes::bursts_by_log_intervals(train, LogIntervalRule::default());
        for found in [found, of_intervals.unwrap()] {
            no_nan(&what, [spikes::burst_rate_hz(train, &found, window)]);
            if let Some(summary) = spikes::summarize_bursts(train, &found) {
                no_nan(&what, [summary.mean_duration_ms, summary.mean_spikes]);
                no_nan(&what, summary.mean_period_ms);
            }
        }
        let found = spikes::bursts_by_surprise(train, SurpriseRule::default()).unwrap();
        no_nan(&what, found.iter().map(|burst| burst.surprise));
        for time in [0.0, 5.0, 9.0] {
            no_nan(&what, spikes::phase(train, time));
        }
        no_nan(&what, spikes::latency_ms(train, window));
        let lags = Lags::new(1.0, 5.0).unwrap();
        let counts = spikes::auto_correlogram(train, lags);
        let rate = spikes::conditional_rate_hz(&counts, train.len(), lags);
        no_nan(&what, rate.into_iter().flatten());
    }
}

#[test]
fn pairs_of_trains_of_few_spikes() {
    let window = Window::new(0.0, 10.0).unwrap();
    let lags = Lags::new(1.0, 5.0).unwrap();
    for a in trains() {
        for b in trains() {
            let what = format!("{a:?} and {b:?}");
            let (x, y) = (Train::new(&a).unwrap(), Train::new(&b).unwrap());
            no_nan(&what, spikes::victor_purpura(x, y, 0.5));
            no_nan(&what, spikes::van_rossum(x, y, 5.0));
            no_nan(&what, [spikes::isi_distance(x, y, window)]);
            no_nan(&what, [spikes::spike_distance(x, y, window)]);
            let surrogate = Surrogate::Jitter { width_ms: 3.0 };
            let found = spikes::corrected_correlogram((x, y), window, lags, surrogate, (2, 1));
            let found = found.unwrap();
            no_nan(&what, found.expected.iter().chain(&found.spread).copied());
            let both = Trains::from_times(&[&a, &b]).unwrap();
            let bins = Bins::new(window, 2.0).unwrap();
            let moments = CountMoments::new(&both, bins).unwrap();
            no_nan(&what, moments.correlation_matrix().into_iter().flatten());
            no_nan(&what, moments.mean_correlation());
            no_nan(&what, spikes::chi_of_counts(&both, bins));
            let order = spikes::phase_order(&both, &[0.0, 3.0, 9.0]).unwrap();
            no_nan(&what, order.into_iter().flatten().map(|o| o.order));
            if let Some(found) = spikes::psth(&both, bins) {
                no_nan(&what, found.rate_hz);
                no_nan(&what, found.error_hz.into_iter().flatten());
            }
            if let Some(found) = spikes::latencies(&both, window) {
                no_nan(&what, [found.mean_ms, found.median_ms, found.spread_ms]);
            }
            if let Some(test) = given(compare::ks_two_sample(&a, &b)) {
                no_nan(&what, [test.statistic, test.p_value]);
            }
            no_nan(&what, given(compare::effect_size(&a, &b)));
            no_nan(&what, [compare::distribution_distance(&a, &b)]);
            for similarity in [Similarity::Cosine, Similarity::Correlation] {
                no_nan(&what, given(similarity.of(&a, &b)));
            }
            no_nan(&what, given(codes::overlap(&a, &b)));
            if let Some(found) = given(codes::population_vector(&a, &b)) {
                no_nan(&what, [found.angle, found.length, found.spread]);
            }
        }
    }
}

fn samples() -> Vec<Vec<f64>> {
    let ramp = |by: f64| -> Vec<f64> { (0..9).map(|k| by * f64::from(k)).collect() };
    vec![
        vec![],
        vec![3.0],
        vec![3.0; 2],
        vec![-0.0; 9],
        vec![1.0, 2.0],
        ramp(1.0),
        ramp(1e-300),
        ramp(1e-160),
        ramp(f64::EPSILON),
        ramp(1e69),
        vec![1e69, -1e69, 1e69, -1e69, 0.0],
    ]
}

#[test]
fn signals_of_few_samples() {
    let segments = Segments::new(2, 1).unwrap();
    let band = Band::new(50.0, 200.0, 2).unwrap();
    for values in samples() {
        let what = format!("{values:?}");
        let signal = Signal::new(0.0, 1.0, &values).unwrap();
        if let Some(found) = signals::welch(signal, segments) {
            no_nan(&what, found.power.iter().copied());
            if let Some(peak) = signals::peak(&found, 0.0, 500.0) {
                no_nan(&what, peak.width_hz);
            }
        }
        for found in [
            given(signals::multitaper(signal, 2)),
            given(signals::multitaper_slepian(signal, 0.9, 2)),
        ] {
            no_nan(&what, found.into_iter().flat_map(|found| found.power));
        }
        for found in [
            given(signals::band_filter(signal, band)),
            given(signals::phase_in_band(signal, band)),
            given(signals::envelope_in_band(signal, band)),
            signals::autocorrelation(signal, 5),
            signals::standardized(signal),
        ] {
            no_nan(&what, found.into_iter().flatten());
        }
        no_nan(&what, signals::autocorrelation_time_ms(signal));
        let train = Train::new(&[0.0, 3.0]).unwrap();
        if let Some(found) = given(spikes::spike_triggered(train, signal, 0.0, 1.0)) {
            no_nan(&what, found.mean.into_iter().chain(found.spread));
        }
        if let Some(found) = given(signals::spike_field_spectrum(train, signal, segments)) {
            no_nan(&what, found.coherence().into_iter().flatten());
        }
        if let Some(found) = given(signals::phase_locking(&values)) {
            no_nan(&what, [found.strength, found.phase]);
            no_nan(&what, found.rayleigh_p());
        }
    }
}

#[test]
fn pairs_of_signals_of_few_samples() {
    let segments = Segments::new(2, 1).unwrap();
    for a in samples() {
        for b in samples() {
            let what = format!("{a:?} and {b:?}");
            let (x, y) = (
                Signal::new(0.0, 1.0, &a).unwrap(),
                Signal::new(0.0, 1.0, &b).unwrap(),
            );
            if let Some(found) = given(signals::cross_spectrum(x, y, segments)) {
                no_nan(&what, found.coherence().into_iter().flatten());
                no_nan(&what, found.phase().into_iter().flatten());
            }
            let found = given(signals::lagged_correlation(x, y, 3));
            no_nan(&what, found.into_iter().flatten());
            let both = [x, y];
            no_nan(&what, given(signals::participation_ratio(&both)));
            if let Some(found) = given(signals::principal_components(&both, 2)) {
                no_nan(&what, found.explained());
                no_nan(&what, found.directions.concat());
                no_nan(&what, found.project(&both).unwrap().concat());
            }
            if let Ok(found) = signals::correlation_matrix(&both) {
                no_nan(&what, found.into_iter().flatten());
            }
            if let Some(found) = given(signals::windowed_correlation(&both, segments)) {
                no_nan(&what, found.pairs.iter().flatten().copied().flatten());
                no_nan(&what, found.dynamics().unwrap().into_iter().flatten());
                no_nan(&what, found.stability(1));
            }
            no_nan(&what, given(spikes::chi(&[&a, &b])));
            let proxy = signals::field_proxy(&both[..1], &both[1..], WeightedSum::absolute());
            no_nan(
                &what,
                given(proxy).into_iter().flat_map(|found| found.values),
            );
            no_nan(
                &what,
                given(signals::mean_signal(&both)).into_iter().flatten(),
            );
        }
    }
}

#[test]
fn samples_too_large_to_square_are_refused() {
    for large in [1e71, f64::MAX, -1e200] {
        let values = [0.0, large];
        let found = Signal::new(0.0, 1.0, &values);
        assert!(matches!(
            found,
            Err(MeasureError::TooLarge { position: 1, .. })
        ));
    }
    let train = Train::new(&[-1.5e308, 1.5e308]);
    assert!(matches!(train, Err(MeasureError::TooLarge { .. })));
}
