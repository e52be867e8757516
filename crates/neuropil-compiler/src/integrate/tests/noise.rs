//! Noise: the coefficients of a step against the moments of the process, and refusals.

use super::runner::{Model, close};
use crate::integrate::Method;

/// `dV = (mu - V)/tau + b dW`, with the draw as an input of a given value.
fn ornstein_uhlenbeck(draw: f64) -> Model {
    let mut model = Model::new();
    let v = model.state("V");
    let (tau, mu) = (model.parameter("tau", 20.0), model.parameter("mu", 15.0));
    model.equations[0].rhs = model.relax(v, mu, tau);
    let (b, n) = (model.parameter("b", 1.5), model.input("xi", draw));
    model.equations[0].noise = vec![(b, n)];
    model
}

#[test]
fn exact_step_has_the_moments_of_the_process() {
    for dt in [1e-3, 0.1, 5.0, 200.0] {
        let mean = ornstein_uhlenbeck(0.0).run(Method::Exact, dt, 1, &[3.0])[0];
        close(mean, 15.0 - 12.0 * (-dt / 20.0_f64).exp(), 1e-15 * 4.0);
        // Variance b^2 tau/2 (1 - e^{-2 dt/tau}); the difference to the mean loses digits where
        // the deviation is small, 15/0.05 at the smallest step.
        let shifted = ornstein_uhlenbeck(1.0).run(Method::Exact, dt, 1, &[3.0])[0];
        let variance = 1.5 * 1.5 * 20.0 / 2.0 * -(-2.0 * dt / 20.0_f64).exp_m1();
        close(shifted - mean, variance.sqrt(), 1e-13);
    }
}

#[test]
fn other_methods_add_the_increment_of_the_wiener_process() {
    let dt = 0.25;
    for method in [Method::Euler, Method::ExponentialEuler] {
        let mean = ornstein_uhlenbeck(0.0).run(method, dt, 1, &[3.0])[0];
        let shifted = ornstein_uhlenbeck(2.0).run(method, dt, 1, &[3.0])[0];
        close(shifted - mean, 2.0 * 1.5 * dt.sqrt(), 1e-14);
    }
    // Heun: x + dt/2 (f(x) + f(x + dt f(x) + b dW)) + b dW; the noise enters with 1 - dt/(2 tau).
    let mean = ornstein_uhlenbeck(0.0).run(Method::Heun, dt, 1, &[3.0])[0];
    let shifted = ornstein_uhlenbeck(2.0).run(Method::Heun, dt, 1, &[3.0])[0];
    close(
        shifted - mean,
        2.0 * 1.5 * dt.sqrt() * (1.0 - dt / 40.0),
        1e-14,
    );
}

#[test]
fn noise_that_does_not_fit_is_refused() {
    for method in [Method::Midpoint, Method::Rk4] {
        let reason = ornstein_uhlenbeck(0.0).refusal(method).reason;
        assert!(reason.starts_with("`V` has noise, which `"), "{reason}");
    }
    let mut model = ornstein_uhlenbeck(0.0);
    let v = model.graph.symbol(model.equations[0].symbol);
    model.equations[0].noise[0].0 = v;
    for method in [Method::Heun, Method::Exact] {
        let reason = model.refusal(method).reason;
        assert!(
            reason.starts_with("the noise of `V` is scaled by the state `V`"),
            "{reason}"
        );
    }
    // Euler-Maruyama takes it: V + dt f + V sqrt(dt) N.
    let found = model.run(Method::Euler, 0.25, 1, &[3.0])[0];
    close(found, 3.0 + 0.25 * 12.0 / 20.0, 1e-15);
}

#[test]
fn exact_noise_must_stay_in_its_state() {
    let mut model = ornstein_uhlenbeck(0.0);
    let u = model.state("u");
    let v = model.graph.symbol(model.equations[0].symbol);
    model.equations[1].rhs = model.sub(v, u);
    let refusal = model.refusal(Method::Exact);
    assert_eq!(refusal.equation, 0);
    assert!(
        refusal
            .reason
            .starts_with("the noise of `V` reaches other states"),
        "{refusal}"
    );
    // The other way round it is allowed: V reads u.
    let mut model = ornstein_uhlenbeck(1.0);
    let u = model.state("u");
    model.equations[0].rhs = {
        let rhs = model.equations[0].rhs;
        model.add(rhs, u)
    };
    let shifted = model.run(Method::Exact, 5.0, 1, &[3.0, 0.5])[0];
    model.varying[0].1 = 0.0;
    let mean = model.run(Method::Exact, 5.0, 1, &[3.0, 0.5])[0];
    close(
        shifted - mean,
        (1.5 * 1.5 * 10.0 * (1.0 - (-0.5_f64).exp())).sqrt(),
        1e-13,
    );
}

#[test]
fn shared_noise_is_refused_by_exact() {
    let mut model = ornstein_uhlenbeck(0.0);
    let u = model.state("u");
    model.equations[1].rhs = model.graph.neg(u);
    model.equations[1].noise = model.equations[0].noise.clone();
    assert!(
        model
            .refusal(Method::Exact)
            .reason
            .starts_with("`u` shares its noise")
    );
}
