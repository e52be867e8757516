//! Exponential Euler: every state relaxes exponentially while the others stand still.
//!
//! # Equation
//!
//! `x' = x + dt exprel(a dt) f(x)` with `a = df/dx`, found symbolically. Where `f = a x + c` this
//! is the solution with a and c kept constant; where `a` itself mentions `x` it is the exponential
//! Rosenbrock-Euler step, with `a` at the current state. The increment form needs no division by
//! `a`, keeps a fixed point of `f` to the last bit and reduces to forward Euler for `a = 0`.
//! All equations are evaluated at the states at `t` (no staggering).

use neuropil_ir::graph::NodeId;
use neuropil_ir::operator::Operator;

use super::Refusal;
use super::system::System;

/// The advanced states.
pub(super) fn step(system: &mut System<'_>) -> Result<Vec<NodeId>, Refusal> {
    let zero = system.graph.number(0.0);
    let rates = system.start_rates();
    let mut advanced = Vec::with_capacity(rates.len());
    for (place, &rate) in rates.iter().enumerate() {
        system.at(place);
        let (slope, rest) = slope(system, place)?;
        let slope = system.at_start(&[slope])[0];
        let scaled = system.graph.mul(slope, system.dt);
        let start = system.start[place];
        let value = if rest == Some(zero) && slope != zero {
            // A pure decay: one exponential and one product.
            let factor = system.graph.apply(Operator::Exp, &[scaled]);
            system.graph.mul(start, factor)
        } else {
            let effective = effective_step(system, scaled);
            let change = system.graph.mul(effective, rate);
            system.graph.add(start, change)
        };
        advanced.push(value);
    }
    let noise = system.noise();
    Ok(system.plus(&advanced, &noise))
}

/// `dt exprel(a dt)`, or `dt` for `a = 0`.
pub(super) fn effective_step(system: &mut System<'_>, scaled: NodeId) -> NodeId {
    if system.graph.as_number(scaled) == Some(0.0) {
        return system.dt;
    }
    let factor = system.graph.apply(Operator::Exprel, &[scaled]);
    system.graph.mul(system.dt, factor)
}

/// The slope of a right-hand side in its own state; and what is left at 0 where it is affine.
fn slope(system: &mut System<'_>, place: usize) -> Result<(NodeId, Option<NodeId>), Refusal> {
    let rhs = system.equations[place].rhs;
    let own = system.states[place];
    if let Some(form) = system.graph.affine(rhs, &[own]) {
        return Ok((form.coefficients[0], Some(form.constant)));
    }
    match system.graph.derivative(rhs, own) {
        Ok(slope) => Ok((slope, None)),
        Err(operator) => Err(Refusal {
            equation: place,
            reason: format!(
                "`exponential_euler` needs the slope of the equation of `{}` in itself, and the \
                 derivative of `{operator}` is not known",
                system.name(place)
            ),
        }),
    }
}
