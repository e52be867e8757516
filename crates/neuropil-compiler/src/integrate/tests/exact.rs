//! Exact integration against closed forms and quadrature.

use neuropil_ir::graph::NodeId;

use super::runner::{Model, Runner, close};
use crate::integrate::Method;
use crate::integrate::divided::difference;
use crate::lower::evaluate;

/// A membrane that chains of decaying synapses drive: `dV = (E - V)/tau + g`, `dg = -g/tau_g + x`,
/// `dx = -x/tau_x`.
fn chain(tau: f64, tau_g: f64, tau_x: f64) -> Model {
    let mut model = Model::new();
    let (v, g, x) = (model.state("V"), model.state("g"), model.state("x"));
    let rest = model.parameter("E", -49.0);
    let tau = model.parameter("tau", tau);
    let tau_g = model.parameter("tau_g", tau_g);
    let tau_x = model.parameter("tau_x", tau_x);
    let zero = model.number(0.0);
    let dv = model.relax(v, rest, tau);
    model.equations[0].rhs = model.add(dv, g);
    let dg = model.relax(g, zero, tau_g);
    model.equations[1].rhs = model.add(dg, x);
    model.equations[2].rhs = model.relax(x, zero, tau_x);
    model
}

#[test]
fn leaky_integrator() {
    let mut model = Model::new();
    let v = model.state("V");
    let (tau, goal) = (model.parameter("tau", 20.0), model.input("goal", -49.0));
    model.equations[0].rhs = model.relax(v, goal, tau);
    for dt in [0.1, 1.0, 30.0] {
        let found = model.run(Method::Exact, dt, 1, &[-60.0])[0];
        // A handful of roundings of half a unit in the last place.
        close(found, -49.0 - 11.0 * (-dt / 20.0_f64).exp(), 1e-15);
    }
    // The state is loaded, the input is loaded, and two operations remain.
    let runner = Runner::new(&mut model, Method::Exact, 0.1);
    assert_eq!(
        runner.kernel.kernel.ops.len(),
        6,
        "{:?}",
        runner.kernel.kernel.ops
    );
}

#[test]
fn a_constant_rate_and_no_rate() {
    let mut model = Model::new();
    let _ = (model.state("x"), model.state("y"));
    model.equations[0].rhs = model.number(3.0);
    assert_eq!(model.run(Method::Exact, 0.5, 1, &[1.0, 7.0]), [2.5, 7.0]);
}

#[test]
fn alpha_function_has_equal_rates() {
    // g(t) = x0 t e^{-t/tau}
    for dt in [0.1, 2.0, 40.0] {
        let mut model = chain(20.0, 5.0, 5.0);
        let found = model.run(Method::Exact, dt, 1, &[0.0, 0.0, 2.0]);
        // The exponent -dt/tau is rounded: its error grows with its magnitude, here up to 8.
        close(found[1], 2.0 * dt * (-dt / 5.0_f64).exp(), 1e-14);
        close(found[2], 2.0 * (-dt / 5.0_f64).exp(), 1e-14);
    }
}

#[test]
fn exponential_synapses_drive_a_membrane() {
    // The CUBA triple: tau dV = (E - V) + ge + gi.
    let mut model = Model::new();
    let (v, ge, gi) = (model.state("V"), model.state("ge"), model.state("gi"));
    let rest = model.number(-49.0);
    let [tau, tau_e, tau_i] = [20.0, 5.0, 10.0].map(|value| model.number(value));
    let zero = model.number(0.0);
    let drive = model.sub(rest, v);
    let drive = model.add(drive, ge);
    let drive = model.add(drive, gi);
    model.equations[0].rhs = model.div(drive, tau);
    model.equations[1].rhs = model.relax(ge, zero, tau_e);
    model.equations[2].rhs = model.relax(gi, zero, tau_i);
    let closed = |t: f64, v: f64, ge: f64, gi: f64| {
        let (m, e, i) = ((-t / 20.0).exp(), (-t / 5.0).exp(), (-t / 10.0).exp());
        // A decay of time constant s drives V with s/(s - tau) (e^{-t/s} - e^{-t/tau}).
        let from = |s: f64, decay: f64| s / (s - 20.0) * (decay - m);
        [
            -49.0 + (v + 49.0) * m + ge * from(5.0, e) + gi * from(10.0, i),
            ge * e,
            gi * i,
        ]
    };
    let found = model.run(Method::Exact, 0.1, 100, &[-60.0, 16.2, -9.0]);
    let expected = closed(10.0, -60.0, 16.2, -9.0);
    for (found, expected) in found.iter().zip(expected) {
        // 100 steps of a few roundings each.
        close(*found, expected, 1e-13);
    }
    let found = model.run(Method::Exact, 10.0, 1, &[-60.0, 16.2, -9.0]);
    for (found, expected) in found.iter().zip(expected) {
        close(*found, expected, 1e-14);
    }
    // Three loads, six slots, five products and sums.
    let runner = Runner::new(&mut model, Method::Exact, 0.1);
    let ops = &runner.kernel.kernel.ops;
    assert_eq!(ops.len(), 3 + 6 + 5, "{ops:?}");
}

/// Nodes and weights of Gauss-Legendre quadrature on [0, 1].
fn gauss(n: usize) -> Vec<(f64, f64)> {
    (0..n)
        .map(|i| {
            let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
            let mut slope = 0.0;
            for _ in 0..100 {
                let (mut p, mut before) = (x, 1.0);
                for k in 2..=n {
                    let k = k as f64;
                    (p, before) = (((2.0 * k - 1.0) * x * p - (k - 1.0) * before) / k, p);
                }
                slope = n as f64 * (x * p - before) / (x * x - 1.0);
                x -= p / slope;
            }
            (0.5 + x / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

/// The divided difference by its integral over a simplex, whose integrand is positive.
fn integral(rates: &[f64], h: f64, nodes: &[(f64, f64)]) -> f64 {
    // Nested: the remaining weight is split between the last rate and the others.
    fn inner(rates: &[f64], h: f64, mean: f64, share: f64, nodes: &[(f64, f64)]) -> f64 {
        match rates {
            [] => 0.0,
            [last] => ((mean + share * last) * h).exp(),
            [first, rest @ ..] => nodes
                .iter()
                .map(|&(u, w)| {
                    // share u goes to the others, share (1 - u) to the first.
                    let left = share * u;
                    w * share * h * inner(rest, h, mean + (share - left) * first, left, nodes)
                })
                .sum(),
        }
    }
    inner(rates, h, 0.0, 1.0, nodes)
}

#[test]
fn divided_differences_agree_with_quadrature() {
    let nodes = gauss(24);
    let h = 0.7;
    for rates in [
        vec![-0.05, -0.2],
        vec![-0.2, -0.2],
        vec![-0.2, -0.2 - 1e-9],
        vec![0.0, -0.05, -0.2],
        vec![0.0, -0.2, -0.2],
        vec![-0.2, -0.05, -0.2 + 1e-7],
        vec![-3.0, 0.0, -0.05],
        vec![-2.0, -5.0, 1.0],
        vec![-9.0, -9.5, 0.0],
        vec![0.0, -0.05, -0.2, -0.1],
        vec![-4.0, -0.05, -0.05, -4.0],
        vec![0.0, -3.0, -3.1, -6.0],
    ] {
        let mut model = Model::new();
        let step = model.number(h);
        // Parameters, so that nothing is folded.
        let names: Vec<NodeId> = rates
            .iter()
            .map(|&rate| model.parameter("rate", rate))
            .collect();
        let node = difference(&mut model.graph, &names, step);
        let value = |symbol| {
            model
                .uniform
                .iter()
                .find(|&&(known, _)| known == symbol)
                .map(|&(_, value)| value)
        };
        let found = evaluate(&model.graph, node, &value).unwrap();
        // Quadrature of order 47 on exponents up to 7 is exact to rounding; the recursion loses up
        // to a factor of 3 for each of at most two levels above the series.
        close(found, integral(&rates, h, &nodes), 1e-14);
    }
}

#[test]
fn coefficients_may_differ_between_elements() {
    let mut uniform = chain(20.0, 5.0, 2.0);
    let mut varying = chain(20.0, 5.0, 2.0);
    varying.varying.append(&mut varying.uniform);
    let start = [-60.0, 1.0, 1.0];
    let (a, b) = (
        uniform.run(Method::Exact, 0.1, 1, &start),
        varying.run(Method::Exact, 0.1, 1, &start),
    );
    for (a, b) in a.iter().zip(b) {
        // The same expressions, but for joined factors and reciprocals.
        close(*a, b, 1e-15);
    }
}

#[test]
fn close_time_constants_are_no_special_case() {
    let equal = chain(20.0, 20.0, 20.0).run(Method::Exact, 0.5, 40, &[-60.0, 1.0, 1.0]);
    for apart in [1e-13, 1e-10, 1e-7] {
        let near = chain(20.0, 20.0 * (1.0 + apart), 20.0 * (1.0 - apart));
        let mut near = near;
        let near = near.run(Method::Exact, 0.5, 40, &[-60.0, 1.0, 1.0]);
        for (a, b) in near.iter().zip(&equal) {
            // The solution itself moves by about apart, the rest is rounding of 40 steps.
            close(*a, *b, 10.0 * apart + 1e-13);
        }
    }
}

#[test]
fn two_inputs_of_a_chain_reach_the_membrane() {
    // V reads g and x: two ways from x to V. The reference is RK4 at a step of 1/2000.
    let mut model = chain(20.0, 5.0, 2.0);
    let x = model.graph.symbol(model.equations[2].symbol);
    model.equations[0].rhs = {
        let rhs = model.equations[0].rhs;
        model.add(rhs, x)
    };
    let start = [-60.0, 1.0, 3.0];
    let exact = model.run(Method::Exact, 1.0, 1, &start);
    let fine = model.run(Method::Rk4, 0.0005, 2000, &start);
    for (a, b) in exact.iter().zip(fine) {
        close(*a, b, 1e-12);
    }
}

/// `dx = a x - w y + c`, `dy = w x + a y`
fn rotation(a: f64, w: f64, c: f64) -> Model {
    let mut model = Model::new();
    let (x, y) = (model.state("x"), model.state("y"));
    let (a, w, c) = (
        model.parameter("a", a),
        model.parameter("w", w),
        model.parameter("c", c),
    );
    let (ax, wy) = (model.mul(a, x), model.mul(w, y));
    let dx = model.sub(ax, wy);
    model.equations[0].rhs = model.add(dx, c);
    let (wx, ay) = (model.mul(w, x), model.mul(a, y));
    model.equations[1].rhs = model.add(wx, ay);
    model
}

#[test]
fn rotation_has_complex_eigenvalues() {
    // z = x + iy: z' = e^{(a + iw) t} z + c (e^{(a + iw) t} - 1)/(a + iw).
    for (a, w, dt) in [
        (0.0, 1.0, 0.1),
        (-0.1, 2.0, 1.0),
        (0.3, 0.5, 3.0),
        (-1.0, 100.0, 1.0),
    ] {
        let c = 0.7;
        let found = rotation(a, w, c).run(Method::Exact, dt, 1, &[1.0, 2.0]);
        let scale = (a * dt).exp();
        let (p, q) = (scale * (w * dt).cos(), scale * (w * dt).sin());
        let norm = a * a + w * w;
        // (p - 1 + iq)(a - iw)/norm
        let (fx, fy) = (
            ((p - 1.0) * a + q * w) / norm,
            (q * a - (p - 1.0) * w) / norm,
        );
        let expected = [p - 2.0 * q + c * fx, q + 2.0 * p + c * fy];
        for (found, expected) in found.iter().zip(expected) {
            // Ten squarings, each of a few roundings of numbers of the size of z.
            assert!(
                (found - expected).abs() < 2e-14 * scale.max(1.0) * 3.0,
                "{found} {expected}"
            );
        }
    }
}

#[test]
fn strong_decay_in_a_cycle() {
    // Eigenvalues -s and -3s of [[-2s, s], [s, -2s]]; the norm of A h is 3s h, up to the limit.
    for norm in [1e-6, 1.0, 30.0, 512.0] {
        let s = norm / 3.0;
        let mut model = Model::new();
        let (x, y) = (model.state("x"), model.state("y"));
        let (s_node, two) = (model.parameter("s", s), model.number(2.0));
        for (place, (own, other)) in [(x, y), (y, x)].into_iter().enumerate() {
            let drop = model.mul(two, own);
            let sum = model.sub(other, drop);
            model.equations[place].rhs = model.mul(s_node, sum);
        }
        let found = model.run(Method::Exact, 1.0, 1, &[1.0, 0.0]);
        let (slow, fast) = ((-s).exp(), (-3.0 * s).exp());
        for (found, expected) in found.iter().zip([0.5 * (slow + fast), 0.5 * (slow - fast)]) {
            // The accuracy promised is that of the largest entry, which is at most 1.
            assert!(
                (found - expected).abs() < 1e-14,
                "{norm}: {found:e} {expected:e}"
            );
        }
    }
}

#[test]
fn held_states_are_constants_of_the_others() {
    // V is held at -60 and w goes on: dw = (a (V - E) - w)/tau_w.
    let build = |held: f64| {
        let mut model = Model::new();
        let (v, w) = (model.state("V"), model.state("w"));
        let rest = model.number(-70.0);
        let [tau, tau_w, a] = [10.0, 100.0, 4.0].map(|value| model.number(value));
        let dv = model.relax(v, rest, tau);
        let drop = model.div(w, tau);
        model.equations[0].rhs = model.sub(dv, drop);
        let up = model.sub(v, rest);
        let up = model.mul(a, up);
        model.equations[1].rhs = model.relax(w, up, tau_w);
        let mask = model.mask("held", held);
        model.equations[0].held = Some(mask);
        model
    };
    let start = [-60.0, 5.0];
    for method in Method::ALL {
        let found = build(1.0).run(*method, 0.1, 50, &start);
        assert_eq!(found[0], -60.0, "{method}");
        let expected = 40.0 - 35.0 * (-5.0 / 100.0_f64).exp();
        let tolerance = match method {
            Method::Exact | Method::ExponentialEuler => 1e-13,
            // The decaying part, 33, is wrong by t dt/(2 tau^2) = 2.5e-5, so w = 6.7 by 1.3e-4.
            Method::Euler => 1.4e-4,
            // And by t dt^2/(6 tau^3) = 8.3e-9 with order 2.
            _ => 5e-8,
        };
        close(found[1], expected, tolerance);
    }
    // Not held: the same as without a mask.
    let free = build(0.0).run(Method::Exact, 0.1, 50, &start);
    let mut without = build(0.0);
    without.equations[0].held = None;
    assert_eq!(free, without.run(Method::Exact, 0.1, 50, &start));
    assert_ne!(free[0], -60.0);
}

#[test]
fn several_masks_choose_among_propagators() {
    // x1 and x2 drive y; each combination agrees with RK4 at a fine step.
    for set in 0..4_u32 {
        let mut model = Model::new();
        let (x1, x2, y) = (model.state("x1"), model.state("x2"), model.state("y"));
        let zero = model.number(0.0);
        let [t1, t2, t3] = [3.0, 7.0, 5.0].map(|value| model.number(value));
        model.equations[0].rhs = model.relax(x1, zero, t1);
        model.equations[1].rhs = model.relax(x2, zero, t2);
        let drive = model.relax(y, zero, t3);
        let drive = model.add(drive, x1);
        model.equations[2].rhs = model.add(drive, x2);
        for place in 0..2 {
            let mask = model.mask("held", f64::from(set >> place & 1));
            model.equations[place].held = Some(mask);
        }
        let start = [1.0, 2.0, 0.5];
        let exact = model.run(Method::Exact, 2.0, 1, &start);
        let fine = model.run(Method::Rk4, 0.001, 2000, &start);
        for (a, b) in exact.iter().zip(fine) {
            // 2000 steps of rounding.
            close(*a, b, 1e-12);
        }
    }
}

#[test]
fn too_many_masks_are_refused() {
    let mut model = Model::new();
    let y = model.state("y");
    let mut drive = model.graph.neg(y);
    for place in 1..5 {
        let x = model.state("x");
        drive = model.add(drive, x);
        let mask = model.mask("held", 0.0);
        model.equations[place].held = Some(mask);
    }
    model.equations[0].rhs = drive;
    assert_eq!(
        model.refusal(Method::Exact).reason,
        "`y` depends on states that are held by 4 different conditions; `exact` takes at most 3"
    );
}

#[test]
fn what_is_not_linear_is_named() {
    let mut model = Model::new();
    let v = model.state("V");
    let two = model.number(2.0);
    let square = model.graph.pow(v, two);
    model.equations[0].rhs = model.sub(square, v);
    let refusal = model.refusal(Method::Exact);
    assert_eq!(refusal.equation, 0);
    assert_eq!(
        refusal.reason,
        "`V` appears as `V^2`; `exact` needs equations that are linear"
    );
}

#[test]
fn very_large_cycles_are_refused() {
    // A ring: each state reads the one before.
    let ring = |n: usize| {
        let mut model = Model::new();
        let states: Vec<NodeId> = (0..n).map(|_| model.state("x")).collect();
        for i in 0..n {
            model.equations[i].rhs = model.sub(states[(i + n - 1) % n], states[i]);
        }
        model
    };
    let mut start = vec![0.0; 12];
    start[0] = 1.0;
    let states = ring(12).run(Method::Exact, 0.5, 1, &start);
    // Nothing is lost in a ring, and the first receiver follows a Poisson process: h e^-h, but for
    // what has gone round, h^13/13! < 1e-13.
    close(states.iter().sum(), 1.0, 1e-14);
    close(states[1], 0.5 * (-0.5_f64).exp(), 1e-13);
    assert_eq!(
        ring(13).refusal(Method::Exact).reason,
        "13 states depend on each other in cycles; `exact` takes at most 12"
    );
}
