//! Bounds inside stages, holding inside stages, and fixed points.

use neuropil_ir::operator::Operator;

use super::runner::{Model, Runner};
use crate::integrate::Method;

/// The adaptive exponential neuron with the values of Brette and Gerstner (2005).
fn adex(bounded: bool) -> Model {
    let mut model = Model::new();
    let (v, w) = (model.state("V"), model.state("w"));
    let [c, gl, el, vt, slope, a, tau_w, current] =
        [281.0, 30.0, -70.6, -50.4, 2.0, 4.0, 144.0, 1000.0].map(|value| model.number(value));
    let above = model.sub(v, el);
    let leak = model.mul(gl, above);
    let exponent = model.sub(v, vt);
    let exponent = model.div(exponent, slope);
    let bell = model.apply(Operator::Exp, &[exponent]);
    let scale = model.mul(gl, slope);
    let upstroke = model.mul(scale, bell);
    let sum = model.sub(upstroke, leak);
    let sum = model.sub(sum, w);
    let sum = model.add(sum, current);
    model.equations[0].rhs = model.div(sum, c);
    let goal = model.mul(a, above);
    model.equations[1].rhs = model.relax(w, goal, tau_w);
    if bounded {
        model.equations[0].upper = Some(model.number(20.0));
    }
    model
}

#[test]
fn bounds_inside_stages_keep_the_upstroke_finite() {
    for method in [
        Method::Euler,
        Method::Midpoint,
        Method::Heun,
        Method::Rk4,
        Method::ExponentialEuler,
    ] {
        let mut model = adex(true);
        let mut states = vec![-45.0, 100.0];
        let mut steps = 0;
        while states[0] < 20.0 {
            states = model.run(method, 0.1, 1, &states);
            steps += 1;
            assert!(steps < 100, "{method}: no spike");
        }
        assert_eq!(states[0], 20.0, "{method}");
        // Over 10 ms at the most w moves by (a 91 mV - w) 10/144, below 20 pA.
        assert!(
            (states[1] - 100.0).abs() < 20.0,
            "{method}: w = {}",
            states[1]
        );
    }
    // Without the bound the stages overflow and w is lost: what the bound is for.
    let mut model = adex(false);
    let mut states = vec![-45.0, 100.0];
    for _ in 0..100 {
        states = model.run(Method::Rk4, 0.1, 1, &states);
    }
    let lost = states[1].is_nan() || (states[1] - 100.0).abs() > 1e6;
    assert!(lost, "w = {}", states[1]);
}

#[test]
fn a_lower_bound_and_nan() {
    let mut model = Model::new();
    let _ = model.state("x");
    model.equations[0].rhs = model.number(-10.0);
    model.equations[0].lower = Some(model.number(0.0));
    for method in Method::ALL {
        assert_eq!(model.run(*method, 1.0, 3, &[5.0])[0], 0.0, "{method}");
        // A clipped NaN would hide an error.
        assert!(
            model.run(*method, 1.0, 1, &[f64::NAN])[0].is_nan(),
            "{method}"
        );
    }
}

#[test]
fn stages_of_others_see_a_held_state_at_its_value() {
    // dx = -x (held), dy = x y: with x = 1 held, y grows as e^t; RK4 of one step is its polynomial.
    let mut model = Model::new();
    let (x, y) = (model.state("x"), model.state("y"));
    model.equations[0].rhs = model.graph.neg(x);
    model.equations[1].rhs = model.mul(x, y);
    let mask = model.mask("held", 1.0);
    model.equations[0].held = Some(mask);
    let found = model.run(Method::Rk4, 0.5, 1, &[1.0, 1.0]);
    let h = 0.5_f64;
    let polynomial = 1.0 + h + h * h / 2.0 + h.powi(3) / 6.0 + h.powi(4) / 24.0;
    assert_eq!(found[0], 1.0);
    assert!(
        (found[1] - polynomial).abs() < 1e-15,
        "{found:?} {polynomial}"
    );
}

#[test]
fn exponential_euler_keeps_a_fixed_point() {
    // dV = (E - V)/tau + (1 - V): at V = 1 = E nothing moves, to the last bit.
    let mut model = Model::new();
    let v = model.state("V");
    let (one, tau) = (model.parameter("E", 1.0), model.parameter("tau", 3.0));
    let leak = model.relax(v, one, tau);
    let other = model.sub(one, v);
    model.equations[0].rhs = model.add(leak, other);
    assert_eq!(model.run(Method::ExponentialEuler, 0.7, 10, &[1.0])[0], 1.0);
}

/// How many operations of a kernel compute: no loads, slots and constants.
fn arithmetic(runner: &Runner) -> usize {
    let ops = &runner.kernel.kernel.ops;
    ops.iter()
        .filter(|op| op.operands().next().is_some())
        .count()
}

#[test]
fn the_tape_of_conductance_synapses_is_short() {
    // C dV = gL (EL - V) + ge (Ee - V) + gi (Ei - V) + I, and two decays.
    let mut model = Model::new();
    let (v, ge, gi) = (model.state("V"), model.state("ge"), model.state("gi"));
    let [c, leak, rest, e_exc, e_inh, tau_e, tau_i, current] =
        ["C", "gL", "EL", "Ee", "Ei", "tau_e", "tau_i", "I"].map(|name| model.parameter(name, 2.0));
    let mut total = current;
    for (conductance, reversal) in [(leak, rest), (ge, e_exc), (gi, e_inh)] {
        let drive = model.sub(reversal, v);
        let part = model.mul(conductance, drive);
        total = model.add(total, part);
    }
    model.equations[0].rhs = model.div(total, c);
    let zero = model.number(0.0);
    model.equations[1].rhs = model.relax(ge, zero, tau_e);
    model.equations[2].rhs = model.relax(gi, zero, tau_i);
    let whole = arithmetic(&Runner::new(&mut model, Method::ExponentialEuler, 0.1));

    let mut alone = Model::new();
    let x = alone.state("x");
    let exprel = alone.apply(Operator::Exprel, &[x]);
    // Euler adds dt times exprel: one operation.
    alone.equations[0].rhs = exprel;
    let exprel = arithmetic(&Runner::new(&mut alone, Method::Euler, 0.1)) - 1;
    // Three drives, three products summed, slope of two sums and a product, a product and a sum of
    // the step, two decays.
    assert_eq!(whole - exprel, 3 + 3 + 3 + 2 + 2);
}
