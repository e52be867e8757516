//! Expressions as text, for explanations and snapshots.

use super::{Graph, Node, NodeId};
use crate::operator::Operator;

/// How tightly a text binds; higher binds tighter.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Or,
    And,
    Not,
    Compare,
    Sum,
    Product,
    Sign,
    Power,
    Atom,
}

impl Graph {
    /// The expression in the notation of the language, in internal units.
    ///
    /// Parts that occur in several places are written out in each; long texts end in `…`.
    pub fn to_text(&self, root: NodeId) -> String {
        let mut out = String::new();
        let mut budget = 2000;
        self.write(root, Binding::Or, &mut out, &mut budget);
        out
    }

    // The recursion is bounded by the budget: every level writes at least one character.
    fn write(&self, id: NodeId, least: Binding, out: &mut String, budget: &mut usize) {
        if *budget == 0 {
            out.push('…');
            return;
        }
        *budget -= 1;
        let (operator, args) = match self.node(id) {
            Node::Number(value) => {
                let parens = value < 0.0 && least > Binding::Sum;
                let (open, close) = if parens { ("(", ")") } else { ("", "") };
                out.push_str(open);
                out.push_str(&value.to_string());
                out.push_str(close);
                return;
            }
            Node::Truth(value) => {
                out.push_str(if value { "true" } else { "false" });
                return;
            }
            Node::Symbol(symbol) => {
                out.push_str(&self.symbol_info(symbol).name);
                return;
            }
            Node::Apply(operator, args) => (operator, args),
        };
        let (binding, left, right) = match operator {
            Operator::Or => (Binding::Or, Binding::Or, Binding::And),
            Operator::And => (Binding::And, Binding::And, Binding::Not),
            Operator::Not => (Binding::Not, Binding::Not, Binding::Not),
            Operator::Lt | Operator::Le | Operator::Eq => {
                (Binding::Compare, Binding::Sum, Binding::Sum)
            }
            Operator::Add | Operator::Sub => (Binding::Sum, Binding::Sum, Binding::Product),
            Operator::Mul | Operator::Div => (Binding::Product, Binding::Product, Binding::Sign),
            Operator::Neg => (Binding::Sign, Binding::Sign, Binding::Sign),
            Operator::Pow => (Binding::Power, Binding::Atom, Binding::Power),
            _ => (Binding::Atom, Binding::Or, Binding::Or),
        };
        let parens = binding < least;
        if parens {
            out.push('(');
        }
        match operator {
            Operator::Not => {
                out.push_str("not ");
                self.write(args[0], left, out, budget);
            }
            Operator::Neg => {
                out.push('-');
                self.write(args[0], left, out, budget);
            }
            _ if binding == Binding::Atom => {
                out.push_str(operator.name());
                out.push('(');
                for (place, &arg) in args[..operator.arity()].iter().enumerate() {
                    if place > 0 {
                        out.push_str(", ");
                    }
                    self.write(arg, Binding::Or, out, budget);
                }
                out.push(')');
            }
            _ => {
                self.write(args[0], left, out, budget);
                match binding {
                    Binding::Product | Binding::Power => out.push_str(operator.name()),
                    _ => {
                        out.push(' ');
                        out.push_str(operator.name());
                        out.push(' ');
                    }
                }
                self.write(args[1], right, out, budget);
            }
        }
        if parens {
            out.push(')');
        }
    }
}
