//! Which place of the text every node comes from, for a profile.
//!
//! A node is there once, however many lines mention it: it belongs to the first line that needed it,
//! as its value is computed once. What is built while no place is set (by an integrator, say) belongs
//! to the place of its newest operand that is an operator and has one, so that `x + dt*f` belongs to
//! the line of `f`. What passes make of a node (its derivative, the node with other operands) belongs
//! to the place of that node.

use neuropil_syntax::Span;

use super::{Graph, Node, NodeId};

impl Graph {
    /// The place of the text that a node comes from, if one is known.
    pub fn line(&self, id: NodeId) -> Option<Span> {
        self.lines[id.index()]
    }

    /// Says where new nodes come from, from now on; gives what was said before.
    pub fn set_line(&mut self, line: Option<Span>) -> Option<Span> {
        std::mem::replace(&mut self.here, line)
    }

    /// Builds nodes that belong where a node does.
    pub fn with_line_of<T>(&mut self, id: NodeId, build: impl FnOnce(&mut Self) -> T) -> T {
        self.with_line(self.line(id), build)
    }

    /// Builds nodes that belong to a place of the text.
    pub fn with_line<T>(&mut self, line: Option<Span>, build: impl FnOnce(&mut Self) -> T) -> T {
        let here = self.set_line(line);
        let built = build(self);
        self.set_line(here);
        built
    }

    /// A node that belongs to no place belongs to the first that asks for it.
    pub(super) fn claim(&mut self, id: NodeId) {
        let line = &mut self.lines[id.index()];
        *line = line.or(self.here);
    }

    /// The place of a node that is about to be made.
    pub(super) fn line_of_new(&self, node: Node) -> Option<Span> {
        if self.here.is_some() {
            return self.here;
        }
        let Node::Apply(operator, args) = node else {
            return None;
        };
        let operands = args.iter().take(operator.arity());
        operands
            .filter(|&&arg| matches!(self.node(arg), Node::Apply(..)) && self.line(arg).is_some())
            .max()
            .and_then(|&newest| self.line(newest))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use neuropil_syntax::{SourceId, Span};

    use super::*;
    use crate::operator::Operator;

    /// Where the first line and the second stand.
    const FIRST: Option<Span> = Some(Span::new(SourceId(0), 10, 11));
    const SECOND: Option<Span> = Some(Span::new(SourceId(0), 20, 21));

    #[test]
    fn the_first_line_that_needs_a_node_owns_it() {
        let mut g = Graph::new();
        let [x, y] = ["x", "y"].map(|name| g.new_symbol(name));
        let [x, y] = [x, y].map(|symbol| g.symbol(symbol));
        let unowned = g.mul(x, y);
        assert_eq!(g.set_line(FIRST), None);
        let sum = g.add(x, y);
        g.mul(x, y);
        assert_eq!(g.set_line(SECOND), FIRST);
        let again = g.add(x, y);
        let exp = g.apply(Operator::Exp, &[sum]);
        assert_eq!((again, g.line(sum)), (sum, FIRST));
        assert_eq!(g.line(exp), SECOND);
        assert_eq!(g.line(unowned), FIRST);
    }

    #[test]
    fn what_is_made_of_a_line_belongs_to_it() {
        let mut g = Graph::new();
        let [x, y, dt] = ["x", "y", "dt"].map(|name| g.new_symbol(name));
        let [nx, ny, ndt] = [x, y, dt].map(|symbol| g.symbol(symbol));
        g.set_line(FIRST);
        let rate = g.mul(nx, ny);
        g.set_line(SECOND);
        let root = g.apply(Operator::Exp, &[rate]);
        g.set_line(None);
        // An operand's line: that of the newest operator, never that of a name.
        let change = g.mul(ndt, rate);
        let after = g.add(nx, change);
        assert_eq!([change, after].map(|id| g.line(id)), [FIRST; 2]);
        let plain = g.add(nx, ndt);
        assert_eq!(g.line(plain), None);
        // Passes keep the line of what they pass over.
        let map = HashMap::from([(x, ndt)]);
        let other = g.substitute(&[root], &map)[0];
        assert_eq!(g.line(other), SECOND);
        let inner = g.operands(other).next().unwrap();
        assert_eq!(g.line(inner), FIRST);
        // The slope of e^(x y) in x is y e^(x y): the product is made for the line of e^(x y).
        let slope = g.derivative(root, x).unwrap();
        assert_eq!(g.line(slope), SECOND);
        assert_eq!(g.set_line(None), None, "passes leave the place as it was");
    }
}
