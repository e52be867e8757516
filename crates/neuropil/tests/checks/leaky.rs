//! Leaky integrate-and-fire: closed forms, the grid, and white noise.

use std::f64::consts::PI;

use neuropil_testkit::{Tolerance, assert_close};

use crate::common::{expect_all, run_one, trace};
use crate::{intervals, trains};

#[test]
fn a_leaky_membrane_charges_exponentially() {
    // Closed form: 1 - exp(-t/tau).
    expect_all(
        "charging",
        "npl 1
        network N { cell = LIF { V_th = 1000 mV; I += 1 nA }\n record cell.V }
        run N for 50 ms with dt = 0.1 ms
        expect at(cell.V, 10 ms) in 0.632120558828 mV .. 0.632120558829 mV
        expect at(cell.V, 50 ms) in 0.993262053000 mV .. 0.993262053001 mV",
    );
}

#[test]
fn a_leaky_membrane_filters_sines() {
    // Closed form: 1/sqrt(1 + (2*pi*f*tau)^2).
    for (period, exact) in [(100.0, 0.84673), (10.0, 0.15718)] {
        let f = 1.0 / period;
        assert_close(
            "the published amplitude",
            1.0 / (1.0 + (2.0 * PI * f * 10.0_f64).powi(2)).sqrt(),
            exact,
            Tolerance::absolute(1e-5),
        );
        let text = format!(
            "npl 1
            network N {{ cell = LIF {{ V_th = 1000 mV; I += 1 nA*sin(2*pi*t/({period} ms)) }}\n record cell.V }}
            run N for 400 ms with dt = 0.01 ms"
        );
        let v = trace(&run_one(&text), "cell.V");
        let late = v[30_000..]
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        assert_close("amplitude", late, exact, Tolerance::absolute(1e-3));
    }
}

#[test]
fn rates_of_the_leaky_neuron() {
    // Closed form: 1/(t_ref + tau*ln(RI/(RI - V_th))). A grid lengthens an interval by less than a step.
    let dt = 0.01;
    for t_ref in [0.0, 5.0] {
        for drive in [20.5, 21.0, 25.0, 30.0, 40.0_f64] {
            let exact = t_ref + 10.0 * (drive / (drive - 20.0)).ln();
            let population = format!("LIF {{ t_ref = {t_ref} ms; I += {drive} nA }}");
            let train = &trains(&[population], 500.0, dt, "exact")[0];
            for interval in intervals(train) {
                let longer = interval - exact;
                assert!(
                    (-1e-9..dt + 1e-9).contains(&longer),
                    "{drive} {t_ref}: {longer}"
                );
            }
            assert!(train.len() > 5);
        }
    }
    // At the rheobase the threshold is approached and never passed.
    let silent = &trains(&["LIF { I += 20 nA }".to_owned()], 1000.0, 0.1, "exact")[0];
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn spikes_of_the_leaky_neuron_on_the_grid() {
    for method in ["exact", "exponential_euler", "euler"] {
        let populations = ["LIF { t_ref = 0 ms; I += 25 nA }", "LIF { I += 25 nA }"];
        let trains = trains(&populations.map(str::to_owned), 1000.0, 0.1, method);
        for (train, (count, interval)) in trains.iter().zip([(62, 16.1), (47, 21.1)]) {
            assert_eq!(train.len(), count, "{method}");
            assert_close("first", train[0], 16.1, Tolerance::absolute(1e-9));
            for found in intervals(train) {
                assert_close("interval", found, interval, Tolerance::absolute(1e-9));
            }
        }
    }
}

#[test]
fn forward_euler_errs_as_computed() {
    // Closed form: 25*(1/e - 0.99^100) = 0.0462 mV at 10 ms.
    let v = |method: &str| {
        let text = format!(
            "npl 1
            network N {{ cell = LIF {{ I += 25 nA }}\n record cell.V }}
            run N for 10 ms with dt = 0.1 ms, method = {method}"
        );
        trace(&run_one(&text), "cell.V")[100]
    };
    let exact = 25.0 * (1.0 - (-1.0_f64).exp());
    let expected = 25.0 * ((-1.0_f64).exp() - 0.99_f64.powi(100));
    assert_close(
        "euler",
        (v("euler") - exact).abs(),
        expected,
        Tolerance::absolute(1e-11),
    );
    for method in ["exponential_euler", "exact"] {
        assert_close(method, v(method), exact, Tolerance::absolute(1e-12));
    }
}

#[test]
fn white_noise_makes_the_leaky_neuron_fire_as_siegert_says() {
    // mu = 15, sigma = 5 mV: 9.4608 Hz in continuous time, 8.79 Hz on a grid of 0.1 ms, where crossings between
    // grid points are missed (Siegert's formula with the threshold raised by 0.5826*sigma*sqrt(dt/tau) gives 8.82).
    let text = "npl 1
        neuron Noisy {
            param tau = 20 ms, mu = 15 mV, sigma = 5 mV, V_th = 20 mV, V_reset = 10 mV
            tau*dV/dt = mu - V + sigma*sqrt(tau)*xi
            init V = V_reset
            spike when V >= V_th { V = V_reset } refractory 2 ms holding V
        }
        network N { cells = Noisy[2000]\n record cells.spike }
        run N for 1100 ms with dt = 0.1 ms, seed = 4";
    let results = run_one(text);
    let raster = results.raster("cells.spike").expect("recorded");
    let count = raster.times.iter().filter(|&&time| time > 100.0).count() as f64;
    // 2000 s: 17,600 spikes; the deviation of the rate is below sqrt(17,600)/2000 = 0.066 Hz, times 4.5.
    assert_close("rate", count / 2000.0, 8.80, Tolerance::absolute(0.3));
}
