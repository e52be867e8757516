//! The automatic choice, and names.

use super::runner::Model;
use crate::integrate::{Choice, Method, choose};

fn chosen(model: &mut Model) -> Choice {
    let uniform: Vec<_> = model.uniform.iter().map(|&(symbol, _)| symbol).collect();
    choose(&mut model.graph, &model.equations, model.clock, &|s| {
        uniform.contains(&s)
    })
}

#[test]
fn names_round_trip() {
    for method in Method::ALL {
        assert_eq!(Method::from_name(method.name()), Some(*method));
    }
    assert_eq!(Method::from_name("rk5"), None);
}

#[test]
fn linear_and_uniform_is_exact() {
    let mut model = Model::new();
    let v = model.state("V");
    let (tau, input) = (model.parameter("tau", 10.0), model.input("I", 1.0));
    model.equations[0].rhs = model.relax(v, input, tau);
    let choice = chosen(&mut model);
    assert_eq!(choice.method, Method::Exact);
    assert_eq!(
        choice.reason,
        "linear with coefficients that are equal for all elements"
    );
}

#[test]
fn conductances_are_exponential_euler() {
    let mut model = Model::new();
    let (v, g) = (model.state("V"), model.state("g"));
    let (reversal, tau) = (model.parameter("E", 0.0), model.parameter("tau", 5.0));
    let drive = model.sub(reversal, v);
    model.equations[0].rhs = model.mul(g, drive);
    let zero = model.number(0.0);
    model.equations[1].rhs = model.relax(g, zero, tau);
    let choice = chosen(&mut model);
    assert_eq!(choice.method, Method::ExponentialEuler);
    assert_eq!(
        choice.reason,
        "every equation is linear in its own state; not `exact`: `V` appears as `g*(E - V)`"
    );
}

#[test]
fn heterogeneous_time_constants_are_exponential_euler() {
    let mut model = Model::new();
    let v = model.state("V");
    let (tau, goal) = (model.input("tau", 10.0), model.parameter("goal", 1.0));
    model.equations[0].rhs = model.relax(v, goal, tau);
    let choice = chosen(&mut model);
    assert_eq!(choice.method, Method::ExponentialEuler);
    assert_eq!(
        choice.reason,
        "the equation is linear in its own state; not `exact`: `tau` in the equation of `V` \
         differs between elements"
    );
}

#[test]
fn nonlinear_is_rk4_and_with_noise_heun_or_euler() {
    let mut model = Model::new();
    let v = model.state("V");
    let two = model.number(2.0);
    model.equations[0].rhs = model.graph.pow(v, two);
    let choice = chosen(&mut model);
    assert_eq!(choice.method, Method::Rk4);
    assert_eq!(choice.reason, "not linear: `V` appears as `V^2`");
    let (b, draw) = (model.parameter("b", 1.0), model.input("xi", 0.0));
    model.equations[0].noise = vec![(b, draw)];
    assert_eq!(chosen(&mut model).method, Method::Heun);
    model.equations[0].noise = vec![(v, draw)];
    assert_eq!(chosen(&mut model).method, Method::Euler);
}
