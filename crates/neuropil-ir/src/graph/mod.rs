//! Hash-consed expressions: the mathematics of the Model IR.
//!
//! A [`Graph`] holds every expression of a system once. Nodes refer to earlier nodes only, so a
//! pass is a loop over ascending ids and never recurses. Dimensions are checked before an
//! expression enters the graph; here are numbers in the internal coherent units and truth values.
//!
//! Building simplifies: constants are folded where the result is exact by IEEE arithmetic, neutral
//! and absorbing elements vanish, operands of commuting operators are ordered. `0 * x` is 0, as in
//! mathematics, also where `x` could become infinite.

mod analysis;
mod build;
mod line;
mod text;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use neuropil_syntax::Span;

use crate::kernel::index;
use crate::operator::{Kind, Operator};

index!(
    /// A node of a graph.
    NodeId, "n"
);
index!(
    /// A name whose value comes from outside the graph: a state, a parameter, a draw, time.
    Symbol, "s"
);

/// A node of a graph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node {
    /// A constant.
    Number(f64),
    /// A truth value.
    Truth(bool),
    /// A value from outside.
    Symbol(Symbol),
    /// An operator applied to earlier nodes; unused places repeat the first operand.
    Apply(Operator, [NodeId; 3]),
}

/// A set of expressions that share their parts.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    /// For each node, the place of the text that it comes from.
    lines: Vec<Option<Span>>,
    /// The place of the text that new nodes come from.
    here: Option<Span>,
    /// Finds equal nodes; only looked up, never iterated.
    known: HashMap<Key, NodeId>,
    symbols: Vec<SymbolInfo>,
}

/// What a graph knows of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolInfo {
    /// The name in texts.
    pub name: String,
    /// Number or truth value.
    pub kind: Kind,
}

/// A node with its float as bits, to be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Number(u64),
    Truth(bool),
    Symbol(Symbol),
    Apply(Operator, [NodeId; 3]),
}

impl Graph {
    /// Makes an empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// The node of an id.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.index()]
    }

    /// The number of nodes; ids are below it.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the graph has no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The operands of a node.
    pub fn operands(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        let (args, arity) = match self.node(id) {
            Node::Apply(operator, args) => (args, operator.arity()),
            _ => ([id; 3], 0),
        };
        args.into_iter().take(arity)
    }

    /// What is known of a symbol.
    pub fn symbol_info(&self, symbol: Symbol) -> &SymbolInfo {
        &self.symbols[symbol.index()]
    }

    /// The number of symbols.
    pub fn symbol_count(&self) -> usize {
        self.symbols.len()
    }

    /// Declares a new number from outside.
    pub fn new_symbol(&mut self, name: impl Into<String>) -> Symbol {
        self.symbols.push(SymbolInfo {
            name: name.into(),
            kind: Kind::Number,
        });
        Symbol(self.symbols.len() as u32 - 1)
    }

    /// Declares a new truth value from outside.
    pub fn new_truth_symbol(&mut self, name: impl Into<String>) -> Symbol {
        self.symbols.push(SymbolInfo {
            name: name.into(),
            kind: Kind::Truth,
        });
        Symbol(self.symbols.len() as u32 - 1)
    }

    /// Number or truth value.
    pub fn kind(&self, id: NodeId) -> Kind {
        match self.node(id) {
            Node::Number(_) => Kind::Number,
            Node::Truth(_) => Kind::Truth,
            Node::Symbol(symbol) => self.symbol_info(symbol).kind,
            Node::Apply(operator, _) => operator.result(),
        }
    }

    /// The value of a constant number.
    pub fn as_number(&self, id: NodeId) -> Option<f64> {
        match self.node(id) {
            Node::Number(value) => Some(value),
            _ => None,
        }
    }

    /// The value of a constant truth value.
    pub fn as_truth(&self, id: NodeId) -> Option<bool> {
        match self.node(id) {
            Node::Truth(value) => Some(value),
            _ => None,
        }
    }

    fn intern(&mut self, node: Node) -> NodeId {
        let key = match node {
            Node::Number(value) => Key::Number(value.to_bits()),
            Node::Truth(value) => Key::Truth(value),
            Node::Symbol(symbol) => Key::Symbol(symbol),
            Node::Apply(operator, args) => Key::Apply(operator, args),
        };
        if let Some(&id) = self.known.get(&key) {
            self.claim(id);
            return id;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.lines.push(self.line_of_new(node));
        self.nodes.push(node);
        self.known.insert(key, id);
        id
    }
}
