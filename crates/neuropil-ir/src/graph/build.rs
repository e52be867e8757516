//! Building expressions, with the simplifications that always hold.

use super::{Graph, Node, NodeId, Symbol};
use crate::operator::Operator;

impl Graph {
    /// A constant.
    pub fn number(&mut self, value: f64) -> NodeId {
        // One zero only: -0 and 0 are the same number in mathematics.
        self.intern(Node::Number(if value == 0.0 { 0.0 } else { value }))
    }

    /// A truth value.
    pub fn truth(&mut self, value: bool) -> NodeId {
        self.intern(Node::Truth(value))
    }

    /// The value of a symbol.
    pub fn symbol(&mut self, symbol: Symbol) -> NodeId {
        self.intern(Node::Symbol(symbol))
    }

    /// `a + b`
    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Operator::Add, &[a, b])
    }

    /// `a - b`
    pub fn sub(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Operator::Sub, &[a, b])
    }

    /// `a * b`
    pub fn mul(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Operator::Mul, &[a, b])
    }

    /// `a / b`
    pub fn div(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Operator::Div, &[a, b])
    }

    /// `-a`
    pub fn neg(&mut self, a: NodeId) -> NodeId {
        self.apply(Operator::Neg, &[a])
    }

    /// `a ^ b`
    pub fn pow(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Operator::Pow, &[a, b])
    }

    /// `yes` where `condition` holds, else `no`.
    pub fn select(&mut self, condition: NodeId, yes: NodeId, no: NodeId) -> NodeId {
        self.apply(Operator::Where, &[condition, yes, no])
    }

    /// Both hold.
    pub fn and(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.apply(Operator::And, &[a, b])
    }

    /// Does not hold.
    pub fn not(&mut self, a: NodeId) -> NodeId {
        self.apply(Operator::Not, &[a])
    }

    /// The sum of a list, from left to right; 0 if it is empty.
    pub fn sum(&mut self, list: impl IntoIterator<Item = NodeId>) -> NodeId {
        let mut total = self.number(0.0);
        for item in list {
            total = self.add(total, item);
        }
        total
    }

    /// The standard normal density.
    pub fn normal_density(&mut self, a: NodeId) -> NodeId {
        let square = self.mul(a, a);
        let minus_half = self.number(-0.5);
        let exponent = self.mul(minus_half, square);
        let bell = self.apply(Operator::Exp, &[exponent]);
        let scale = self.number(0.398_942_280_401_432_7); // 1/sqrt(2 pi)
        self.mul(scale, bell)
    }

    /// An operator applied to operands, simplified.
    ///
    /// The caller has checked number and kinds of the operands.
    pub fn apply(&mut self, operator: Operator, args: &[NodeId]) -> NodeId {
        debug_assert_eq!(args.len(), operator.arity(), "{operator:?}");
        debug_assert!(
            args.iter()
                .zip(operator.operands())
                .all(|(&arg, &kind)| self.kind(arg) == kind),
            "{operator:?}"
        );
        if let Some(simpler) = self.simplify(operator, args) {
            return simpler;
        }
        let mut list = [args[0]; 3];
        list[..args.len()].copy_from_slice(args);
        if operator.commutes() && list[0] > list[1] {
            list.swap(0, 1);
            list[2] = list[0];
        }
        self.intern(Node::Apply(operator, list))
    }

    fn simplify(&mut self, operator: Operator, args: &[NodeId]) -> Option<NodeId> {
        if let Some(value) = self.fold(operator, args) {
            return Some(value);
        }
        let a = args[0];
        let number = |graph: &Self, i: usize| args.get(i).and_then(|&id| graph.as_number(id));
        let (x, y) = (number(self, 0), number(self, 1));
        let b = args.get(1).copied().unwrap_or(a);
        match operator {
            Operator::Add if x == Some(0.0) => Some(b),
            Operator::Add | Operator::Sub if y == Some(0.0) => Some(a),
            Operator::Sub if x == Some(0.0) => Some(self.neg(b)),
            Operator::Sub if a == b => Some(self.number(0.0)),
            Operator::Mul if x == Some(0.0) || y == Some(0.0) => Some(self.number(0.0)),
            Operator::Mul if x == Some(1.0) => Some(b),
            Operator::Mul | Operator::Div | Operator::Pow if y == Some(1.0) => Some(a),
            Operator::Mul if x == Some(-1.0) => Some(self.neg(b)),
            Operator::Mul | Operator::Div if y == Some(-1.0) => Some(self.neg(a)),
            Operator::Div if x == Some(0.0) => Some(self.number(0.0)),
            Operator::Pow if y == Some(0.0) => Some(self.number(1.0)),
            // a + (-b), a - (-b), -a + b
            Operator::Add => match (self.negated(a), self.negated(b)) {
                (_, Some(inner)) => Some(self.sub(a, inner)),
                (Some(inner), None) => Some(self.sub(b, inner)),
                (None, None) => None,
            },
            Operator::Sub => self.negated(b).map(|inner| self.add(a, inner)),
            Operator::Neg => match self.node(a) {
                Node::Apply(Operator::Neg, [inner, ..]) => Some(inner),
                Node::Apply(Operator::Sub, [left, right, _]) => Some(self.sub(right, left)),
                _ => None,
            },
            Operator::Mul => match (self.negated(a), self.negated(b)) {
                (Some(left), Some(right)) => Some(self.mul(left, right)),
                (Some(left), None) => {
                    let product = self.mul(left, b);
                    Some(self.neg(product))
                }
                (None, Some(right)) => {
                    let product = self.mul(a, right);
                    Some(self.neg(product))
                }
                (None, None) => None,
            },
            Operator::Div => match (self.negated(a), self.negated(b)) {
                (Some(left), Some(right)) => Some(self.div(left, right)),
                (Some(left), None) => {
                    let quotient = self.div(left, b);
                    Some(self.neg(quotient))
                }
                (None, Some(right)) => {
                    let quotient = self.div(a, right);
                    Some(self.neg(quotient))
                }
                (None, None) => None,
            },
            Operator::Where => match self.as_truth(a) {
                Some(true) => Some(args[1]),
                Some(false) => Some(args[2]),
                None if args[1] == args[2] => Some(args[1]),
                None => None,
            },
            Operator::And | Operator::Or => {
                let absorbing = operator == Operator::Or;
                match (self.as_truth(a), self.as_truth(b)) {
                    (Some(v), _) | (_, Some(v)) if v == absorbing => Some(self.truth(absorbing)),
                    (Some(_), _) => Some(b),
                    (_, Some(_)) => Some(a),
                    _ if a == b => Some(a),
                    _ => None,
                }
            }
            Operator::Not => match self.node(a) {
                Node::Truth(value) => Some(self.truth(!value)),
                Node::Apply(Operator::Not, [inner, ..]) => Some(inner),
                _ => None,
            },
            _ => None,
        }
    }

    /// The inner node of a negation; a negative constant counts as one.
    fn negated(&mut self, id: NodeId) -> Option<NodeId> {
        match self.node(id) {
            Node::Apply(Operator::Neg, [inner, ..]) => Some(inner),
            _ => None,
        }
    }

    /// Folds operators on constants whose result is correctly rounded by IEEE arithmetic.
    fn fold(&mut self, operator: Operator, args: &[NodeId]) -> Option<NodeId> {
        let x = self.as_number(args[0])?;
        let y = match args.get(1) {
            Some(&id) => self.as_number(id)?,
            None => x,
        };
        let value = match operator {
            Operator::Add => x + y,
            Operator::Sub => x - y,
            Operator::Mul => x * y,
            Operator::Div => x / y,
            Operator::Neg => -x,
            Operator::Abs => x.abs(),
            Operator::Sqrt => x.sqrt(),
            Operator::Floor => x.floor(),
            Operator::Round => (x + 0.5).floor(),
            Operator::Min => {
                if x < y {
                    x
                } else {
                    y
                }
            }
            Operator::Max => {
                if x > y {
                    x
                } else {
                    y
                }
            }
            Operator::Pow if y == 2.0 => x * x,
            Operator::Lt => return Some(self.truth(x < y)),
            Operator::Le => return Some(self.truth(x <= y)),
            Operator::Eq => return Some(self.truth(x == y)),
            _ => return None,
        };
        // What is not finite stays visible as an operation, for a message where it is evaluated.
        value.is_finite().then(|| self.number(value))
    }
}
