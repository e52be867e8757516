//! States of a system that are linear among themselves and read no others.

use neuropil_ir::graph::{Graph, Symbol};

use crate::integrate::Equation;

/// Marks the coupled states that form a closed linear subsystem with uniform coefficients.
///
/// A state that reads no other is left out: every method is exact for its decay.
pub(super) fn linear(
    graph: &mut Graph,
    equations: &[Equation],
    time: Symbol,
    uniform: &dyn Fn(Symbol) -> bool,
) -> Vec<bool> {
    let states: Vec<Symbol> = equations.iter().map(|equation| equation.symbol).collect();
    let mut inside: Vec<bool> = equations
        .iter()
        .map(|e| e.noise.is_empty() && e.held.is_none() && e.lower.is_none() && e.upper.is_none())
        .collect();
    // Taking one state out may break another; at most one round a state.
    for _ in 0..equations.len() {
        let members: Vec<Symbol> = chosen(&states, &inside);
        let mut changed = false;
        for (place, equation) in equations.iter().enumerate() {
            if inside[place] && !closed(graph, equation, &states, &members, time, uniform) {
                inside[place] = false;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    // Only what is coupled gains by it: a state that reads a member or is read by one.
    let members = chosen(&states, &inside);
    let reads: Vec<Vec<Symbol>> = equations
        .iter()
        .map(|equation| {
            let mentioned = graph.symbols_of(equation.rhs);
            mentioned
                .into_iter()
                .filter(|s| members.contains(s) && *s != equation.symbol)
                .collect()
        })
        .collect();
    (0..equations.len())
        .map(|place| {
            let read_inside = reads
                .iter()
                .zip(&inside)
                .any(|(list, &member)| member && list.contains(&states[place]));
            inside[place] && (!reads[place].is_empty() || read_inside)
        })
        .collect()
}

fn chosen(states: &[Symbol], inside: &[bool]) -> Vec<Symbol> {
    states
        .iter()
        .zip(inside)
        .filter_map(|(&state, &member)| member.then_some(state))
        .collect()
}

/// Whether an equation is linear in the members with uniform coefficients and reads nothing else
/// of the system.
fn closed(
    graph: &mut Graph,
    equation: &Equation,
    states: &[Symbol],
    members: &[Symbol],
    time: Symbol,
    uniform: &dyn Fn(Symbol) -> bool,
) -> bool {
    let Some(form) = graph.affine(equation.rhs, members) else {
        return false;
    };
    let constant = graph.symbols_of(form.constant);
    if constant.iter().any(|s| *s == time || states.contains(s)) {
        return false;
    }
    form.coefficients
        .iter()
        .all(|&c| graph.symbols_of(c).into_iter().all(uniform))
}

#[cfg(test)]
mod tests {
    use super::linear;
    use crate::integrate::Equation;
    use neuropil_ir::graph::Graph;

    #[test]
    fn a_chain_is_closed_and_a_single_decay_is_left_out() {
        let mut g = Graph::new();
        let [v, a, b, c, t] = ["V", "a", "b", "c", "t"].map(|name| g.new_symbol(name));
        let [nv, na, nb, nc] = [v, a, b, c].map(|symbol| g.symbol(symbol));
        let chain = g.sub(na, nb);
        let decay = g.neg(nc);
        let first = g.neg(na);
        let product = g.mul(nb, nv);
        let equations = [(v, product), (a, first), (b, chain), (c, decay)]
            .map(|(symbol, rhs)| Equation::new(symbol, rhs));
        let marks = linear(&mut g, &equations, t, &|_| false);
        assert_eq!(marks, [false, true, true, false]);
    }
}
