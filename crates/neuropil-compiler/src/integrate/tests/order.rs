//! The fitted order of every method, within 0.2 of the stated one.

use neuropil_ir::operator::Operator;

use super::runner::Model;
use crate::integrate::Method;

/// The exponent of the error at three step sizes, by least squares in logarithms.
fn fitted(
    model: &mut Model,
    method: Method,
    dt: f64,
    end: f64,
    start: &[f64],
    end_state: &[f64],
) -> f64 {
    let errors: Vec<f64> = (0..3)
        .map(|halving| {
            let dt = dt / f64::from(1 << halving);
            let steps = (end / dt).round() as u64;
            let states = model.run(method, dt, steps, start);
            let squares = states.iter().zip(end_state).map(|(x, y)| (x - y).powi(2));
            squares.sum::<f64>().sqrt()
        })
        .collect();
    // Over abscissae 0, 1, 2 the slope is half the difference of the ends.
    (errors[0] / errors[2]).log2() / 2.0
}

#[track_caller]
fn check(
    model: &mut Model,
    orders: [(Method, f64); 5],
    dt: f64,
    end: f64,
    start: &[f64],
    end_state: &[f64],
) {
    for (method, order) in orders {
        let found = fitted(model, method, dt, end, start, end_state);
        assert!(
            (found - order).abs() < 0.2,
            "{method}: order {found}, stated {order}"
        );
    }
}

const STATED: [(Method, f64); 5] = [
    (Method::Euler, 1.0),
    (Method::Midpoint, 2.0),
    (Method::Heun, 2.0),
    (Method::Rk4, 4.0),
    (Method::ExponentialEuler, 1.0),
];

/// A plain fourth-order reference with steps so small that its error is below 1e-12.
fn reference(f: impl Fn(f64, [f64; 2]) -> [f64; 2], end: f64, start: [f64; 2]) -> [f64; 2] {
    let steps = 20_000;
    let h = end / f64::from(steps);
    let along = |x: [f64; 2], k: [f64; 2], s: f64| [x[0] + s * k[0], x[1] + s * k[1]];
    let mut x = start;
    for step in 0..steps {
        let t = h * f64::from(step);
        let k1 = f(t, x);
        let k2 = f(t + h / 2.0, along(x, k1, h / 2.0));
        let k3 = f(t + h / 2.0, along(x, k2, h / 2.0));
        let k4 = f(t + h, along(x, k3, h));
        for i in 0..2 {
            x[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    x
}

#[test]
fn linear_coupled() {
    // dx = y, dy = -x - y/5: a damped oscillation, by the reference.
    let mut model = Model::new();
    let (x, y) = (model.state("x"), model.state("y"));
    let five = model.number(5.0);
    let friction = model.div(y, five);
    let minus = model.graph.neg(x);
    model.equations[0].rhs = y;
    model.equations[1].rhs = model.sub(minus, friction);
    let end = reference(|_, [x, y]| [y, -x - y / 5.0], 2.0, [1.0, 0.0]);
    check(&mut model, STATED, 0.02, 2.0, &[1.0, 0.0], &end);
    // Exact: rounding errors of 8 steps alone.
    let states = model.run(Method::Exact, 0.25, 8, &[1.0, 0.0]);
    for (found, expected) in states.iter().zip(end) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
}

#[test]
fn logistic() {
    // dx = x (1 - x): x = 1/(1 + (1/x0 - 1) e^-t).
    let mut model = Model::new();
    let x = model.state("x");
    let one = model.number(1.0);
    let rest = model.sub(one, x);
    model.equations[0].rhs = model.mul(x, rest);
    let end = 1.0 / (1.0 + 4.0 * (-2.0_f64).exp());
    // One equation without time: exponential Euler knows the whole Jacobian, and has order 2.
    let mut orders = STATED;
    orders[4].1 = 2.0;
    check(&mut model, orders, 0.05, 2.0, &[0.2], &[end]);
}

#[test]
fn fitzhugh_nagumo() {
    let mut model = Model::new();
    let (v, w) = (model.state("v"), model.state("w"));
    let [third, a, b, tau, current] = [3.0, 0.7, 0.8, 12.5, 0.5].map(|value| model.number(value));
    let three = model.number(3.0);
    let cube = model.graph.pow(v, three);
    let cube = model.div(cube, third);
    let dv = model.sub(v, cube);
    let dv = model.sub(dv, w);
    model.equations[0].rhs = model.add(dv, current);
    let bw = model.mul(b, w);
    let dw = model.add(v, a);
    let dw = model.sub(dw, bw);
    model.equations[1].rhs = model.div(dw, tau);
    let f = |_: f64, [v, w]: [f64; 2]| [v - v * v * v / 3.0 - w + 0.5, (v + 0.7 - 0.8 * w) / 12.5];
    let end = reference(f, 4.0, [-1.0, -0.5]);
    check(&mut model, STATED, 0.02, 4.0, &[-1.0, -0.5], &end);
}

#[test]
fn driven_by_time() {
    // dx = -x + sin 3t: x = (x0 + 3/10) e^-t + (sin 3t - 3 cos 3t)/10.
    let mut model = Model::new();
    let x = model.state("x");
    let t = model.graph.symbol(model.clock.t);
    let three = model.number(3.0);
    let phase = model.mul(three, t);
    let sine = model.apply(Operator::Sin, &[phase]);
    model.equations[0].rhs = model.sub(sine, x);
    let t = 1.0_f64;
    let end = 1.3 * (-t).exp() + ((3.0 * t).sin() - 3.0 * (3.0 * t).cos()) / 10.0;
    check(&mut model, STATED, 0.02, t, &[1.0], &[end]);
    let refusal = model.refusal(Method::Exact);
    assert_eq!(
        refusal.reason,
        "the equation of `x` mentions the time `t`; `exact` needs an equation that does not \
         change within a step"
    );
}

#[test]
fn exponential_euler_is_exact_for_one_linear_equation() {
    let mut model = Model::new();
    let v = model.state("V");
    let (tau, goal) = (model.parameter("tau", 10.0), model.parameter("goal", 25.0));
    model.equations[0].rhs = model.relax(v, goal, tau);
    // 100 steps, each within 2 units in the last place.
    let found = model.run(Method::ExponentialEuler, 0.1, 100, &[0.0])[0];
    assert!(
        (found - 25.0 * (1.0 - (-1.0_f64).exp())).abs() < 1e-12,
        "{found}"
    );
}
