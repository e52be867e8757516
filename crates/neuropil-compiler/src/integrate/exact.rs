//! The exact solution of a linear system over a step.
//!
//! # Equation
//!
//! `dx/dt = A x + c` with A and c constant over the step has the solution
//! `x' = P x + F c`, `P = e^{A dt}`, `F = integral of e^{A s} ds from 0 to dt`.
//!
//! The structure of A decides how an entry is computed: an equation that no cycle contains by `exp`
//! and `exprel`, a chain (a synapse that drives a membrane) by divided differences of the
//! exponential, states in a cycle by the matrix exponential. Structural zeros cost nothing, so per
//! element there is one product and sum for each state that an equation really depends on. The
//! coefficients are computed once where they are uniform, else for every element in every step;
//! that is allowed and, for cycles, expensive: [`super::choose`] never picks it.
//!
//! A held state is a constant of the others, so each set of held states has a propagator of its
//! own, chosen by the masks. States that one equation depends on may be held by up to
//! [`MOST_MASKS`] different conditions.
//!
//! Additive noise enters one equation that no other reads: then the step is the one of the
//! Ornstein-Uhlenbeck process, with the deviation `b sqrt(dt exprel(2 a dt))`.
//!
//! # Source
//!
//! S. Rotter, M. Diesmann (1999), Exact digital simulation of time-invariant linear systems,
//! <https://doi.org/10.1007/s004220050570>; D. T. Gillespie (1996), Exact numerical simulation of
//! the Ornstein-Uhlenbeck process, <https://doi.org/10.1103/PhysRevE.54.2084>.

use std::collections::BTreeMap;

use neuropil_ir::graph::NodeId;
use neuropil_ir::operator::Operator;

use super::Refusal;
use super::divided::difference;
use super::exponential::effective_step;
use super::matrix::{Matrix, propagators};
use super::structure::{Dependence, Linear};
use super::system::System;

/// The most conditions that may hold the states one equation depends on.
const MOST_MASKS: usize = 3;

/// The most states of a system.
const MOST_STATES: usize = 32;

/// The most states that depend on each other in cycles: their expressions grow with the cube of
/// this number, here to 100,000 of them and 0.1 s.
const MOST_IN_CYCLES: usize = 12;

/// The advanced states.
pub(super) fn step(system: &mut System<'_>) -> Result<Vec<NodeId>, Refusal> {
    if system.equations.len() > MOST_STATES {
        let reason = format!("`exact` takes at most {MOST_STATES} states");
        return Err(Refusal {
            equation: MOST_STATES,
            reason,
        });
    }
    let linear = Linear::of(system.graph, system.equations, system.clock)?;
    let dependence = Dependence::of(system.graph, &linear.a);
    let cyclic: Vec<usize> = (0..linear.a.len())
        .filter(|&place| dependence.cyclic(place))
        .collect();
    if cyclic.len() > MOST_IN_CYCLES {
        let reason = format!(
            "{} states depend on each other in cycles; `exact` takes at most {MOST_IN_CYCLES}",
            cyclic.len()
        );
        return Err(Refusal {
            equation: cyclic[0],
            reason,
        });
    }
    check_noise(system, &dependence)?;
    let mut known: BTreeMap<Vec<bool>, Solution> = BTreeMap::new();
    let mut advanced = Vec::with_capacity(system.equations.len());
    for place in 0..system.equations.len() {
        system.at(place);
        advanced.push(row(system, &linear, &dependence, place, &mut known)?);
    }
    let mut deviations = Vec::with_capacity(advanced.len());
    for place in 0..advanced.len() {
        system.at(place);
        deviations.push(deviation(system, linear.a[place][place]));
    }
    let noise = system.scaled_noise(&deviations);
    Ok(system.plus(&advanced, &noise))
}

/// The advanced state of one equation, for every set of held states it may meet.
fn row(
    system: &mut System<'_>,
    linear: &Linear,
    dependence: &Dependence,
    place: usize,
    known: &mut BTreeMap<Vec<bool>, Solution>,
) -> Result<NodeId, Refusal> {
    let held: Vec<Option<NodeId>> = system
        .equations
        .iter()
        .map(|equation| equation.held)
        .collect();
    let mut masks: Vec<NodeId> = (0..held.len())
        .filter(|&other| dependence.on(place, other))
        .filter_map(|other| held[other])
        .filter(|&mask| Some(mask) != held[place])
        .collect();
    masks.sort_unstable();
    masks.dedup();
    if masks.len() > MOST_MASKS {
        let reason = format!(
            "`{}` depends on states that are held by {} different conditions; `exact` takes at \
             most {MOST_MASKS}",
            system.name(place),
            masks.len()
        );
        return Err(Refusal {
            equation: place,
            reason,
        });
    }
    let mut values = Vec::with_capacity(1 << masks.len());
    for set in 0..1_usize << masks.len() {
        let still: Vec<bool> = held
            .iter()
            .map(|&mask| {
                let number = mask.and_then(|mask| masks.iter().position(|&m| m == mask));
                number.is_some_and(|number| set >> number & 1 == 1)
            })
            .collect();
        let solution = known.entry(still).or_insert_with_key(|still| {
            Solution::new(linear.while_held(system.graph, still), system)
        });
        values.push(solution.row(system, place));
    }
    // The last mask splits the list in halves, and so on down to one value.
    for &mask in masks.iter().rev() {
        let yes = values.split_off(values.len() / 2);
        for (value, yes) in values.iter_mut().zip(yes) {
            *value = system.graph.select(mask, yes, *value);
        }
    }
    Ok(values[0])
}

/// A linear system with what is known of its solution.
struct Solution {
    linear: Linear,
    dependence: Dependence,
    /// The matrix exponential and its integral, once they are needed.
    full: Option<(Matrix, Matrix)>,
}

impl Solution {
    fn new(linear: Linear, system: &System<'_>) -> Self {
        let dependence = Dependence::of(system.graph, &linear.a);
        Self {
            linear,
            dependence,
            full: None,
        }
    }

    /// `sum of P_ij x_j + sum of F_ij c_j`
    fn row(&mut self, system: &mut System<'_>, i: usize) -> NodeId {
        let zero = system.graph.number(0.0);
        let mut total = zero;
        for j in 0..self.linear.c.len() {
            let constant = self.linear.c[j];
            if constant != zero && (i == j || self.dependence.on(i, j)) {
                let weight = self.entry(system, i, j, true);
                let term = system.graph.mul(weight, constant);
                total = system.graph.add(total, term);
            }
        }
        for j in 0..self.linear.c.len() {
            if i == j || self.dependence.on(i, j) {
                let weight = self.entry(system, i, j, false);
                let term = system.graph.mul(weight, system.start[j]);
                total = system.graph.add(total, term);
            }
        }
        total
    }

    /// The weight of state j, or of the constant of its equation, in the new state i.
    fn entry(&mut self, system: &mut System<'_>, i: usize, j: usize, constant: bool) -> NodeId {
        let Some(paths) = self.dependence.paths(j, i) else {
            let full = self
                .full
                .get_or_insert_with(|| propagators(system.graph, &self.linear.a, system.dt));
            return if constant { full.1[i][j] } else { full.0[i][j] };
        };
        let graph = &mut *system.graph;
        let mut total = graph.number(0.0);
        for path in paths {
            let mut rates = Vec::with_capacity(path.len() + 1);
            if constant {
                rates.push(graph.number(0.0));
            }
            rates.extend(path.iter().map(|&k| self.linear.a[k][k]));
            let mut weight = difference(graph, &rates, system.dt);
            for pair in path.windows(2) {
                weight = graph.mul(weight, self.linear.a[pair[1]][pair[0]]);
            }
            total = graph.add(total, weight);
        }
        total
    }
}

/// `sqrt(dt exprel(2 a dt))`: the deviation of an Ornstein-Uhlenbeck process after a step.
fn deviation(system: &mut System<'_>, slope: NodeId) -> NodeId {
    let two = system.graph.number(2.0);
    let doubled = system.graph.mul(two, slope);
    let scaled = system.graph.mul(doubled, system.dt);
    let variance = effective_step(system, scaled);
    system.graph.apply(Operator::Sqrt, &[variance])
}

/// Refuses noise whose exact step is more than a deviation of one state.
fn check_noise(system: &System<'_>, dependence: &Dependence) -> Result<(), Refusal> {
    let mut seen: Vec<(usize, NodeId)> = Vec::new();
    for (place, equation) in system.equations.iter().enumerate() {
        if equation.noise.is_empty() {
            continue;
        }
        let name = system.name(place);
        let refuse = |reason: String| {
            Err(Refusal {
                equation: place,
                reason,
            })
        };
        if let Some(state) = system.multiplicative(place) {
            let state = &system.graph.symbol_info(state).name;
            return refuse(format!(
                "the noise of `{name}` is scaled by the state `{state}`; `exact` needs noise that \
                 no state scales"
            ));
        }
        if dependence.read(place) {
            return refuse(format!(
                "the noise of `{name}` reaches other states within the step; `exact` takes noise \
                 only in a state that no other equation reads"
            ));
        }
        for &(_, draw) in &equation.noise {
            if seen
                .iter()
                .any(|&(other, known)| known == draw && other != place)
            {
                return refuse(format!(
                    "`{name}` shares its noise with another state; `exact` takes independent \
                     noise only"
                ));
            }
            seen.push((place, draw));
        }
    }
    Ok(())
}
