//! Measures of signals, against SciPy, NumPy and Elephant.

use crate::data::{ROUNDING, noise, numbers, stored_of, trains};
use neuropil_measures::signals::{self, Band, Segments, Signal};
use neuropil_testkit::{Tolerance, assert_all_close, assert_close};

fn stored(name: &str) -> Vec<f64> {
    stored_of("signals", name)
}

/// A sum of noise: a steep spectrum.
fn wave() -> Vec<f64> {
    let mut sum = 0.0;
    let walk = |x: &f64| {
        sum += x;
        sum / 100.0
    };
    noise()[..6_000].iter().map(walk).collect()
}

/// Sums over thousands of samples: errors are in proportion to the largest value.
fn check(what: &str, found: &[f64], theirs: &[f64]) {
    let most = theirs.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let near = Tolerance::relative(1e-9).or_absolute(1e-14 * most);
    assert_all_close(what, found, theirs, near);
}

#[test]
fn spectra_and_phases() {
    let (noise, wave) = (noise(), wave());
    let shifted = wave.iter().cycle().skip(wave.len() - 7);
    let other: Vec<f64> = noise[10_000..16_000]
        .iter()
        .zip(shifted)
        .map(|(x, w)| w + x / 10.0)
        .collect();
    let signal = Signal::new(0.0, 0.1, &wave).unwrap();
    let parts = Segments::new(1_000, 400).unwrap();
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
    let theirs = stored("spike_field_frequencies_hz");
    assert_all_close("frequencies", &found.frequencies_hz, &theirs, ROUNDING);
    let coherence: Vec<f64> = found.coherence().into_iter().flatten().collect();
    let theirs = stored("spike_field");
    assert_all_close("coherence", &coherence, &theirs, Tolerance::relative(1e-9));
}

/// Filters whose poles are 2e-2 from the unit circle pass rounding on some hundredfold, twice.
fn check_filtered(what: &str, found: &[f64], theirs: &[f64]) {
    let most = theirs.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let thinned: Vec<f64> = found.iter().copied().step_by(50).collect();
    assert_all_close(what, &thinned, theirs, Tolerance::absolute(1e-10 * most));
}

#[test]
fn tapers_of_slepian() {
    let tapers = signals::slepian_tapers(2_000, 3.0, 5).unwrap();
    let found: Vec<f64> = tapers
        .iter()
        .flat_map(|taper| taper.iter().copied().step_by(100))
        .collect();
    // Both find vectors of a matrix of norm 1e6 whose values are some hundred apart.
    let near = Tolerance::absolute(1e-11);
    assert_all_close("tapers", &found, &stored("slepian"), near);
    let wave = wave();
    let signal = Signal::new(0.0, 0.1, &wave[..2_000]).unwrap();
    let found = signals::multitaper_slepian(signal, 3.0, 5)
        .unwrap()
        .unwrap();
    check(
        "spectrum",
        &found.power[..100],
        &stored("multitaper_slepian"),
    );
}

#[test]
fn bands_envelopes_and_phases() {
    let wave = wave();
    let signal = Signal::new(0.0, 0.1, &wave).unwrap();
    let mut phases = Vec::new();
    for (name, from, to, order) in [("band", 30.0, 80.0, 3), ("wide_band", 50.0, 1_500.0, 2)] {
        let band = Band::new(from, to, order).unwrap();
        let found = signals::band_filter(signal, band).unwrap().unwrap();
        check_filtered(name, &found, &stored(name));
        let found = signals::envelope_in_band(signal, band).unwrap().unwrap();
        check_filtered("envelope", &found, &stored(&format!("{name}_envelope")));
        let found = signals::phase_in_band(signal, band).unwrap().unwrap();
        let theirs = stored(&format!("{name}_phase"));
        for (k, phase) in theirs.iter().enumerate() {
            let off = neuropil_measures::codes::angle_error(found[50 * k], *phase);
            assert!(off.abs() < 1e-8, "{name}, phase {k}: {off:e}");
        }
        phases.push(found);
    }
    let found = signals::phase_locking_value(&phases[0], &phases[1])
        .unwrap()
        .unwrap();
    let near = Tolerance::absolute(1e-10);
    assert_all_close(
        "locking",
        &[found.strength, found.phase],
        &stored("locking"),
        near,
    );
}

#[test]
fn peak_and_its_width() {
    let wave = wave();
    let signal = Signal::new(0.0, 0.1, &wave).unwrap();
    let found = signals::welch(signal, Segments::new(1_000, 400).unwrap()).unwrap();
    let found = signals::peak(&found, 5.0, 500.0).unwrap();
    let found = [found.frequency_hz, found.power, found.width_hz.unwrap()];
    assert_all_close("peak", &found, &stored("peak"), Tolerance::relative(1e-9));
}

/// The signals of the script, one after the other.
fn walks() -> Vec<Vec<f64>> {
    let mut found: Vec<Vec<f64>> = Vec::new();
    for seed in 0..6 {
        let mut sum = 0.0;
        let mut walk: Vec<f64> = Vec::new();
        for x in numbers(200 + seed, 201, 2_000) {
            sum += x - 100.0;
            walk.push(sum / 10.0);
        }
        if let Some(before) = found.last() {
            for (x, y) in walk.iter_mut().zip(before) {
                *x += y / 2.0;
            }
        }
        found.push(walk);
    }
    found
}

#[test]
fn components_and_connectivity() {
    let walks = walks();
    let signals: Vec<Signal<'_>> = walks
        .iter()
        .map(|walk| Signal::new(0.0, 1.0, walk).unwrap())
        .collect();
    let found = signals::principal_components(&signals, 3).unwrap().unwrap();
    check("variances", &found.variances, &stored("variances"));
    check(
        "directions",
        &found.directions.concat(),
        &stored("directions"),
    );
    let components: Vec<f64> = found.project(&signals).unwrap().concat();
    let thinned: Vec<f64> = components.into_iter().step_by(100).collect();
    let near = Tolerance::absolute(1e-9);
    assert_all_close("components", &thinned, &stored("components"), near);
    let found: Vec<f64> = signals::correlation_matrix(&signals)
        .unwrap()
        .into_iter()
        .flatten()
        .collect();
    check("correlations", &found, &stored("correlation_matrix"));
    let windows = Segments::new(400, 200).unwrap();
    let found = signals::windowed_correlation(&signals, windows)
        .unwrap()
        .unwrap();
    let pairs: Vec<f64> = found.pairs.iter().flatten().copied().flatten().collect();
    check("in windows", &pairs, &stored("windowed"));
    let dynamics: Vec<f64> = found.dynamics().unwrap().into_iter().flatten().collect();
    check("dynamics", &dynamics, &stored("dynamics"));
    assert_close("first", dynamics[0], 1.0, Tolerance::EXACT);
}
