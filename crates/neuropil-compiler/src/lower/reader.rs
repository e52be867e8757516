//! What a kernel reads: symbols where the environment has them, hoisted values from slots.

use neuropil_ir::graph::{Graph, Node, NodeId};
use neuropil_ir::kernel::{Builder, Value};
use neuropil_ir::operator::Kind;

use super::LowerError;
use super::bound::Bound;
use super::environment::{Rate, Source};
use super::evaluate::{as_mask, evaluate};
use super::session::{Allocate, Session};
use super::walk::Leaves;

/// Reads symbols and hoisted values into a kernel that runs as often as `level` says.
pub(super) struct Reader<'a, 'b> {
    session: &'a mut Session,
    allocate: Allocate<'b>,
    level: Rate,
    rates: Vec<Option<Rate>>,
    pub(super) bound: Bound,
}

impl<'a, 'b> Reader<'a, 'b> {
    pub(super) fn new(
        session: &'a mut Session,
        graph: &Graph,
        allocate: Allocate<'b>,
        level: Rate,
    ) -> Self {
        let rates = session.rates(graph);
        Self {
            session,
            allocate,
            level,
            rates,
            bound: Bound::default(),
        }
    }

    /// The slot of a hoisted node, as a number.
    fn hoisted(
        &mut self,
        graph: &Graph,
        builder: &mut Builder,
        id: NodeId,
        negated: bool,
        rate: Rate,
    ) -> Value {
        let (slot, name) = self.session.hoist(graph, self.allocate, id, negated, rate);
        let uniform = self.bound.uniform(builder, slot, &name);
        builder.read(uniform)
    }
}

impl Leaves for Reader<'_, '_> {
    fn is_leaf(&self, graph: &Graph, id: NodeId) -> bool {
        match graph.node(id) {
            Node::Apply(..) => self.rates[id.index()].is_none_or(|rate| rate < self.level),
            _ => true,
        }
    }

    fn negates(&self, _: &Graph, id: NodeId) -> bool {
        self.rates[id.index()].is_none_or(|rate| rate < self.level)
    }

    fn read(
        &mut self,
        graph: &Graph,
        builder: &mut Builder,
        id: NodeId,
    ) -> Result<Value, LowerError> {
        let value = match (graph.node(id), self.rates[id.index()]) {
            (Node::Number(value), _) => builder.number(value),
            (Node::Truth(value), _) => builder.mask(value),
            (Node::Apply(..), Some(rate)) => self.hoisted(graph, builder, id, false, rate),
            (Node::Apply(..), None) => {
                // No symbol, so nothing can be missing.
                builder.number(evaluate(graph, id, &|_| None).unwrap_or(f64::NAN))
            }
            (Node::Symbol(symbol), _) => {
                let name = || graph.symbol_info(symbol).name.clone();
                let Some((source, rate)) = self.session.environment.get(symbol) else {
                    return Err(LowerError::Unbound {
                        symbol,
                        name: name(),
                    });
                };
                if *rate > self.level {
                    return Err(LowerError::Varying {
                        symbol,
                        name: name(),
                    });
                }
                match source {
                    Source::Array {
                        name,
                        buffer,
                        element,
                    } => {
                        let binding = self.bound.binding(builder, *buffer, name, *element);
                        builder.load(binding)
                    }
                    Source::Slot(slot) => {
                        let uniform = self.bound.uniform(builder, *slot, &name());
                        builder.read(uniform)
                    }
                    Source::Lane => builder.lane(),
                    Source::Draw { name, stream } => {
                        let stream = self.bound.stream(builder, *stream, name);
                        builder.drawn(stream)
                    }
                }
            }
        };
        Ok(match graph.kind(id) {
            Kind::Truth => as_mask(builder, value),
            Kind::Number => value,
        })
    }

    fn read_negated(
        &mut self,
        graph: &Graph,
        builder: &mut Builder,
        id: NodeId,
    ) -> Result<Value, LowerError> {
        match (graph.node(id), self.rates[id.index()]) {
            // Hoisted with its sign changed: no operation an element.
            (Node::Apply(..) | Node::Symbol(_), Some(rate)) if rate < self.level => {
                Ok(self.hoisted(graph, builder, id, true, rate))
            }
            _ => {
                let value = self.read(graph, builder, id)?;
                Ok(builder.neg(value))
            }
        }
    }
}
