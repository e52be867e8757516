//! Start values: expressions, chains of them, and states that start where they stand still.

use std::collections::HashMap;

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_syntax::tree::{Init, InitValue};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::{BodyId, Elaborator, Place, Purpose, Scope};
use crate::model::{Law, PopulationId};

impl<'a> Elaborator<'a, '_> {
    /// Reads start values; returns the states that start where their equation stands still.
    pub(super) fn start_values(
        &mut self,
        body: BodyId,
        population: PopulationId,
        inits: &[(&'a Init, Scope)],
    ) -> Vec<(Symbol, Span)> {
        let mut steady: Vec<(Symbol, Span)> = Vec::new();
        let mut values: HashMap<Symbol, NodeId> = HashMap::new();
        for &(init, scope) in inits {
            for (name, axes) in &init.targets {
                if !axes.is_empty() {
                    self.report
                        .unsupported(init.span, "a start value of an array");
                    continue;
                }
                let Some(symbol) = self.state_named(body, name, Code::NotAssignable) else {
                    continue;
                };
                let expr = match &init.value {
                    InitValue::Steady(span) => {
                        steady.retain(|&(known, _)| known != symbol);
                        steady.push((symbol, *span));
                        continue;
                    }
                    InitValue::Expr(expr) => expr,
                };
                steady.retain(|&(known, _)| known != symbol);
                let unit = Self::unit_of_literal(expr);
                let stream = format!("{}.{name}", self.body(body).path);
                let mut place = Place::new(scope, Purpose::Build, stream);
                let Some(value) = self.expr(&mut place, expr) else {
                    continue;
                };
                let dim = self.network.meanings[symbol.index()].dim.clone();
                if !self.demand(&value.dim, &dim, expr.span, &format!("`{name}` is")) {
                    continue;
                }
                values.insert(symbol, value.node);
                let states = &mut self.network.populations[population.index()].states;
                if let Some(state) = states.iter_mut().find(|state| state.symbol == symbol) {
                    state.init = value.node;
                    if state.unit.is_none() {
                        state.unit = unit;
                    }
                }
            }
        }
        self.chain_start_values(population);
        steady
    }

    /// Start values that mention other states (`init u = b*V`) mean their start values.
    fn chain_start_values(&mut self, population: PopulationId) {
        let count = self.network.populations[population.index()].states.len();
        for _ in 0..=count {
            let states = &self.network.populations[population.index()].states;
            let map: HashMap<Symbol, NodeId> = states
                .iter()
                .map(|state| (state.symbol, state.init))
                .collect();
            let roots: Vec<NodeId> = states.iter().map(|state| state.init).collect();
            let new = self.network.graph.substitute(&roots, &map);
            if new == roots {
                return;
            }
            let states = &mut self.network.populations[population.index()].states;
            for (state, value) in states.iter_mut().zip(new) {
                state.init = value;
            }
        }
        let span = self.network.populations[population.index()].span;
        self.report.error(
            Code::CircularDefinition,
            span,
            "the start values of this model's states are defined by each other",
        );
    }

    /// `init m = steady`: the zero of an equation that is linear in its own state.
    pub(super) fn steady_values(&mut self, population: PopulationId, steady: &[(Symbol, Span)]) {
        let mut open: Vec<(Symbol, Span)> = steady.to_vec();
        while !open.is_empty() {
            let names: Vec<Symbol> = open.iter().map(|&(symbol, _)| symbol).collect();
            let before = open.len();
            open.retain(|&(symbol, span)| {
                let states = &self.network.populations[population.index()].states;
                let Some(state) = states.iter().find(|state| state.symbol == symbol) else {
                    return false;
                };
                let name = state.name.clone();
                let Law::Rate { rhs, .. } = state.law else {
                    self.report.error(
                        Code::MissingEquation,
                        span,
                        format!("`{name}` has no equation that could be steady"),
                    );
                    return false;
                };
                let Some(form) = self.network.graph.affine(rhs, &[symbol]) else {
                    self.report.push(
                        Diagnostic::error(
                            Code::NotLinear,
                            span,
                            format!("`steady` needs an equation that is linear in `{name}`"),
                        )
                        .help("give the start value as an expression"),
                    );
                    return false;
                };
                let others: Vec<Symbol> = names
                    .iter()
                    .copied()
                    .filter(|&other| other != symbol)
                    .collect();
                let graph = &mut self.network.graph;
                let quotient = graph.div(form.constant, form.coefficients[0]);
                let zero = graph.neg(quotient);
                if graph.depends_on(zero, &others) {
                    return true;
                }
                let states = &self.network.populations[population.index()].states;
                let mut map: HashMap<Symbol, NodeId> = states
                    .iter()
                    .map(|state| (state.symbol, state.init))
                    .collect();
                for input in &self.network.populations[population.index()].inputs {
                    map.insert(input.symbol, self.network.graph.number(0.0));
                }
                let value = self.network.graph.substitute(&[zero], &map)[0];
                let states = &mut self.network.populations[population.index()].states;
                if let Some(state) = states.iter_mut().find(|state| state.symbol == symbol) {
                    state.init = value;
                }
                false
            });
            if open.len() == before {
                for (_, span) in open {
                    self.report.error(
                        Code::CircularDefinition,
                        span,
                        "these steady start values depend on each other",
                    );
                }
                return;
            }
        }
    }
}
