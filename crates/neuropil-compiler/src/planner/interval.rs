//! Bounds of a value that is drawn for each edge, from its expression.
//!
//! Delays of edges need a ring of known length before anything is drawn.

use std::collections::HashMap;

use neuropil_ir::graph::{Graph, Node, NodeId, Symbol};
use neuropil_ir::operator::Operator;

/// The largest magnitude that the normal quantile of a draw can have.
///
/// Draws lie in 2^-53 .. 1 - 2^-53; the quantile of 2^-53 is -8.21.
const MOST_NORMAL: f64 = 8.25;

/// The largest magnitude of the logarithm of a draw: 53 log 2 is 36.74.
const MOST_LOG: f64 = 37.0;

type Interval = (f64, f64);

const ANY: Interval = (f64::NEG_INFINITY, f64::INFINITY);

/// A closed interval that holds every value of an expression.
pub(super) fn bounds(graph: &Graph, root: NodeId, symbol: &dyn Fn(Symbol) -> Interval) -> Interval {
    let mut known: HashMap<NodeId, Interval> = HashMap::new();
    for id in graph.reachable(&[root]) {
        let interval = match graph.node(id) {
            Node::Number(value) => (value, value),
            Node::Truth(value) => (f64::from(u8::from(value)), f64::from(u8::from(value))),
            Node::Symbol(found) => symbol(found),
            Node::Apply(operator, args) => {
                let a = known[&args[0]];
                let b = known[&args[1]];
                let c = known[&args[2]];
                applied(operator, a, b, c)
            }
        };
        let safe = if interval.0.is_nan() || interval.1.is_nan() {
            ANY
        } else {
            interval
        };
        known.insert(id, safe);
    }
    known[&root]
}

fn hull(values: &[f64]) -> Interval {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if values.iter().any(|value| value.is_nan()) {
        ANY
    } else {
        (low, high)
    }
}

fn applied(operator: Operator, a: Interval, b: Interval, c: Interval) -> Interval {
    match operator {
        Operator::Add => (a.0 + b.0, a.1 + b.1),
        Operator::Sub => (a.0 - b.1, a.1 - b.0),
        Operator::Neg => (-a.1, -a.0),
        Operator::Mul => hull(&[a.0 * b.0, a.0 * b.1, a.1 * b.0, a.1 * b.1]),
        Operator::Div if b.0 > 0.0 || b.1 < 0.0 => {
            hull(&[a.0 / b.0, a.0 / b.1, a.1 / b.0, a.1 / b.1])
        }
        Operator::Min => (a.0.min(b.0), a.1.min(b.1)),
        Operator::Max => (a.0.max(b.0), a.1.max(b.1)),
        Operator::Abs if a.0 >= 0.0 => a,
        Operator::Abs => (0.0, a.1.max(-a.0)),
        Operator::Sqrt => (a.0.max(0.0).sqrt(), a.1.max(0.0).sqrt()),
        Operator::Floor => (a.0.floor(), a.1.floor()),
        Operator::Round => ((a.0 + 0.5).floor(), (a.1 + 0.5).floor()),
        Operator::Hypot => {
            let most = a.0.abs().max(a.1.abs()) + b.0.abs().max(b.1.abs());
            (0.0, most)
        }
        Operator::Where => (b.0.min(c.0), b.1.max(c.1)),
        Operator::NormalQuantile if a.0 >= 0.0 && a.1 <= 1.0 => (-MOST_NORMAL, MOST_NORMAL),
        Operator::NormalCdf | Operator::Sigmoid | Operator::Heaviside => (0.0, 1.0),
        Operator::Log if a == (0.0, 1.0) => (-MOST_LOG, 0.0),
        Operator::Mod if b.0 > 0.0 => (0.0, b.1),
        Operator::Sign | Operator::Sin | Operator::Cos | Operator::Tanh => (-1.0, 1.0),
        Operator::Pow if b == (2.0, 2.0) => {
            let square = applied(Operator::Abs, a, a, a);
            (square.0 * square.0, square.1 * square.1)
        }
        _ => ANY,
    }
}
