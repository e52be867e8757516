//! Explicit Runge-Kutta methods, and their stochastic forms where they have one.

use neuropil_ir::graph::NodeId;

use super::Refusal;
use super::system::System;

/// `x + dt f(x, t) + b sqrt(dt) N`
pub(super) fn euler(system: &mut System<'_>) -> Vec<NodeId> {
    let rates = system.start_rates();
    let dt = system.dt;
    let drift = system.along(&rates, dt);
    let noise = system.noise();
    system.plus(&drift, &noise)
}

/// `x + dt f(x + dt/2 k1, t + dt/2)`
pub(super) fn midpoint(system: &mut System<'_>) -> Result<Vec<NodeId>, Refusal> {
    system.refuse_noise("midpoint")?;
    let half = half_step(system);
    let first = system.start_rates();
    let middle = system.along(&first, half);
    let second = system.stage_rates(&middle, half);
    let dt = system.dt;
    Ok(system.along(&second, dt))
}

/// `x + dt/2 (k1 + k2)` with `k2 = f(x + dt k1, t + dt)`.
///
/// With additive noise both stages see the same increment of the Wiener process; for additive
/// noise the readings of Ito and Stratonovich agree, and so does this method with them.
pub(super) fn heun(system: &mut System<'_>) -> Result<Vec<NodeId>, Refusal> {
    for equation in 0..system.equations.len() {
        if let Some(symbol) = system.multiplicative(equation) {
            let reason = format!(
                "the noise of `{}` is scaled by the state `{}`; `heun` needs noise that no state \
                 scales, `euler` takes any",
                system.name(equation),
                system.graph.symbol_info(symbol).name
            );
            return Err(Refusal { equation, reason });
        }
    }
    let dt = system.dt;
    let noise = system.noise();
    let first = system.start_rates();
    let predicted = system.along(&first, dt);
    let predicted = system.plus(&predicted, &noise);
    let second = system.stage_rates(&predicted, dt);
    let both = system.plus(&first, &second);
    let half = half_step(system);
    let drift = system.along(&both, half);
    Ok(system.plus(&drift, &noise))
}

/// `x + dt/6 (k1 + 2 (k2 + k3) + k4)`
pub(super) fn rk4(system: &mut System<'_>) -> Result<Vec<NodeId>, Refusal> {
    system.refuse_noise("rk4")?;
    let dt = system.dt;
    let half = half_step(system);
    let first = system.start_rates();
    let values = system.along(&first, half);
    let second = system.stage_rates(&values, half);
    let values = system.along(&second, half);
    let third = system.stage_rates(&values, half);
    let values = system.along(&third, dt);
    let fourth = system.stage_rates(&values, dt);

    let two = system.graph.number(2.0);
    let outer = system.plus(&first, &fourth);
    let inner = system.plus(&second, &third);
    let inner: Vec<NodeId> = inner
        .iter()
        .map(|&sum| system.graph.mul(two, sum))
        .collect();
    let total = system.plus(&inner, &outer);
    let six = system.graph.number(6.0);
    let sixth = system.graph.div(dt, six);
    Ok(system.along(&total, sixth))
}

fn half_step(system: &mut System<'_>) -> NodeId {
    let half = system.graph.number(0.5);
    system.graph.mul(half, system.dt)
}
