//! The order of every method, on problems with a closed form.

#![expect(
    clippy::disallowed_methods,
    reason = "an oracle uses the functions of the standard library"
)]

mod common;

use common::{run_one, trace};
use neuropil_testkit::convergence::{assert_order, halve};
use neuropil_testkit::{Tolerance, assert_close};

/// An equation with a known solution. Time in ms, as in all bodies without units.
struct Problem {
    name: &'static str,
    body: &'static str,
    /// x at `END` ms.
    solution: fn() -> f64,
}

const END: f64 = 2.0;

/// Verhulst's equation: not linear.
fn logistic() -> Problem {
    Problem {
        name: "logistic growth",
        body: "dx/dt = x*(1 - x)\n init x = 0.1",
        solution: || 1.0 / (1.0 + 9.0 * (-END).exp()),
    }
}

/// Lotka's conservative pair in a form with a closed solution: x'' = -x.
fn rotation() -> Problem {
    Problem {
        name: "rotation",
        body: "dx/dt = y\n dy/dt = -x\n init x = 1, y = 0",
        solution: || END.cos(),
    }
}

/// A time in the equation itself is seen at the times of the stages.
fn driven() -> Problem {
    Problem {
        name: "driven relaxation",
        body: "dx/dt = -x + sin(t)\n init x = 0.5",
        solution: || END.sin() / 2.0 - END.cos() / 2.0 + (-END).exp(),
    }
}

/// A rate that another state changes: linear in each state, not in both.
fn coupled() -> Problem {
    Problem {
        name: "coupled decay",
        // y = exp(-t), so x' = -x*y gives x = exp(exp(-t) - 1).
        body: "dx/dt = -x*y\n dy/dt = -y\n init x = 1, y = 1",
        solution: || ((-END).exp() - 1.0).exp(),
    }
}

fn error(problem: &Problem, method: &str, dt: f64) -> f64 {
    let text = format!(
        "npl 1
        neuron P {{ {} }}
        network One {{ p = P\n record p.x every {END} ms }}
        run One for {END} ms with dt = {dt} ms, method = {method}",
        problem.body
    );
    let x = trace(&run_one(&text), "p.x");
    (x[x.len() - 1] - (problem.solution)()).abs()
}

fn order(problem: &Problem, method: &str, largest: f64, stated: f64) {
    let (steps, errors) = halve(largest, 4, |dt| error(problem, method, dt));
    assert_order(
        &format!("{} by {method}", problem.name),
        &steps,
        &errors,
        stated,
    );
}

#[test]
fn euler_has_order_1() {
    for problem in [logistic(), rotation(), driven(), coupled()] {
        order(&problem, "euler", 0.02, 1.0);
    }
}

#[test]
fn midpoint_and_heun_have_order_2() {
    for problem in [logistic(), rotation(), driven(), coupled()] {
        order(&problem, "midpoint", 0.1, 2.0);
        order(&problem, "heun", 0.1, 2.0);
    }
}

#[test]
fn rk4_has_order_4() {
    for problem in [logistic(), rotation(), driven(), coupled()] {
        order(&problem, "rk4", 0.25, 4.0);
    }
}

#[test]
fn exponential_euler_has_order_1_and_is_exact_for_one_linear_equation() {
    order(&coupled(), "exponential_euler", 0.02, 1.0);
    order(&driven(), "exponential_euler", 0.02, 1.0);
    let linear = Problem {
        name: "relaxation",
        body: "dx/dt = (3 - x)/1.7\n init x = -1",
        solution: || 3.0 - 4.0 * (-END / 1.7).exp(),
    };
    for dt in [0.5, 0.125] {
        // Sixteen rounded multiplications and additions of numbers below 4.
        assert_close(
            "one",
            error(&linear, "exponential_euler", dt),
            0.0,
            Tolerance::absolute(1e-14),
        );
    }
}

#[test]
fn exact_leaves_rounding_alone() {
    let damped = Problem {
        name: "damped oscillation",
        // x'' + 2*0.3*x' + x = 0 from x = 1, x' = 0.
        body: "dx/dt = y\n dy/dt = -x - 0.6*y\n init x = 1, y = 0",
        solution: || {
            let w = (1.0_f64 - 0.09).sqrt();
            (-0.3 * END).exp() * ((w * END).cos() + 0.3 / w * (w * END).sin())
        },
    };
    let defective = Problem {
        name: "equal time constants",
        // y = exp(-t), x' = y - x gives t*exp(-t).
        body: "dx/dt = y - x\n dy/dt = -y\n init x = 0, y = 1",
        solution: || END * (-END).exp(),
    };
    for problem in [rotation(), damped, defective] {
        for dt in [1.0, 0.25, 0.0625] {
            // At most 32 steps; the matrix exponential is good to a few units in the last place.
            let error = error(&problem, "exact", dt);
            assert_close(problem.name, error, 0.0, Tolerance::absolute(1e-13));
        }
    }
}

#[test]
fn a_synapse_at_the_target_is_integrated_with_its_neuron() {
    // V' = (s - V)/20, s' = -s/5 from s = 1: 5/15*(exp(-t/20) - exp(-t/5)), with a spike at t = 1 ms.
    let run = |dt: f64, method: &str| {
        let text = format!(
            "npl 1
            neuron Once {{ dx/dt = 1\n init x = 0 ms\n spike when x >= 1 ms - 0.001 ms rising }}
            neuron Cell {{
                input I : mV
                param tau = 20 ms
                tau*dV/dt = I - V
                init V = 0 mV
            }}
            synapse S {{
                param tau = 5 ms
                weight w : mV
                ds/dt = -s/tau
                on pre {{ s += w }}
                post.I += s
            }}
            network N {{
                a = Once
                b = Cell
                a -> b : S weight 1 mV connect all_to_all
                record b.V every 1 ms
            }}
            run N for 11 ms with dt = {dt} ms, method = {method}"
        );
        let v = trace(&run_one(&text), "b.V");
        let exact = ((-0.5_f64).exp() - (-2.0_f64).exp()) / 3.0;
        (v[11] - exact).abs()
    };
    assert_close("exact", run(0.5, "exact"), 0.0, Tolerance::absolute(1e-14));
    for (method, stated, largest) in [
        ("euler", 1.0, 0.1),
        ("exponential_euler", 1.0, 0.1),
        ("heun", 2.0, 0.5),
        ("rk4", 4.0, 1.0),
    ] {
        let (steps, errors) = halve(largest, 4, |dt| run(dt, method));
        assert_order(&format!("synapse by {method}"), &steps, &errors, stated);
    }
}

#[test]
fn a_drive_from_outside_is_constant_over_the_step() {
    // x' = I with I = cos(t) read at the beginning of each step: a left Riemann sum, order 1 whatever
    // the method; for dt = 1 ms its value is 1 + cos(1).
    let run = |dt: f64| {
        let text = format!(
            "npl 1
            neuron P {{ input I\n dx/dt = I\n init x = 0 }}
            network N {{ p = P {{ I += cos(t) }}\n record p.x }}
            run N for 2 ms with dt = {dt} ms, method = rk4"
        );
        let x = trace(&run_one(&text), "p.x");
        x[x.len() - 1]
    };
    assert_close(
        "two steps",
        run(1.0),
        1.0 + 1.0_f64.cos(),
        Tolerance::absolute(1e-14),
    );
    let (steps, errors) = halve(0.1, 4, |dt| (run(dt) - END.sin()).abs());
    assert_order("a drive from outside", &steps, &errors, 1.0);
}

#[test]
fn white_noise_has_its_stationary_deviation() {
    // Euler-Maruyama of tau*dx = -x dt + sigma*sqrt(2*tau) dW has variance sigma^2/(1 - dt/(2*tau)).
    let text = "npl 1
        neuron OU {
            param tau = 10 ms, sigma = 2 mV
            tau*dV/dt = -V + sigma*sqrt(2*tau)*xi
            init V = normal(0 mV, sigma)
        }
        network N { cells = OU[2000]\n record cells.V every 50 ms }
        run N for 2 s with dt = 2 ms, method = euler, seed = 7";
    let results = run_one(text);
    let trace = results.trace("cells.V").expect("recorded");
    let skipped = &trace.values[2 * trace.width..];
    let n = skipped.len() as f64;
    let mean = skipped.iter().sum::<f64>() / n;
    let variance = skipped.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    let exact = 4.0 / (1.0 - 2.0 / 20.0);
    // 78,000 samples, five time constants apart: sd of the variance is sqrt(2/n) = 0.5 %; five of them.
    assert_close("variance", variance, exact, Tolerance::relative(0.026));
    assert_close(
        "mean",
        mean,
        0.0,
        Tolerance::absolute(5.0 * (exact / n).sqrt()),
    );
}
