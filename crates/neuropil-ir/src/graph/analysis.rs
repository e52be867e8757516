//! Questions about expressions: what they depend on, substitution, derivatives, linearity.

use std::collections::{BTreeSet, HashMap};

use super::{Graph, Node, NodeId, Symbol};
use crate::operator::{Kind, Operator};

/// An expression as `sum(coefficients[i] * symbols[i]) + constant`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affine {
    /// One coefficient a symbol, free of all of them.
    pub coefficients: Vec<NodeId>,
    /// What remains, free of all of them.
    pub constant: NodeId,
}

impl Graph {
    /// All nodes that the roots are made of, ascending, the roots included.
    pub fn reachable(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let mut seen = BTreeSet::new();
        let mut stack: Vec<NodeId> = roots.to_vec();
        while let Some(id) = stack.pop() {
            if seen.insert(id) {
                stack.extend(self.operands(id));
            }
        }
        seen.into_iter().collect()
    }

    /// The symbols that an expression mentions, ascending.
    pub fn symbols_of(&self, root: NodeId) -> Vec<Symbol> {
        let mut list: Vec<Symbol> = self
            .reachable(&[root])
            .into_iter()
            .filter_map(|id| match self.node(id) {
                Node::Symbol(symbol) => Some(symbol),
                _ => None,
            })
            .collect();
        list.sort_unstable();
        list
    }

    /// Whether an expression mentions any of the symbols.
    pub fn depends_on(&self, root: NodeId, symbols: &[Symbol]) -> bool {
        self.symbols_of(root)
            .iter()
            .any(|symbol| symbols.contains(symbol))
    }

    /// Replaces symbols by expressions in several roots at once.
    pub fn substitute(&mut self, roots: &[NodeId], map: &HashMap<Symbol, NodeId>) -> Vec<NodeId> {
        if map.is_empty() {
            return roots.to_vec();
        }
        let mut image: HashMap<NodeId, NodeId> = HashMap::new();
        for id in self.reachable(roots) {
            let new = match self.node(id) {
                Node::Symbol(symbol) => map.get(&symbol).copied().unwrap_or(id),
                Node::Apply(operator, args) => {
                    let mapped = args.map(|arg| image[&arg]);
                    if mapped == args {
                        id
                    } else {
                        let operands = &mapped[..operator.arity()];
                        self.with_line_of(id, |graph| graph.apply(operator, operands))
                    }
                }
                Node::Number(_) | Node::Truth(_) => id,
            };
            image.insert(id, new);
        }
        roots.iter().map(|root| image[root]).collect()
    }

    /// The derivative of an expression with respect to a symbol.
    ///
    /// # Errors
    ///
    /// The operator that has no derivative in the table.
    pub fn derivative(&mut self, root: NodeId, symbol: Symbol) -> Result<NodeId, Operator> {
        let zero = self.number(0.0);
        let mut slope: HashMap<NodeId, NodeId> = HashMap::new();
        for id in self.reachable(&[root]) {
            let value = match self.node(id) {
                Node::Symbol(found) if found == symbol => self.number(1.0),
                Node::Apply(operator, args) if operator.result() == Kind::Number => {
                    let args = &args[..operator.arity()];
                    self.with_line_of(id, |graph| graph.slope_of(operator, args, &slope))?
                }
                _ => zero,
            };
            slope.insert(id, value);
        }
        Ok(slope[&root])
    }

    /// The derivative of an operator, from those of its operands; an operand without has none.
    fn slope_of(
        &mut self,
        operator: Operator,
        args: &[NodeId],
        slope: &HashMap<NodeId, NodeId>,
    ) -> Result<NodeId, Operator> {
        let zero = self.number(0.0);
        let mut total = zero;
        for (which, arg) in args.iter().enumerate() {
            // A truth value has no slope of its own: where(c, a, b) jumps at c.
            let inner = slope.get(arg).copied().unwrap_or(zero);
            if inner == zero {
                continue;
            }
            // Where(c, a, b) gives where(c, a', b'), not a sum of two masked parts.
            let term = if operator == Operator::Where {
                let (yes, no) = if which == 1 {
                    (inner, zero)
                } else {
                    (zero, inner)
                };
                self.select(args[0], yes, no)
            } else {
                let partial = operator.partial(self, args, which).ok_or(operator)?;
                self.mul(partial, inner)
            };
            total = self.add(total, term);
        }
        Ok(total)
    }

    /// An expression as affine in the symbols, if it is: its derivatives are free of all of them.
    ///
    /// The test is structural; an expression that is affine only after algebra that the graph does
    /// not do counts as not affine.
    pub fn affine(&mut self, root: NodeId, symbols: &[Symbol]) -> Option<Affine> {
        let zero = self.number(0.0);
        let one = self.number(1.0);
        // For every node: None if free of the symbols, else coefficients and constant.
        let mut forms: HashMap<NodeId, Option<Affine>> = HashMap::new();
        for id in self.reachable(&[root]) {
            let form = match self.node(id) {
                Node::Symbol(symbol) => symbols.iter().position(|&s| s == symbol).map(|place| {
                    let mut coefficients = vec![zero; symbols.len()];
                    coefficients[place] = one;
                    Affine {
                        coefficients,
                        constant: zero,
                    }
                }),
                Node::Number(_) | Node::Truth(_) => None,
                Node::Apply(operator, args) => {
                    let args = &args[..operator.arity()];
                    if args.iter().all(|arg| forms[arg].is_none()) {
                        None
                    } else {
                        let form = self.with_line_of(id, |graph| {
                            graph.affine_of(operator, args, &forms, symbols.len())
                        });
                        Some(form?)
                    }
                }
            };
            forms.insert(id, form);
        }
        Some(forms.remove(&root).flatten().unwrap_or(Affine {
            coefficients: vec![zero; symbols.len()],
            constant: root,
        }))
    }

    fn affine_of(
        &mut self,
        operator: Operator,
        args: &[NodeId],
        forms: &HashMap<NodeId, Option<Affine>>,
        count: usize,
    ) -> Option<Affine> {
        let zero = self.number(0.0);
        let form = |arg: NodeId| {
            forms[&arg].clone().unwrap_or(Affine {
                coefficients: vec![zero; count],
                constant: arg,
            })
        };
        match operator {
            Operator::Add | Operator::Sub => {
                let (left, right) = (form(args[0]), form(args[1]));
                Some(self.zip(&left, &right, |graph, a, b| graph.apply(operator, &[a, b])))
            }
            Operator::Neg => {
                let inner = form(args[0]);
                Some(self.each(&inner, Graph::neg))
            }
            Operator::Mul => {
                let (affine, factor) = match (&forms[&args[0]], &forms[&args[1]]) {
                    (Some(affine), None) => (affine.clone(), args[1]),
                    (None, Some(affine)) => (affine.clone(), args[0]),
                    _ => return None,
                };
                Some(self.each(&affine, |graph, part| graph.mul(part, factor)))
            }
            Operator::Div if forms[&args[1]].is_none() => {
                let inner = form(args[0]);
                let divisor = args[1];
                Some(self.each(&inner, |graph, part| graph.div(part, divisor)))
            }
            Operator::Where if forms[&args[0]].is_none() => {
                let (left, right) = (form(args[1]), form(args[2]));
                let condition = args[0];
                Some(self.zip(&left, &right, |graph, a, b| graph.select(condition, a, b)))
            }
            _ => None,
        }
    }

    fn each(&mut self, form: &Affine, mut part: impl FnMut(&mut Self, NodeId) -> NodeId) -> Affine {
        Affine {
            coefficients: form.coefficients.iter().map(|&c| part(self, c)).collect(),
            constant: part(self, form.constant),
        }
    }

    fn zip(
        &mut self,
        left: &Affine,
        right: &Affine,
        mut join: impl FnMut(&mut Self, NodeId, NodeId) -> NodeId,
    ) -> Affine {
        let pairs = left.coefficients.iter().zip(&right.coefficients);
        Affine {
            coefficients: pairs.map(|(&a, &b)| join(self, a, b)).collect(),
            constant: join(self, left.constant, right.constant),
        }
    }
}
