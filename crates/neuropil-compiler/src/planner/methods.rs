//! Which states of a population are advanced by which method: named by the text, or chosen.

use neuropil_ir::graph::Symbol;
use neuropil_syntax::Span;

use super::schedule::Scheduler;
use crate::integrate::{self, Clock, Equation, Method};
use crate::model::Role;

/// An equation with the name and the place of its state.
pub(super) type Named = (Equation, String, Span);

/// A method that the text or the run names, and who does.
type Wanted = Option<(Method, String)>;

impl Scheduler<'_> {
    /// The equations by the method that advances them, named by the text or chosen.
    ///
    /// Where exponential Euler is chosen, coupled states that are linear among themselves (a
    /// synapse of two stages) are advanced exactly: the others see their values at the start of
    /// the step, as they do in any case.
    pub(super) fn choices(
        &mut self,
        equations: Vec<Named>,
        named: &[(Vec<Symbol>, Method, Span)],
        clock: Clock,
    ) -> Vec<(Vec<Named>, integrate::Choice)> {
        let roles: Vec<bool> = self
            .network
            .meanings
            .iter()
            .map(|m| matches!(m.role, Role::Parameter { .. } | Role::StepLength))
            .collect();
        let uniform = |symbol: Symbol| roles.get(symbol.index()).copied().unwrap_or(false);
        let mut list = Vec::new();
        for (group, wanted) in self.partition(equations, named) {
            if let Some((method, reason)) = wanted {
                list.push((group, integrate::Choice { method, reason }));
                continue;
            }
            let plain: Vec<Equation> = group.iter().map(|(e, ..)| e.clone()).collect();
            let graph = &mut self.network.graph;
            let choice = integrate::choose(graph, &plain, clock, &uniform);
            let closed = if choice.method == Method::ExponentialEuler {
                super::closed::linear(graph, &plain, clock.t, &uniform)
            } else {
                vec![false; plain.len()]
            };
            let mut inside = Vec::new();
            let mut outside = Vec::new();
            for (equation, closed) in group.into_iter().zip(closed) {
                if closed {
                    inside.push(equation);
                } else {
                    outside.push(equation);
                }
            }
            if !outside.is_empty() {
                list.push((outside, choice));
            }
            if !inside.is_empty() {
                let reason = "linear among themselves".to_owned();
                let method = Method::Exact;
                list.push((inside, integrate::Choice { method, reason }));
            }
        }
        list
    }

    /// Divides the equations by the methods that the text names.
    fn partition(
        &self,
        equations: Vec<Named>,
        named: &[(Vec<Symbol>, Method, Span)],
    ) -> Vec<(Vec<Named>, Wanted)> {
        if equations.is_empty() {
            return Vec::new();
        }
        if let Some(method) = self.method {
            return vec![(equations, Some((method, "the run says so".to_owned())))];
        }
        let text = "the text says so".to_owned();
        if let Some((_, method, _)) = named.iter().find(|(states, ..)| states.is_empty()) {
            return vec![(equations, Some((*method, text)))];
        }
        let mut groups = Vec::new();
        let mut rest = equations;
        for (states, method, _) in named {
            let (inside, outside) = rest
                .into_iter()
                .partition(|(equation, ..)| states.contains(&equation.symbol));
            rest = outside;
            groups.push((inside, Some((*method, text.clone()))));
        }
        groups.push((rest, None));
        groups.retain(|(list, _)| !list.is_empty());
        groups
    }
}
