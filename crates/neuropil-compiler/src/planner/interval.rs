//! Bounds of a value that is drawn for each edge, from its expression.
//!
//! Delays of edges need a ring of known length before anything is drawn.

use std::collections::HashMap;

use neuropil_ir::graph::{Graph, Node, NodeId, Symbol};
use neuropil_ir::operator::Operator;

use crate::lower::evaluate_at;

/// What a draw can be: a multiple of 2^-53 of the open unit interval.
pub(super) const DRAW: Interval = (f64::EPSILON / 2.0, 1.0 - f64::EPSILON / 2.0);

/// How far a function may err from being monotone, relative to its value.
///
/// The functions of kernels are within 2 units in the last place, 5e-16; this is far more, and far
/// less than a rounding of a delay to steps shows.
const SLACK: f64 = 1e-12;

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

/// The values of a function that rises, from those at the ends; never beyond its limits.
fn rising(operator: Operator, (low, high): Interval) -> Interval {
    let limits = match operator {
        Operator::Tanh | Operator::Erf => (-1.0, 1.0),
        Operator::Sigmoid | Operator::NormalCdf => (0.0, 1.0),
        Operator::Exp | Operator::Softplus => (0.0, f64::INFINITY),
        Operator::Expm1 => (-1.0, f64::INFINITY),
        _ => ANY,
    };
    let at = |x: f64, limit: f64| {
        if x.is_finite() {
            evaluate_at(operator, x)
        } else {
            limit
        }
    };
    let (low, high) = (at(low, limits.0), at(high, limits.1));
    let wider = (low - SLACK * low.abs(), high + SLACK * high.abs());
    (wider.0.max(limits.0), wider.1.min(limits.1))
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
        Operator::NormalQuantile if a.0 < 0.0 || a.1 > 1.0 => ANY,
        Operator::Log if a.0 < 0.0 => ANY,
        Operator::Exp
        | Operator::Expm1
        | Operator::Log
        | Operator::Tanh
        | Operator::Sigmoid
        | Operator::Softplus
        | Operator::Erf
        | Operator::NormalCdf
        | Operator::NormalQuantile => rising(operator, a),
        Operator::Floor => (a.0.floor(), a.1.floor()),
        Operator::Round => ((a.0 + 0.5).floor(), (a.1 + 0.5).floor()),
        Operator::Hypot => {
            let most = a.0.abs().max(a.1.abs()) + b.0.abs().max(b.1.abs());
            (0.0, most)
        }
        Operator::Where => (b.0.min(c.0), b.1.max(c.1)),
        Operator::Heaviside => (0.0, 1.0),
        Operator::Mod if b.0 > 0.0 => (0.0, b.1),
        Operator::Sign | Operator::Sin | Operator::Cos => (-1.0, 1.0),
        Operator::Pow if b == (2.0, 2.0) => {
            let square = applied(Operator::Abs, a, a, a);
            (square.0 * square.0, square.1 * square.1)
        }
        _ => ANY,
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "what the functions of the operators are compared with"
)]
mod tests {
    use super::*;
    use neuropil_testkit::stats;

    /// The bounds of one operator on an interval.
    fn of(operator: Operator, interval: Interval) -> Interval {
        applied(operator, interval, ANY, ANY)
    }

    /// Twice the slack and the accuracy of the functions of the test kit.
    fn near(found: Interval, expected: Interval) {
        for (found, expected) in [(found.0, expected.0), (found.1, expected.1)] {
            let apart = (found - expected).abs();
            assert!(apart <= 1e-11 * expected.abs(), "{found} for {expected}");
        }
    }

    #[test]
    fn functions_that_rise_keep_their_ends() {
        let (a, b) = (-1.75, 4.5);
        let expected = (stats::normal_cdf(a), stats::normal_cdf(b));
        near(of(Operator::NormalCdf, (a, b)), expected);
        near(of(Operator::NormalQuantile, expected), (a, b));
        near(of(Operator::Exp, (a, b)), (a.exp(), b.exp()));
        near(of(Operator::Tanh, (a, b)), (a.tanh(), b.tanh()));
        near(of(Operator::Log, (0.5, 3.0)), (0.5_f64.ln(), 3_f64.ln()));
    }

    #[test]
    fn ends_that_are_not_finite_are_limits_of_the_function() {
        assert_eq!(of(Operator::NormalCdf, ANY), (0.0, 1.0));
        assert_eq!(of(Operator::Erf, ANY), (-1.0, 1.0));
        assert_eq!(of(Operator::Exp, ANY), (0.0, f64::INFINITY));
        assert_eq!(of(Operator::Exp, (f64::NEG_INFINITY, 0.0)).0, 0.0);
    }

    /// 53 log 2, and the quantile of 2^-53, -8.2095.
    #[test]
    fn draws_bound_what_is_made_of_them() {
        let normal = of(Operator::NormalQuantile, DRAW);
        assert!((normal.0 + 8.2095).abs() < 1e-4, "{normal:?}");
        assert!((normal.1 - 8.2095).abs() < 1e-4, "{normal:?}");
        let log = of(Operator::Log, DRAW);
        let least = 2_f64.powi(-53).ln();
        near(log, (least, (-2_f64.powi(-53)).ln_1p()));
    }

    #[test]
    fn outside_of_its_domain_a_function_has_any_value() {
        assert_eq!(of(Operator::NormalQuantile, (-0.1, 0.5)), ANY);
        assert_eq!(of(Operator::NormalQuantile, (0.5, 1.5)), ANY);
        assert_eq!(of(Operator::Log, (-1.0, 1.0)), ANY);
    }
}
