//! Single neurons of the library against the reference runs in `golden/neurons`.
//!
//! The references were integrated to 1e-9 and better by other programs (see `golden/README.md`) and are
//! printed with ten digits, so an error below about 1e-8 says nothing. A method of order p must
//! lose a factor 2^p of its error when dt is halved. Spikes are found on the grid, so their times
//! converge with order 1 whatever the method: late by up to dt at a crossing, and by up to a few dt
//! for every spike before where each one resets the neuron.

#![expect(
    clippy::disallowed_methods,
    reason = "an oracle uses the functions of the standard library"
)]

mod common;

use common::{run_one, spikes, trace};
use neuropil_testkit::convergence::{assert_order, halve};
use neuropil_testkit::golden::NeuronCase;
use neuropil_testkit::{Tolerance, assert_close};

/// The references are printed with ten digits of numbers up to 100 mV, and good to about as much.
const DIGITS: f64 = 3e-8;

/// What thousands of steps may round, in mV.
const ROUNDING: f64 = 1e-11;

/// A reference run and the library model that it belongs to.
struct Case {
    golden: &'static str,
    /// The population as a text of the language.
    population: String,
    /// The largest step of the convergence test of `rk4`, in ms; other methods begin with half of it.
    dt: f64,
    /// The end of the convergence test, in ms: before the first reset, and before an upstroke.
    end: f64,
}

fn case(golden: &'static str, population: &str, dt: f64, end: f64) -> Case {
    Case {
        golden,
        population: population.to_owned(),
        dt,
        end,
    }
}

fn smooth() -> Vec<Case> {
    vec![
        case(
            "hh_squid_step10",
            "HodgkinHuxley { I += 10 uA/cm^2 }",
            0.1,
            1.5,
        ),
        case(
            "hh_squid_step5_single_spike",
            "HodgkinHuxley { I += 5 uA/cm^2 }",
            0.05,
            2.0,
        ),
        case(
            "fhn_I0p8",
            "FitzHughNagumo { I += 0.8; init V = -1, w = -0.5 }",
            0.2,
            30.0,
        ),
        case(
            "ml_hopf_I100",
            "MorrisLecar { I += 100 uA/cm^2; init V = -26.6 mV, w = 0.13 }",
            1.0,
            24.0,
        ),
        case(
            "ml_snic_I45",
            "MorrisLecarSNIC { I += 45 uA/cm^2; init V = -40 mV, w = 0.01 }",
            2.0,
            30.0,
        ),
    ]
}

/// Models that a spike resets; tested up to 60 % of the way to the first spike.
fn resetting() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        ("adex_tonic", "AdExTonic", 500),
        ("adex_adapting", "AdExAdapting", 500),
        ("adex_initial_burst", "AdExInitialBurst", 400),
        ("adex_regular_bursting", "AdExRegularBursting", 210),
        ("adex_delayed_accelerating", "AdExDelayedAccelerating", 300),
        ("adex_transient", "AdExTransient", 180),
    ]
    .into_iter()
    .map(|(golden, model, current)| {
        let first = reference(golden).spike_times_ms[0];
        case(
            golden,
            &format!("{model} {{ I += {current} pA }}"),
            0.25,
            0.6 * first,
        )
    })
    .collect();
    for golden in [
        "izh_A_tonic_spiking",
        "izh_B_phasic_spiking",
        "izh_C_tonic_bursting",
        "izh_D_phasic_bursting",
        "izh_E_mixed_mode",
        "izh_F_spike_freq_adaptation",
    ] {
        let it = reference(golden);
        let number = |name: &str| it.number(name).expect("a number");
        let (v, u) = (number("params.v0"), number("params.u0"));
        let on = number("input.on_ms");
        let population = format!(
            "Izhikevich {{ a = {}; b = {}; c = {}; d = {}; init V = {v}, u = {u}; I += {}*pulse(t, {on}, 100000) }}",
            number("params.a"),
            number("params.b"),
            number("params.c"),
            number("params.d"),
            number("input.I"),
        );
        let end = on + 0.6 * (it.spike_times_ms[0] - on);
        cases.push(case(golden, &population, 0.1, end));
    }
    cases
}

fn reference(golden: &str) -> NeuronCase {
    NeuronCase::read(golden).expect("the reference is there")
}

fn text(population: &str, end: f64, dt: f64, method: &str) -> String {
    format!(
        "npl 1
        network One {{ cell = {population}\n record cell.V, cell.spike }}
        run One for {end} ms with dt = {dt} ms, method = {method}"
    )
}

/// The voltage at the multiples of `case.dt` up to the end of the case.
fn voltages(case: &Case, dt: f64, method: &str) -> Vec<f64> {
    let samples = (case.end / case.dt + 1e-9).floor();
    let end = samples * case.dt;
    let found = trace(&run_one(&text(&case.population, end, dt, method)), "cell.V");
    let stride = (case.dt / dt).round() as usize;
    (0..=samples as usize).map(|k| found[k * stride]).collect()
}

/// The reference at the same times; `None` where it has no sample.
fn references(case: &Case) -> Vec<Option<f64>> {
    let it = reference(case.golden);
    let (times, values) = (&it.trace.data[0], &it.trace.data[1]);
    let at = |time: f64| {
        times
            .iter()
            .position(|t| (t - time).abs() < 1e-6)
            .map(|k| values[k])
    };
    let samples = (case.end / case.dt + 1e-9).floor() as usize;
    let found: Vec<_> = (0..=samples).map(|k| at(k as f64 * case.dt)).collect();
    let known = found.iter().flatten().count();
    assert!(known >= 6, "{}: {known} samples", case.golden);
    found
}

fn largest(found: &[f64], expected: &[Option<f64>]) -> f64 {
    let pairs = found.iter().zip(expected);
    let differences = pairs.filter_map(|(a, b)| b.map(|b| (a - b).abs()));
    differences.fold(0.0, f64::max)
}

/// The error falls with the order of the method.
fn converges(case: &Case, method: &str, order: f64) {
    let what = format!("{} by {method}", case.golden);
    let expected = references(case);
    let (steps, errors) = if method == "rk4" {
        // A fine run agrees with the reference to its digits; beyond them it is the finer ruler.
        let fine = voltages(case, case.dt / 32.0, method);
        let off = largest(&fine, &expected);
        assert!(off < DIGITS, "{what}: {off} off the reference");
        let fine: Vec<_> = fine.into_iter().map(Some).collect();
        let (mut steps, mut errors) =
            halve(case.dt, 3, |dt| largest(&voltages(case, dt, method), &fine));
        // Slow approaches meet the rounding of the fine run after one halving.
        if errors[2] < ROUNDING {
            steps.truncate(2);
            errors.truncate(2);
        }
        (steps, errors)
    } else {
        halve(case.dt / 2.0, 4, |dt| {
            largest(&voltages(case, dt, method), &expected)
        })
    };
    assert_order(&what, &steps, &errors, order);
}

#[test]
fn smooth_models_converge_with_the_order_of_the_method() {
    for case in smooth() {
        converges(&case, "exponential_euler", 1.0);
        converges(&case, "euler", 1.0);
        converges(&case, "midpoint", 2.0);
        converges(&case, "heun", 2.0);
        converges(&case, "rk4", 4.0);
    }
}

#[test]
fn resetting_models_converge_up_to_their_first_reset() {
    for case in resetting() {
        converges(&case, "euler", 1.0);
        converges(&case, "midpoint", 2.0);
        converges(&case, "heun", 2.0);
        converges(&case, "rk4", 4.0);
    }
}

#[test]
fn crossings_are_late_by_at_most_a_step() {
    // `spike when V > 0 mV rising` nowhere resets, so that errors do not add up.
    for case in smooth()
        .iter()
        .filter(|case| !case.golden.starts_with("fhn"))
    {
        let it = reference(case.golden);
        for dt in [0.025, 0.0125] {
            let end = it.trace.data[0].last().copied().unwrap_or(0.0).min(200.0);
            let found = spikes(
                &run_one(&text(&case.population, end, dt, "rk4")),
                "cell.spike",
                0,
            );
            let expected: Vec<f64> = it
                .spike_times_ms
                .iter()
                .copied()
                .filter(|&time| time < end - 1.0)
                .collect();
            assert!(found.len() >= expected.len(), "{}: {found:?}", case.golden);
            for (found, expected) in found.iter().zip(&expected) {
                let late = found - expected;
                // 1 us is the error of `rk4` itself at these steps.
                assert!(
                    (-1e-3..dt + 1e-3).contains(&late),
                    "{} {dt}: {late}",
                    case.golden
                );
            }
        }
    }
}

#[test]
fn the_oscillator_keeps_its_time() {
    // The reference of this one counts crossings of 0.5; they are interpolated from the trace here.
    let it = reference("fhn_I0p8");
    let dt = 0.05;
    let v = trace(
        &run_one(&text(&smooth()[2].population, 200.0, dt, "rk4")),
        "cell.V",
    );
    let crossings: Vec<f64> = v
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[0] < 0.5 && pair[1] >= 0.5)
        .map(|(k, pair)| (k as f64 + (0.5 - pair[0]) / (pair[1] - pair[0])) * dt)
        .collect();
    assert_eq!(crossings.len(), it.spike_times_ms.len());
    for (found, expected) in crossings.iter().zip(&it.spike_times_ms) {
        // Linear interpolation errs by dt^2/8 of V''/V', about 1e-4 ms here.
        assert_close("crossing", *found, *expected, Tolerance::absolute(1e-3));
    }
}

#[test]
fn spike_times_after_resets_converge_with_order_one() {
    let cases = resetting();
    let (steps, errors) = halve(0.05, 4, |dt| {
        let mut sum = 0.0;
        for case in &cases {
            let it = reference(case.golden);
            let count = it.spike_times_ms.len().min(8);
            let end = it.spike_times_ms[count - 1] + 2.0;
            let found = spikes(
                &run_one(&text(&case.population, end, dt, "rk4")),
                "cell.spike",
                0,
            );
            assert!(found.len() >= count, "{} at {dt}: {found:?}", case.golden);
            let late: Vec<f64> = found
                .iter()
                .zip(&it.spike_times_ms)
                .take(count)
                .map(|(a, b)| a - b)
                .collect();
            for (k, late) in late.iter().enumerate() {
                // Each spike is found late by up to a step and moves those after it, by up to five
                // steps at the end of a burst.
                let most = 5.0 * dt * (k as f64 + 1.0);
                assert!(
                    (-1e-3..most).contains(late),
                    "{} spike {k}: {late}",
                    case.golden
                );
            }
            sum += late.iter().map(|x| x.abs()).sum::<f64>() / count as f64;
        }
        // The errors of single trains are saw teeth in dt; their mean over twelve trains is smooth.
        sum / cases.len() as f64
    });
    assert_order("spike times after resets", &steps, &errors, 1.0);
}

/// The LIF of the reference: exact below threshold.
fn lif(current_na: f64, dt: f64, end: f64) -> String {
    format!(
        "npl 1
        network One {{
            cell = LIF {{
                tau = 20 ms; R = 100 MOhm; V_rest = -70 mV; V_reset = -60 mV; V_th = -50 mV; t_ref = 2 ms
                I += {current_na} nA
            }}
            record cell.V, cell.spike
        }}
        run One for {end} ms with dt = {dt} ms"
    )
}

#[test]
fn the_leaky_neuron_is_exact_below_threshold() {
    for (golden, current, until) in [("lif_sub", 0.19, 1e9), ("lif_step", 0.25, 32.0)] {
        let it = reference(golden);
        let end = it.trace.data[0].last().copied().unwrap_or(0.0);
        for dt in [0.1, 0.05] {
            let found = trace(&run_one(&lif(current, dt, end)), "cell.V");
            for (k, &v) in found.iter().enumerate() {
                let t = k as f64 * dt;
                if t < until {
                    // Thousands of multiplications by exp(-dt/tau), each rounded once.
                    let exact = -70.0 + 100.0 * current * (1.0 - (-t / 20.0_f64).exp());
                    assert_close(golden, v, exact, Tolerance::absolute(1e-11));
                }
            }
            for (time, value) in it.trace.data[0].iter().zip(&it.trace.data[1]) {
                if *time < until {
                    let sample = found[(time / dt).round() as usize];
                    // The digits of the file.
                    assert_close(golden, sample, *value, Tolerance::absolute(1e-8));
                }
            }
        }
    }
}

#[test]
fn the_leaky_neuron_spikes_at_the_next_step_and_late_by_a_step_an_interval() {
    let it = reference("lif_step");
    for dt in [0.1, 0.05, 0.025, 0.0125] {
        let found = spikes(&run_one(&lif(0.25, dt, 200.0 + 8.0 * dt)), "cell.spike", 0);
        assert!(found.len() >= it.spike_times_ms.len(), "{found:?}");
        let first = (it.spike_times_ms[0] / dt).ceil() * dt;
        assert_close("first spike", found[0], first, Tolerance::absolute(1e-9));
        for (k, (found, exact)) in found.iter().zip(&it.spike_times_ms).enumerate() {
            let late = found - exact;
            let most = dt * (k as f64 + 1.0) + 1e-9;
            assert!((0.0..=most).contains(&late), "dt {dt}, spike {k}: {late}");
        }
    }
}
