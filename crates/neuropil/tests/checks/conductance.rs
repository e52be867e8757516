//! Conductance-based neurons: the squid axon and the cell of Traub and Miles.

use neuropil_testkit::{Tolerance, assert_close};

use crate::common::{expect_all, run_one, spikes, trace};
use crate::{steady_rate, trains};

#[test]
fn rates_of_the_squid_axon() {
    // A step from rest, to 0.5 %; some currents give a few spikes and rest again.
    let steps = [2.2, 2.3, 6.0, 6.2, 6.3, 7.0, 10.0, 20.0, 50.0];
    let populations: Vec<String> = steps
        .iter()
        .map(|i| format!("HodgkinHuxley {{ I += {i} uA/cm^2*pulse(t, 200 ms, 5 s) }}"))
        .collect();
    let trains = trains(&populations, 700.0, 0.01, "rk4");
    let counts: Vec<usize> = trains.iter().take(4).map(Vec::len).collect();
    assert_eq!(counts, [0, 1, 2, 3]);
    for (train, rate) in trains[4..].iter().zip([52.4, 58.3, 68.32, 86.47, 117.0]) {
        assert_close("rate", steady_rate(train), rate, Tolerance::relative(0.005));
    }
    // The first spike at 10 uA/cm^2 crosses 0 mV 1.91 ms after the step.
    assert_close("first", trains[6][0], 201.91, Tolerance::absolute(0.02));
}

#[test]
fn the_squid_axon_is_faster_when_warm() {
    // 18.5 degC: to 1 %; at 50 uA/cm^2 two spikes and a block.
    let populations: Vec<String> = [10, 20, 30, 50]
        .iter()
        .map(|i| format!("HodgkinHuxley {{ T = 18.5 degC; I += {i} uA/cm^2 }}"))
        .collect();
    let trains = trains(&populations, 300.0, 0.01, "rk4");
    for (train, rate) in trains.iter().zip([188.6, 254.0, 295.1]) {
        assert_close("rate", steady_rate(train), rate, Tolerance::relative(0.01));
    }
    assert_eq!(trains[3].len(), 2);
}

#[test]
fn rest_gates_and_peaks_of_the_squid_axon() {
    expect_all(
        "squid",
        "npl 1
        network N {
            cell = HodgkinHuxley
            driven = HodgkinHuxley { I += 10 uA/cm^2*pulse(t, 200 ms, 1 s) }
            release = HodgkinHuxley { I += -10 uA/cm^2*pulse(t, 200 ms, 50 ms) }
            record cell.V, cell.m, cell.h, cell.n, driven.V, release.V, release.spike
        }
        run N for 300 ms with dt = 0.01 ms, method = rk4
        expect at(cell.m, 0 ms) in 0.052931 .. 0.052933, at(cell.h, 0 ms) in 0.596120 .. 0.596122
        expect at(cell.n, 0 ms) in 0.317676 .. 0.317678, at(cell.V, 200 ms) in -64.9966 mV .. -64.9962 mV
        expect max(driven.V) in 40.1 mV .. 40.5 mV
        # Anode break: one spike 5.7 ms after the release, with its peak at 46.8 mV.
        expect count(release.spike, 0 ms .. 300 ms) == 1, time(release.spike, 0) in 255.6 ms .. 255.8 ms
        expect max(release.V) in 46.6 mV .. 47.0 mV",
    );
}

/// The largest and the smallest sample between two times of a trace that begins at 0.
fn range(samples: &[f64], from: f64, to: f64, dt: f64) -> (f64, f64) {
    let place = |time: f64| (time / dt).round() as usize;
    let part = samples[place(from)..=place(to)].iter().copied();
    let least = part.clone().fold(f64::INFINITY, f64::min);
    (least, part.fold(f64::NEG_INFINITY, f64::max))
}

#[test]
fn peaks_of_the_warm_squid_axon() {
    // 18.5 degC, computed with the fourth-order method, told to 0.5 mV: the first spike, then the settled
    // cycle, which is reached long before 200 ms.
    let table = [(10, 26.1, 13.7), (20, 30.4, 12.4), (30, 32.3, 7.4)];
    for (i, first, settled) in table {
        let text = format!(
            "npl 1
            network N {{ cell = HodgkinHuxley {{ T = 18.5 degC; I += {i} uA/cm^2 }}\n record cell.V, cell.spike }}
            run N for 300 ms with dt = 0.01 ms, method = rk4"
        );
        let results = run_one(&text);
        let v = trace(&results, "cell.V");
        let second = spikes(&results, "cell.spike", 0)[1];
        let near = Tolerance::absolute(0.5);
        let (_, peak) = range(&v, 0.0, second, 0.01);
        assert_close(&format!("first peak at {i}"), peak, first, near);
        let (_, peak) = range(&v, 200.0, 300.0, 0.01);
        assert_close(&format!("settled peak at {i}"), peak, settled, near);
    }
}

#[test]
fn the_squid_axon_is_blocked_by_strong_currents() {
    // Computed with the fourth-order method from rest, given to the digits of the bounds below: at 100 uA/cm^2
    // one spike, then a small oscillation from -60.5 to -20 mV; at 160 the potential stands still at -42.76 mV.
    let text = "npl 1
        network N {
            strong = HodgkinHuxley { I += 100 uA/cm^2 }
            stronger = HodgkinHuxley { I += 160 uA/cm^2 }
            record strong.V, strong.spike, stronger.V, stronger.spike
        }
        run N for 400 ms with dt = 0.01 ms, method = rk4
        # The spike rises through 0 mV once.
        expect count(strong.spike, 0 ms .. 400 ms) == 1, count(stronger.spike, 0 ms .. 400 ms) == 1
        expect at(stronger.V, 400 ms) in -42.765 mV .. -42.755 mV";
    expect_all("block", text);
    let results = run_one(text);
    let (least, most) = range(&trace(&results, "strong.V"), 300.0, 400.0, 0.01);
    assert_close("trough", least, -60.5, Tolerance::absolute(0.05));
    assert_close("crest", most, -20.0, Tolerance::absolute(0.5));
    // The block is a point, not an oscillation: the last 20 ms move by less than the last digit.
    let (least, most) = range(&trace(&results, "stronger.V"), 380.0, 400.0, 0.01);
    assert!(most - least < 0.005, "{least} .. {most}");
}

#[test]
fn thresholds_of_the_squid_axon_for_short_pulses() {
    // 0.5 ms: 13.27, 1 ms: 6.915 uA/cm^2, to 1 %.
    for (threshold, length) in [(13.27, 0.5), (6.915, 1.0)] {
        let pulse = |factor: f64| {
            let i = threshold * factor;
            format!("HodgkinHuxley {{ I += {i} uA/cm^2*pulse(t, 200 ms, {length} ms) }}")
        };
        let trains = trains(&[pulse(0.99), pulse(1.01)], 250.0, 0.01, "rk4");
        assert_eq!([trains[0].len(), trains[1].len()], [0, 1], "{length} ms");
    }
}

#[test]
fn currents_of_the_squid_axon_in_voltage_clamp() {
    // From -65 mV with steady gates to V: peak sodium current and its time, steady potassium current.
    let table = [
        (-40.0, -415.95, 1.405, 282.45),
        (-20.0, -1237.8, 0.881, 998.38),
        (0.0, -1456.8, 0.618, 1890.3),
        (20.0, -1114.8, 0.480, 2791.5),
        (80.0, 1469.3, 0.296, 5322.8),
    ];
    for (v, peak, time, potassium) in table {
        let text = format!(
            "npl 1
            neuron Clamped {{
                param V = {v} mV, V_0 = -65 mV, g_Na = 120 mS/cm^2, g_K = 36 mS/cm^2
                dm/dt = (am(V)*(1 - m) - bm(V)*m)/(1 ms)
                dh/dt = (ah(V)*(1 - h) - bh(V)*h)/(1 ms)
                dn/dt = (an(V)*(1 - n) - bn(V)*n)/(1 ms)
                fn am(v) = linexp((v + 40 mV)/(10 mV))
                fn bm(v) = 4*exp(-(v + 65 mV)/(18 mV))
                fn ah(v) = 0.07*exp(-(v + 65 mV)/(20 mV))
                fn bh(v) = 1/(1 + exp(-(v + 35 mV)/(10 mV)))
                fn an(v) = 0.1*linexp((v + 55 mV)/(10 mV))
                fn bn(v) = 0.125*exp(-(v + 65 mV)/(80 mV))
                init m = am(V_0)/(am(V_0) + bm(V_0)), h = ah(V_0)/(ah(V_0) + bh(V_0)), n = an(V_0)/(an(V_0) + bn(V_0))
                I_Na = g_Na*m^3*h*(V - 50 mV)/(1 uA/cm^2)
                I_K = g_K*n^4*(V + 77 mV)/(1 uA/cm^2)
            }}
            network N {{ cell = Clamped\n record I_Na = mean(cell.I_Na), I_K = mean(cell.I_K) }}
            run N for 100 ms with dt = 0.001 ms"
        );
        let results = run_one(&text);
        let sodium = results.trace("I_Na").expect("recorded");
        let (at, found) = sodium
            .values
            .iter()
            .enumerate()
            .fold((0, 0.0_f64), |best, (k, &x)| {
                if x.abs() > best.1.abs() { (k, x) } else { best }
            });
        assert_close(
            "peak of the sodium current",
            found,
            peak,
            Tolerance::relative(1e-4),
        );
        assert_close(
            "its time",
            at as f64 * 0.001,
            time,
            Tolerance::absolute(0.002),
        );
        let steady = *trace(&results, "I_K").last().expect("samples");
        assert_close(
            "potassium current",
            steady,
            potassium,
            Tolerance::relative(1e-4),
        );
    }
}

#[test]
fn exponential_euler_slows_the_squid_axon_as_computed() {
    // Not staggered: 67.99, 67.65, 66.66, 65.05 Hz against 68.32; at 0.1 ms the firing at 6.3 uA/cm^2 stops.
    for (dt, rate) in [(0.01, 67.99), (0.02, 67.65), (0.05, 66.66), (0.1, 65.05)] {
        let populations = [
            "HodgkinHuxley { I += 10 uA/cm^2 }",
            "HodgkinHuxley { I += 6.3 uA/cm^2*pulse(t, 200 ms, 5 s) }",
        ];
        let trains = trains(
            &populations.map(str::to_owned),
            1000.0,
            dt,
            "exponential_euler",
        );
        // A mean over ten intervals of a grid is good to a tenth of a step.
        let tolerance = Tolerance::relative(0.001 + 0.1 * dt / 15.0);
        assert_close("rate", steady_rate(&trains[0]), rate, tolerance);
        let last = trains[1].last().copied().unwrap_or(0.0);
        assert_eq!(last < 500.0, dt == 0.1, "{dt}: last spike at {last}");
    }
}

#[test]
fn rates_of_the_traub_miles_cell() {
    // To 1 %; it fires by itself.
    let table = [
        (0.0, 13.86),
        (0.1, 18.06),
        (0.5, 31.59),
        (1.0, 45.96),
        (2.0, 71.25),
        (5.0, 132.85),
    ];
    let populations: Vec<String> = table
        .iter()
        .map(|(i, _)| format!("TraubMiles {{ I += {i} uA/cm^2 }}"))
        .collect();
    for (train, (i, rate)) in trains(&populations, 600.0, 0.01, "rk4").iter().zip(table) {
        assert_close(
            &format!("{i}"),
            steady_rate(train),
            rate,
            Tolerance::relative(0.01),
        );
    }
}

#[test]
fn peaks_of_the_traub_miles_cell() {
    // Computed with the fourth-order method: 48.1 mV at 1 uA/cm^2, to half a unit of the last digit.
    let text = "npl 1
        network N { cell = TraubMiles { I += 1 uA/cm^2 }\n record cell.V }
        run N for 200 ms with dt = 0.01 ms, method = rk4
        expect max(cell.V) in 48.05 mV .. 48.15 mV";
    expect_all("peak", text);
}
