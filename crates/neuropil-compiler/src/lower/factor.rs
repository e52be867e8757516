//! Joins the factors of products that are the same for all elements.

use std::collections::HashMap;

use neuropil_ir::graph::{Graph, Node, NodeId};
use neuropil_ir::operator::Operator;

/// What a node becomes.
#[derive(Clone, Copy)]
enum Image {
    /// The same for all elements: stays as it is.
    Fixed(NodeId),
    /// `factor * core`; the factor is the same for all elements.
    Varying {
        factor: Option<NodeId>,
        core: NodeId,
    },
}

/// Rewrites roots so that a product has at most one factor that is the same for all elements.
///
/// `varies` says whether a node of the graph differs between elements.
pub(super) fn join(
    graph: &mut Graph,
    roots: &[NodeId],
    varies: &dyn Fn(NodeId) -> bool,
) -> Vec<NodeId> {
    let order: Vec<NodeId> = graph
        .reachable(roots)
        .into_iter()
        .filter(|&id| varies(id))
        .collect();
    let mut uses: HashMap<NodeId, u32> = HashMap::new();
    for &id in order
        .iter()
        .flat_map(|&id| graph.operands(id))
        .collect::<Vec<_>>()
        .iter()
        .chain(roots)
    {
        *uses.entry(id).or_default() += 1;
    }
    let mut pass = Pass {
        graph,
        uses,
        images: HashMap::new(),
    };
    for id in order {
        let here = pass.graph.set_line(pass.graph.line(id));
        let image = pass.rewrite(id);
        pass.graph.set_line(here);
        pass.images.insert(id, image);
    }
    roots.iter().map(|&root| pass.value(root)).collect()
}

struct Pass<'a> {
    graph: &'a mut Graph,
    /// How often a node is an operand of a varying node, or a root.
    uses: HashMap<NodeId, u32>,
    /// The images of varying nodes.
    images: HashMap<NodeId, Image>,
}

impl Pass<'_> {
    fn image(&self, id: NodeId) -> Image {
        self.images.get(&id).copied().unwrap_or(Image::Fixed(id))
    }

    fn value(&mut self, id: NodeId) -> NodeId {
        match self.image(id) {
            Image::Fixed(node)
            | Image::Varying {
                factor: None,
                core: node,
            } => node,
            Image::Varying {
                factor: Some(factor),
                core,
            } => self.graph.mul(factor, core),
        }
    }

    /// Factor and core of a varying operand: apart where nobody else needs their product.
    fn parts(&mut self, id: NodeId) -> (Option<NodeId>, NodeId) {
        match self.image(id) {
            Image::Varying { factor, core } if self.uses.get(&id) == Some(&1) => (factor, core),
            _ => (None, self.value(id)),
        }
    }

    fn fixed(&self, id: NodeId) -> Option<NodeId> {
        match self.image(id) {
            Image::Fixed(node) => Some(node),
            Image::Varying { .. } => None,
        }
    }

    fn times(&mut self, a: Option<NodeId>, b: Option<NodeId>) -> Option<NodeId> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.graph.mul(a, b)),
            (one, other) => one.or(other),
        }
    }

    fn negated(&mut self, factor: Option<NodeId>) -> NodeId {
        match factor {
            Some(factor) => self.graph.neg(factor),
            None => self.graph.number(-1.0),
        }
    }

    /// The node whose sign a varying operand changes, if the operand does that alone and is needed once.
    fn negation(&mut self, id: NodeId) -> Option<NodeId> {
        if self.fixed(id).is_some() || self.uses.get(&id) != Some(&1) {
            return None;
        }
        if let Node::Apply(Operator::Neg, [inner, ..]) = self.graph.node(id) {
            return Some(self.value(inner));
        }
        match self.image(id) {
            Image::Varying {
                factor: Some(factor),
                core,
            } if self.graph.as_number(factor) == Some(-1.0) => Some(core),
            _ => None,
        }
    }

    fn rewrite(&mut self, id: NodeId) -> Image {
        let Node::Apply(operator, args) = self.graph.node(id) else {
            return Image::Varying {
                factor: None,
                core: id,
            };
        };
        let [a, b, _] = args;
        let (factor, core) = match operator {
            Operator::Mul => match (self.fixed(a), self.fixed(b)) {
                (Some(scale), _) => {
                    let (factor, core) = self.parts(b);
                    (self.times(Some(scale), factor), core)
                }
                (None, Some(scale)) => {
                    let (factor, core) = self.parts(a);
                    (self.times(factor, Some(scale)), core)
                }
                (None, None) => {
                    let (left, x) = self.parts(a);
                    let (right, y) = self.parts(b);
                    (self.times(left, right), self.graph.mul(x, y))
                }
            },
            Operator::Div if self.fixed(a).is_none() => {
                let (factor, core) = self.parts(a);
                if let Some(divisor) = self.fixed(b) {
                    let factor = factor.unwrap_or_else(|| self.graph.number(1.0));
                    (Some(self.graph.div(factor, divisor)), core)
                } else {
                    let divisor = self.value(b);
                    (factor, self.graph.div(core, divisor))
                }
            }
            // A sign is the factor -1, which costs nothing where another factor takes it up.
            Operator::Neg => {
                let (factor, core) = self.parts(a);
                (Some(self.negated(factor)), core)
            }
            // -x - y = -(x + y)
            Operator::Sub => {
                if let Some(x) = self.negation(a) {
                    let y = self.value(b);
                    (Some(self.negated(None)), self.graph.add(x, y))
                } else {
                    let (x, y) = (self.value(a), self.value(b));
                    (None, self.graph.sub(x, y))
                }
            }
            _ => {
                let values = args.map(|arg| self.value(arg));
                (
                    None,
                    self.graph.apply(operator, &values[..operator.arity()]),
                )
            }
        };
        Image::Varying { factor, core }
    }
}
