//! Events, their refractory times and clocks; conditions that could never end or never begin.

use std::collections::HashMap;

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_ir::operator::Operator;
use neuropil_syntax::tree::{self, Expr, RefractorySpan};
use neuropil_syntax::{Code, Diagnostic, Span};

use super::{BodyId, Elaborator, EntryKind, Place, Purpose, Scope};
use crate::model::{Clock, Condition, Event, PopulationId, Refractory, Write};

impl<'a> Elaborator<'a, '_> {
    pub(super) fn clock(&mut self, body: BodyId, population: PopulationId, every: &'a tree::Every) {
        if let Some(from) = &every.from {
            self.report.unsupported(from.span, "`from` of a clock");
            return;
        }
        let number = self.network.populations[population.index()].clocks.len();
        let block = self.block(body, population, &every.handler, &format!("every{number}"));
        let mut place = Place::new(Scope::of(body), Purpose::Fixed, "");
        let Some(period) = self.expr(&mut place, &every.period) else {
            return;
        };
        let time = self.time_dim(&place);
        if !self.demand(&period.dim, &time, every.period.span, "a period is") {
            return;
        }
        let Some(value) = self.network.constant(period.node) else {
            self.report.error(
                Code::MayNotVary,
                every.period.span,
                "the period of a clock is one number for all",
            );
            return;
        };
        if !(value > 0.0 && value.is_finite()) {
            self.report.error(
                Code::ImpossibleValue,
                every.period.span,
                format!("the period of a clock must be positive, found {value} ms"),
            );
            return;
        }
        if let Some(block) = block {
            self.network.populations[population.index()]
                .clocks
                .push(Clock {
                    period: value,
                    block,
                    span: every.span,
                });
        }
    }

    pub(super) fn event(&mut self, body: BodyId, population: PopulationId, event: &'a tree::Event) {
        let name = event.name.as_str().to_owned();
        let known = &self.network.populations[population.index()].events;
        if known.iter().any(|other| other.name == name) {
            self.report.error(
                Code::DuplicateName,
                event.name.span(),
                format!("the event `{name}` is declared twice"),
            );
            return;
        }
        let stream = format!("{}.{name}", self.body(body).path);
        let mut place = Place::new(Scope::of(body), Purpose::Step, stream);
        let condition = match &event.condition {
            tree::Condition::When { expr, rising } => {
                self.truth(&mut place, expr).map(|value| Condition::When {
                    condition: value.node,
                    rising: rising.is_some(),
                })
            }
            tree::Condition::Count(expr) => self.expr(&mut place, expr).and_then(|value| {
                self.demand_number(&value, expr.span, "a number of events is")
                    .then_some(Condition::Count(value.node))
            }),
        };
        let block = match &event.handler {
            Some(handler) => self.block(body, population, handler, &name),
            None => Some(Vec::new()),
        };
        let refractory = match &event.refractory {
            Some(refractory) => self.refractory(body, refractory).map(Some),
            None => Some(None),
        };
        let (Some(condition), Some(block), Some(refractory)) = (condition, block, refractory)
        else {
            // The event stays known, so that nothing else is said about its absence.
            let never = self.network.graph.truth(false);
            self.network.populations[population.index()]
                .events
                .push(Event {
                    name,
                    span: event.span,
                    condition: Condition::When {
                        condition: never,
                        rising: false,
                    },
                    block: Vec::new(),
                    refractory: None,
                });
            return;
        };
        if let Condition::When { condition, rising } = condition {
            self.check_condition(
                population,
                event,
                condition,
                rising,
                &block,
                refractory.is_some(),
            );
        }
        self.network.populations[population.index()]
            .events
            .push(Event {
                name,
                span: event.span,
                condition,
                block,
                refractory,
            });
    }

    fn refractory(&mut self, body: BodyId, clause: &'a tree::Refractory) -> Option<Refractory> {
        let duration = match &clause.duration {
            RefractorySpan::Forever(_) => None,
            RefractorySpan::Time(expr) => Some(self.duration(body, expr)?),
        };
        let mut holding = Vec::new();
        for name in &clause.holding {
            holding.push(self.state_named(body, name, Code::CannotHold)?);
        }
        Some(Refractory {
            duration,
            holding,
            span: clause.span,
        })
    }

    fn duration(&mut self, body: BodyId, expr: &'a Expr) -> Option<NodeId> {
        let mut place = Place::new(Scope::of(body), Purpose::Build, "");
        let value = self.expr(&mut place, expr)?;
        let time = self.time_dim(&place);
        if !self.demand(&value.dim, &time, expr.span, "a refractory time is") {
            return None;
        }
        if let Some(number) = self.network.constant(value.node)
            && !(number >= 0.0 && number.is_finite())
        {
            let span = self.origin(body, expr);
            self.report.error(
                Code::ImpossibleValue,
                span,
                format!("a refractory time is not negative, found {number} ms"),
            );
            return None;
        }
        if !self.network.is_built(value.node) {
            self.report.error(
                Code::MayNotVary,
                expr.span,
                "a refractory time cannot change in time",
            );
            return None;
        }
        Some(value.node)
    }

    /// Where the value of an expression was given: for a parameter, its value in the text.
    pub(super) fn origin(&self, body: BodyId, expr: &Expr) -> Span {
        let mut span = expr.span;
        let mut next = expr.as_name().map(|name| (body, name.text.clone()));
        // A chain of names handed down is as long as the text makes it; circles were refused.
        for _ in 0..64 {
            let Some((body, name)) = next else { break };
            let Some(&index) = self.body(body).names.get(&name) else {
                break;
            };
            let entry = &self.body(body).entries[index];
            let (EntryKind::Parameter, Some((value, scope))) = (entry.kind, entry.value) else {
                break;
            };
            span = value.span;
            next = value.as_name().map(|name| (scope.body, name.text.clone()));
        }
        span
    }

    /// Refuses conditions that nothing makes false again, and those that can never hold.
    fn check_condition(
        &mut self,
        population: PopulationId,
        event: &tree::Event,
        condition: NodeId,
        rising: bool,
        block: &[Write],
        refractory: bool,
    ) {
        let tree::Condition::When { expr, .. } = &event.condition else {
            return;
        };
        let span = expr.span;
        self.check_reachable(population, condition, span);
        if rising {
            return;
        }
        let written: Vec<Symbol> = block.iter().map(|write| write.state).collect();
        if !refractory && !self.network.graph.depends_on(condition, &written) {
            self.report.push(
                Diagnostic::error(
                    Code::NothingResets,
                    span,
                    "nothing makes this condition false again",
                )
                .help("add `rising` to count crossings, or a block that resets"),
            );
            return;
        }
        // An absorbing bound: it holds for ever and is not tested again.
        let absorbing = matches!(
            event.refractory,
            Some(tree::Refractory {
                duration: RefractorySpan::Forever(_),
                ..
            })
        );
        if absorbing {
            return;
        }
        let map: HashMap<Symbol, NodeId> = block
            .iter()
            .map(|write| (write.state, write.value))
            .collect();
        let after = self.network.graph.substitute(&[condition], &map)[0];
        if self.network.is_uniform(after) && self.network.constant(after) == Some(1.0) {
            self.report.push(
                Diagnostic::error(
                    Code::NothingResets,
                    span,
                    "the condition still holds after its own block",
                )
                .here("true again right after the reset")
                .help("the reset must lie on the other side of the threshold"),
            );
        }
    }

    /// `V > V_peak` cannot hold where `bound V <= V_peak`.
    fn check_reachable(&mut self, population: PopulationId, condition: NodeId, span: Span) {
        let neuropil_ir::graph::Node::Apply(Operator::Lt, [left, right, _]) =
            self.network.graph.node(condition)
        else {
            return;
        };
        let states = &self.network.populations[population.index()].states;
        let caught = states.iter().find(|state| {
            let own = neuropil_ir::graph::Node::Symbol(state.symbol);
            (self.network.graph.node(right) == own && state.upper == Some(left))
                || (self.network.graph.node(left) == own && state.lower == Some(right))
        });
        if let Some(state) = caught {
            let (name, upper) = (
                state.name.clone(),
                self.network.graph.node(right) == neuropil_ir::graph::Node::Symbol(state.symbol),
            );
            let sign = if upper { ">=" } else { "<=" };
            self.report.push(
                Diagnostic::error(
                    Code::ConditionCannotFire,
                    span,
                    format!("`{name}` is bounded and can only reach this value, not pass it"),
                )
                .help(format!("use `{sign}`")),
            );
        }
    }
}
