//! Blocks: what an event or a clock does, line by line.

use std::collections::{BTreeMap, HashMap};

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_ir::operator::{Kind, Operator};
use neuropil_syntax::tree::{AssignOp, Expr, Handler, HandlerLine, Path};
use neuropil_syntax::{Code, Diagnostic};

use super::{BodyId, Elaborator, EntryKind, Place, Purpose, Scope, Typed};
use crate::model::{Meaning, PopulationId, Role, Write};

impl<'a> Elaborator<'a, '_> {
    /// The block of an event or clock of a population: new values in terms of those before it.
    ///
    /// Each line sees the ones before; bounds clip after every change.
    pub(super) fn block(
        &mut self,
        body: BodyId,
        population: PopulationId,
        handler: &'a Handler,
        stream: &str,
    ) -> Option<Vec<Write>> {
        let path = format!("{}.{stream}", self.body(body).path);
        let mut place = Place::new(Scope::of(body), Purpose::Step, path);
        // Ascending by symbol, so that the order of the writes is fixed.
        let mut current: BTreeMap<Symbol, NodeId> = BTreeMap::new();
        // What `let` names stands for itself until a line is done, so that a later line does not
        // see newer values through it.
        let mut lets: BTreeMap<Symbol, NodeId> = BTreeMap::new();
        let mut complete = true;
        for line in &handler.lines {
            match line {
                HandlerLine::Let { name, value } => {
                    let Some(value) = self.value(&mut place, value) else {
                        complete = false;
                        continue;
                    };
                    let fixed = self.seen_after(&current, &lets, value.node);
                    let symbol = self.let_symbol(name.as_str(), &value);
                    lets.insert(symbol, fixed);
                    let node = self.network.graph.symbol(symbol);
                    place.locals.push((
                        name.text.clone(),
                        Typed {
                            node,
                            dim: value.dim,
                        },
                    ));
                }
                HandlerLine::Assign { target, op, value } => {
                    let written = self.assignment(
                        &mut place, body, population, target, *op, value, &current, &lets,
                    );
                    match written {
                        Some((symbol, node)) => {
                            current.insert(symbol, node);
                        }
                        None => complete = false,
                    }
                }
            }
        }
        let writes = current
            .into_iter()
            .map(|(state, value)| Write { state, value })
            .collect();
        complete.then_some(writes)
    }

    /// An expression as it is after the lines before.
    fn seen_after(
        &mut self,
        current: &BTreeMap<Symbol, NodeId>,
        lets: &BTreeMap<Symbol, NodeId>,
        node: NodeId,
    ) -> NodeId {
        let map: HashMap<Symbol, NodeId> =
            current.iter().chain(lets).map(|(&s, &n)| (s, n)).collect();
        self.network.graph.substitute(&[node], &map)[0]
    }

    /// A symbol for what a `let` names.
    fn let_symbol(&mut self, name: &str, value: &Typed) -> Symbol {
        self.network.meanings.push(Meaning {
            dim: value.dim.clone(),
            role: Role::Open,
        });
        match self.network.graph.kind(value.node) {
            Kind::Number => self.network.graph.new_symbol(name),
            Kind::Truth => self.network.graph.new_truth_symbol(name),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one line of a block needs all of its context"
    )]
    fn assignment(
        &mut self,
        place: &mut Place,
        body: BodyId,
        population: PopulationId,
        target: &'a Path,
        op: AssignOp,
        value: &'a Expr,
        current: &BTreeMap<Symbol, NodeId>,
        lets: &BTreeMap<Symbol, NodeId>,
    ) -> Option<(Symbol, NodeId)> {
        let value_span = value.span;
        let value = self.expr(place, value);
        let name = target.as_name();
        let Some(name) = name else {
            self.report.error(
                Code::NotAssignable,
                target.span,
                "a block changes states of its own body; expected one name",
            );
            return None;
        };
        let Some(&index) = self.body(body).names.get(&name.text) else {
            let what = self.body(body).what.clone();
            let states: Vec<String> = self.network.populations[population.index()]
                .states
                .iter()
                .map(|state| state.name.clone())
                .collect();
            let near = neuropil_syntax::nearest(name.as_str(), states.iter().map(String::as_str));
            self.report.push(
                Diagnostic::error(
                    Code::UnknownName,
                    name.span,
                    format!("{what} has no `{name}`"),
                )
                .did_you_mean(near),
            );
            return None;
        };
        let EntryKind::State(symbol) = self.body(body).entries[index].kind else {
            self.not_a_state(body, index, name, op);
            return None;
        };
        let value = value?;
        let state_dim = self.network.meanings[symbol.index()].dim.clone();
        let expected = format!("`{name}` is");
        if op == AssignOp::Multiply {
            if !self.demand_number(&value, value_span, "a factor is") {
                return None;
            }
        } else if !self.demand(&value.dim, &state_dim, value_span, &expected) {
            return None;
        }
        let new = self.seen_after(current, lets, value.node);
        let own = self.network.graph.symbol(symbol);
        let old = current.get(&symbol).copied().unwrap_or(own);
        let graph = &mut self.network.graph;
        let changed = match op {
            AssignOp::Set => new,
            AssignOp::Add => graph.add(old, new),
            AssignOp::Subtract => graph.sub(old, new),
            AssignOp::Multiply => graph.mul(old, new),
        };
        Some((symbol, self.clipped(population, symbol, changed)))
    }

    fn not_a_state(
        &mut self,
        body: BodyId,
        index: usize,
        name: &neuropil_syntax::Name,
        op: AssignOp,
    ) {
        let (code, message, help) = match self.body(body).entries[index].kind {
            EntryKind::Input(_) => (
                Code::InputAssigned,
                format!("`{name}` is an input, the sum of what is delivered"),
                "a block cannot change it".to_owned(),
            ),
            EntryKind::Parameter => (
                Code::NotAssignable,
                format!("`{name}` is a parameter and does not change during a run"),
                format!("a value that changes is a state: write `init {name} = …`"),
            ),
            EntryKind::Broken => return,
            _ => (
                Code::NotAssignable,
                format!(
                    "`{name}` is computed from others and cannot be written by `{}`",
                    op.as_str()
                ),
                "write to the states that it is computed from".to_owned(),
            ),
        };
        self.report
            .push(Diagnostic::error(code, name.span, message).help(help));
    }

    /// A new value of a state, clipped to its bounds.
    pub(super) fn clipped(
        &mut self,
        population: PopulationId,
        symbol: Symbol,
        value: NodeId,
    ) -> NodeId {
        let states = &self.network.populations[population.index()].states;
        let Some(state) = states.iter().find(|state| state.symbol == symbol) else {
            return value;
        };
        let (lower, upper) = (state.lower, state.upper);
        let graph = &mut self.network.graph;
        let mut value = value;
        if let Some(upper) = upper {
            value = graph.apply(Operator::Min, &[value, upper]);
        }
        if let Some(lower) = lower {
            value = graph.apply(Operator::Max, &[value, lower]);
        }
        value
    }
}
