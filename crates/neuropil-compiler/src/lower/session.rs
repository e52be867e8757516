//! A lowering session: kernels that share what is hoisted out of them.

use std::collections::HashMap;

use neuropil_ir::graph::{Graph, Node, NodeId};
use neuropil_ir::kernel::{Builder, Element, Precision};
use neuropil_ir::plan::SlotId;

use super::environment::{Environment, Rate};
use super::evaluate::as_real;
use super::output::{Lowered, Output};
use super::reader::Reader;
use super::walk::walk;
use super::{LowerError, factor};

/// Gives a new slot for a name.
pub type Allocate<'a> = &'a mut dyn FnMut(&str) -> SlotId;

/// Longest text of an expression in the name of its slot.
const LONGEST_NAME: usize = 48;

/// Lowers expressions of one graph to kernels that share their hoisted values.
///
/// The graph and the environment may grow between calls; what an existing symbol means may not
/// change.
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) environment: Environment,
    precision: Precision,
    entries: Vec<Entry>,
    /// Places in `entries` of nodes, and of nodes with their sign changed.
    known: HashMap<(NodeId, bool), usize>,
}

/// A value that is computed once for all elements.
#[derive(Clone, Debug)]
struct Entry {
    node: NodeId,
    negated: bool,
    slot: SlotId,
    name: String,
    rate: Rate,
}

/// The kernels of a session that compute what was hoisted.
#[derive(Clone, Debug, PartialEq)]
pub struct Hoisted {
    /// Runs once, when parameters and dt are known.
    pub prepare: Option<Lowered>,
    /// Runs at the start of every step.
    pub step: Option<Lowered>,
}

impl Session {
    /// Starts a session; `precision` is that of the kernels over elements.
    pub fn new(environment: Environment, precision: Precision) -> Self {
        Self {
            environment,
            precision,
            entries: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// What is known of symbols.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What is known of symbols, to add to it.
    pub fn environment_mut(&mut self) -> &mut Environment {
        &mut self.environment
    }

    /// Lowers a kernel over elements, in the precision of the session.
    ///
    /// # Errors
    ///
    /// [`LowerError::Unbound`] for a symbol that the environment does not hold.
    pub fn map(
        &mut self,
        graph: &mut Graph,
        allocate: Allocate<'_>,
        name: &str,
        outputs: &[Output],
    ) -> Result<Lowered, LowerError> {
        let roots: Vec<NodeId> = outputs.iter().filter_map(Output::value).collect();
        let rates = self.rates(graph);
        let varies = |id: NodeId| rates[id.index()] == Some(Rate::Lane);
        let mut joined = factor::join(graph, &roots, &varies).into_iter();
        let outputs: Vec<Output> = outputs
            .iter()
            .map(|output| match output.value() {
                Some(_) => joined
                    .next()
                    .map_or_else(|| output.clone(), |new| output.with_value(new)),
                None => output.clone(),
            })
            .collect();
        self.lower(graph, allocate, name, Rate::Lane, &outputs)
    }

    /// Lowers a kernel of one lane, in f64, that runs as often as `rate` says.
    ///
    /// # Errors
    ///
    /// [`LowerError`] for a symbol that the environment does not hold, or that changes more often.
    pub fn scalar(
        &mut self,
        graph: &Graph,
        allocate: Allocate<'_>,
        name: &str,
        rate: Rate,
        outputs: &[Output],
    ) -> Result<Lowered, LowerError> {
        self.lower(graph, allocate, name, rate.min(Rate::Step), outputs)
    }

    /// Ends the session: the kernels that compute what was hoisted, named `name.prepare` and
    /// `name.step`.
    ///
    /// # Errors
    ///
    /// [`LowerError::Unbound`] for a symbol that the environment does not hold.
    pub fn finish(
        mut self,
        graph: &Graph,
        allocate: Allocate<'_>,
        name: &str,
    ) -> Result<Hoisted, LowerError> {
        // The step kernel first: it hoists into the prepare kernel.
        let step = self.hoisted_kernel(graph, allocate, &format!("{name}.step"), Rate::Step)?;
        let prepare =
            self.hoisted_kernel(graph, allocate, &format!("{name}.prepare"), Rate::Build)?;
        Ok(Hoisted { prepare, step })
    }

    fn hoisted_kernel(
        &mut self,
        graph: &Graph,
        allocate: Allocate<'_>,
        name: &str,
        rate: Rate,
    ) -> Result<Option<Lowered>, LowerError> {
        let entries: Vec<Entry> = self
            .entries
            .iter()
            .filter(|entry| entry.rate == rate)
            .cloned()
            .collect();
        if entries.is_empty() {
            return Ok(None);
        }
        let roots: Vec<NodeId> = entries.iter().map(|entry| entry.node).collect();
        let mut builder = Builder::new(name, Precision::F64);
        let mut reader = Reader::new(self, graph, allocate, rate);
        let values = walk(graph, &mut builder, &mut reader, &roots)?;
        let mut bound = reader.bound;
        for (entry, value) in entries.iter().zip(values) {
            let value = as_real(&mut builder, value);
            let value = if entry.negated {
                builder.neg(value)
            } else {
                value
            };
            let uniform = bound.uniform(&mut builder, entry.slot, &entry.name);
            builder.set(uniform, value);
        }
        Ok(Some(bound.lowered(builder)))
    }

    fn lower(
        &mut self,
        graph: &Graph,
        allocate: Allocate<'_>,
        name: &str,
        level: Rate,
        outputs: &[Output],
    ) -> Result<Lowered, LowerError> {
        let precision = if level == Rate::Lane {
            self.precision
        } else {
            Precision::F64
        };
        let mut builder = Builder::new(name, precision);
        let roots: Vec<NodeId> = outputs.iter().filter_map(Output::value).collect();
        let mut reader = Reader::new(self, graph, allocate, level);
        // A sample is binding 0, so it is declared before anything is loaded.
        for output in outputs {
            if let Output::Sample { name, .. } = output {
                reader.bound.sample = Some(builder.binding(name.clone(), Element::Real));
            }
        }
        let values = walk(graph, &mut builder, &mut reader, &roots)?;
        let mut bound = reader.bound;
        let mut values = values.into_iter();
        for output in outputs {
            let value = match output.value() {
                Some(_) => values.next(),
                None => None,
            };
            bound.effect(&mut builder, output, value);
        }
        Ok(bound.lowered(builder))
    }

    /// How often each node of the graph changes; `None` for expressions of constants alone.
    pub(super) fn rates(&self, graph: &Graph) -> Vec<Option<Rate>> {
        let mut rates: Vec<Option<Rate>> = Vec::with_capacity(graph.len());
        for place in 0..graph.len() {
            let id = NodeId(place as u32);
            let rate = match graph.node(id) {
                Node::Number(_) | Node::Truth(_) => None,
                Node::Symbol(symbol) => Some(self.environment.rate(symbol)),
                Node::Apply(..) => graph
                    .operands(id)
                    .filter_map(|operand| rates[operand.index()])
                    .max(),
            };
            rates.push(rate);
        }
        rates
    }

    /// The slot of a node that is computed once for all elements, and its name.
    pub(super) fn hoist(
        &mut self,
        graph: &Graph,
        allocate: Allocate<'_>,
        node: NodeId,
        negated: bool,
        rate: Rate,
    ) -> (SlotId, String) {
        if let Some(&place) = self.known.get(&(node, negated)) {
            let entry = &self.entries[place];
            return (entry.slot, entry.name.clone());
        }
        let text = graph.to_text(node);
        let mut name = if negated { format!("-({text})") } else { text };
        if name.chars().count() > LONGEST_NAME {
            name = name.chars().take(LONGEST_NAME).chain(['…']).collect();
        }
        let slot = allocate(&name);
        self.known.insert((node, negated), self.entries.len());
        self.entries.push(Entry {
            node,
            negated,
            slot,
            name: name.clone(),
            rate,
        });
        (slot, name)
    }
}
