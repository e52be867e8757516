//! Summands of inputs.

use neuropil_ir::graph::Symbol;
use neuropil_syntax::tree::{Expr, Name};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::{BodyId, Elaborator, EntryKind, Place, Purpose, Scope};
use crate::dimension::Dim;
use crate::model::{PopulationId, Summand};

impl<'a> Elaborator<'a, '_> {
    /// `name += value` onto an input of a population.
    pub(super) fn summand(
        &mut self,
        body: BodyId,
        population: PopulationId,
        name: &Name,
        value: &'a Expr,
        scope: Scope,
    ) {
        let index = self.body(body).names.get(&name.text).copied();
        let kind = index.map(|index| self.body(body).entries[index].kind);
        let Some(EntryKind::Input(symbol)) = kind else {
            if matches!(kind, Some(EntryKind::Broken)) {
                return;
            }
            let what = self.body(body).what.clone();
            let inputs = self.network.populations[population.index()].inputs.clone();
            let near =
                neuropil_syntax::nearest(name.as_str(), inputs.iter().map(|i| i.name.as_str()));
            self.report.push(
                Diagnostic::error(
                    Code::UnknownPort,
                    name.span,
                    format!("{what} has no input `{name}`"),
                )
                .did_you_mean(near),
            );
            return;
        };
        let stream = format!("{}.{name}", self.body(body).path);
        let mut place = Place::new(
            Scope {
                element: Some(body),
                ..scope
            },
            Purpose::Step,
            stream,
        );
        let Some(typed) = self.expr(&mut place, value) else {
            return;
        };
        let dim = self.network.meanings[symbol.index()].dim.clone();
        if !self.input_agrees(body, name, &typed.dim, &dim, value.span) {
            return;
        }
        let own_states: Vec<Symbol> = self.network.populations[population.index()]
            .states
            .iter()
            .map(|state| state.symbol)
            .collect();
        // Affine in states of the neuron: slope and offset, seen by every stage.
        let own = self.network.graph.depends_on(typed.node, &own_states)
            && self.network.graph.affine(typed.node, &own_states).is_some();
        let inputs = &mut self.network.populations[population.index()].inputs;
        if let Some(input) = inputs.iter_mut().find(|input| input.symbol == symbol) {
            input.summands.push(Summand {
                value: typed.node,
                own,
            });
        }
    }

    /// The dimension of what is delivered; a body without units says so in its message.
    fn input_agrees(
        &mut self,
        body: BodyId,
        name: &Name,
        found: &Dim,
        wanted: &Dim,
        span: Span,
    ) -> bool {
        if self.network.dims.equate(found, wanted) {
            return true;
        }
        let what = self.body(body).what.clone();
        if self.body(body).dimensionless {
            let got = self.phrase(found);
            self.report.push(
                Diagnostic::error(
                    Code::UnitMismatch,
                    span,
                    format!("{what} is dimensionless; `{name}` expects a number, found {got}"),
                )
                .help("write the number alone"),
            );
            return false;
        }
        self.demand(found, wanted, span, &format!("the input `{name}` is"))
    }
}
