//! Emits the operations of expressions into a kernel, and contracts products and sums.

use std::collections::HashMap;

use neuropil_ir::graph::{Graph, Node, NodeId};
use neuropil_ir::kernel::{Builder, Origin, Value};
use neuropil_ir::operator::Operator;

use super::LowerError;
use super::operation;

/// What a kernel reads instead of computing it.
pub(super) trait Leaves {
    /// Whether a node is read.
    fn is_leaf(&self, graph: &Graph, id: NodeId) -> bool;

    /// Whether the sign of a node that is read can change without an operation.
    fn negates(&self, graph: &Graph, id: NodeId) -> bool;

    /// The value of a node that is read: a mask for a truth value.
    fn read(
        &mut self,
        graph: &Graph,
        builder: &mut Builder,
        id: NodeId,
    ) -> Result<Value, LowerError>;

    /// The value of a node that is read, with its sign changed.
    fn read_negated(
        &mut self,
        graph: &Graph,
        builder: &mut Builder,
        id: NodeId,
    ) -> Result<Value, LowerError>;
}

/// How a node is computed.
#[derive(Clone, Copy)]
enum Form {
    Leaf,
    /// `a * b + c`
    Fma(NodeId, NodeId, NodeId),
    /// `c - a * b`
    Fnma(NodeId, NodeId, NodeId),
    /// `a * b - c`
    Fms(NodeId, NodeId, NodeId),
    /// `-(a * b)`, a is read with its sign changed
    NegatedProduct(NodeId, NodeId),
    Apply(Operator, [NodeId; 3]),
}

/// Emits the operations of all roots; gives their values.
pub(super) fn walk(
    graph: &Graph,
    builder: &mut Builder,
    leaves: &mut dyn Leaves,
    roots: &[NodeId],
) -> Result<Vec<Value>, LowerError> {
    let mut walk = Walk {
        graph,
        builder,
        uses: HashMap::new(),
        values: HashMap::new(),
    };
    walk.count(leaves, roots);
    for &root in roots {
        walk.emit(leaves, root)?;
    }
    walk.builder.set_origin(Origin::default());
    Ok(roots.iter().map(|root| walk.values[root]).collect())
}

struct Walk<'a> {
    graph: &'a Graph,
    builder: &'a mut Builder,
    /// How often the kernel needs a node.
    uses: HashMap<NodeId, u32>,
    values: HashMap<NodeId, Value>,
}

impl Walk<'_> {
    fn count(&mut self, leaves: &dyn Leaves, roots: &[NodeId]) {
        let mut open = roots.to_vec();
        while let Some(id) = open.pop() {
            let uses = self.uses.entry(id).or_default();
            *uses += 1;
            if *uses == 1 && !leaves.is_leaf(self.graph, id) {
                open.extend(self.graph.operands(id));
            }
        }
    }

    /// The factors of a product that is needed once.
    fn product(&self, leaves: &dyn Leaves, id: NodeId) -> Option<(NodeId, NodeId)> {
        if self.uses.get(&id) != Some(&1) || leaves.is_leaf(self.graph, id) {
            return None;
        }
        match self.graph.node(id) {
            Node::Apply(Operator::Mul, [a, b, _]) => Some((a, b)),
            Node::Apply(Operator::Pow, [a, b, _]) if self.graph.as_number(b) == Some(2.0) => {
                Some((a, a))
            }
            _ => None,
        }
    }

    fn form(&self, leaves: &dyn Leaves, id: NodeId) -> Form {
        if leaves.is_leaf(self.graph, id) {
            return Form::Leaf;
        }
        let Node::Apply(operator, args) = self.graph.node(id) else {
            return Form::Leaf;
        };
        let [x, y, _] = args;
        match operator {
            Operator::Add => match (self.product(leaves, x), self.product(leaves, y)) {
                (Some((a, b)), _) => Form::Fma(a, b, y),
                (None, Some((a, b))) => Form::Fma(a, b, x),
                (None, None) => Form::Apply(operator, args),
            },
            Operator::Sub => match (self.product(leaves, x), self.product(leaves, y)) {
                (_, Some((a, b))) => Form::Fnma(a, b, x),
                (Some((a, b)), None) => Form::Fms(a, b, y),
                (None, None) => Form::Apply(operator, args),
            },
            Operator::Neg => match self.product(leaves, x) {
                Some((a, b)) if leaves.negates(self.graph, a) => Form::NegatedProduct(a, b),
                Some((a, b)) if leaves.negates(self.graph, b) => Form::NegatedProduct(b, a),
                _ => Form::Apply(operator, args),
            },
            _ => Form::Apply(operator, args),
        }
    }

    /// Where the operation of a node comes from; a fused one comes from two nodes.
    fn origin(&self, leaves: &dyn Leaves, id: NodeId, form: Form) -> Origin {
        let line = self.graph.line(id);
        let factors = match form {
            Form::Fma(a, b, _) | Form::Fnma(a, b, _) | Form::Fms(a, b, _) => Some((a, b)),
            Form::Leaf | Form::NegatedProduct(..) | Form::Apply(..) => None,
        };
        let mut operands = self.graph.operands(id);
        let product = factors
            .and_then(|_| operands.find(|&operand| self.product(leaves, operand) == factors))
            .and_then(|product| self.graph.line(product))
            .filter(|&product| line != Some(product));
        Origin { line, product }
    }

    /// Emits a root, operands first, without recursion.
    fn emit(&mut self, leaves: &mut dyn Leaves, root: NodeId) -> Result<(), LowerError> {
        let mut open = vec![(root, false)];
        while let Some((id, ready)) = open.pop() {
            if self.values.contains_key(&id) {
                continue;
            }
            let form = self.form(leaves, id);
            if ready {
                self.builder.set_origin(self.origin(leaves, id, form));
                let value = self.emit_form(leaves, id, form)?;
                self.values.insert(id, value);
                continue;
            }
            open.push((id, true));
            let needed: &[NodeId] = match &form {
                Form::Leaf => &[],
                Form::Fma(a, b, c) | Form::Fnma(a, b, c) => &[*a, *b, *c],
                Form::Fms(a, b, c) if leaves.negates(self.graph, *c) => &[*a, *b],
                Form::Fms(a, b, c) => &[*a, *b, *c],
                Form::NegatedProduct(_, b) => &[*b],
                Form::Apply(operator, args) => &args[..operator.arity()],
            };
            open.extend(needed.iter().rev().map(|&operand| (operand, false)));
        }
        Ok(())
    }

    fn emit_form(
        &mut self,
        leaves: &mut dyn Leaves,
        id: NodeId,
        form: Form,
    ) -> Result<Value, LowerError> {
        Ok(match form {
            Form::Leaf => leaves.read(self.graph, self.builder, id)?,
            Form::Fma(a, b, c) => {
                self.builder
                    .fma(self.values[&a], self.values[&b], self.values[&c])
            }
            Form::Fnma(a, b, c) => {
                self.builder
                    .fnma(self.values[&a], self.values[&b], self.values[&c])
            }
            Form::Fms(a, b, c) => {
                let minus = if leaves.negates(self.graph, c) {
                    leaves.read_negated(self.graph, self.builder, c)?
                } else {
                    self.builder.neg(self.values[&c])
                };
                self.builder.fma(self.values[&a], self.values[&b], minus)
            }
            Form::NegatedProduct(a, b) => {
                let minus = leaves.read_negated(self.graph, self.builder, a)?;
                self.builder.mul(minus, self.values[&b])
            }
            Form::Apply(operator, args) => {
                let mut operands = [self.values[&args[0]]; 3];
                for (operand, arg) in operands.iter_mut().zip(&args[..operator.arity()]) {
                    *operand = self.values[arg];
                }
                operation::emit(self.builder, operator, operands)
            }
        })
    }
}
