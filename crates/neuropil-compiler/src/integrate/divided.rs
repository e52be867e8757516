//! Divided differences of the exponential: the closed forms of chains of linear equations.
//!
//! # Equation
//!
//! In a triangular system an entry of `e^{A h}` is a sum over the ways from state j to state i, of
//! the product of the couplings passed times `f[l_0, ..., l_n]`, the divided difference of
//! `f(l) = e^{l h}` at the rates of the states passed. A rate of 0 stands for a constant input.
//! `f[a, b] = (e^{a h} - e^{b h})/(a - b)`, with the limit `h e^{a h}` for equal rates: the alpha
//! function is the second of these limits.
//!
//! # Stability
//!
//! All forms here stay accurate where rates are equal or nearly so. One difference is an
//! [`Operator::Exprel`]. Higher ones are written for ascending rates: the power series where the
//! rates times h lie within [`SERIES_SPREAD`] (all its terms are positive, so nothing cancels), the
//! recursion elsewhere, in which at most a few bits cancel.
//!
//! # Source
//!
//! A. McCurdy, K. C. Ng, B. N. Parlett (1984), Accurate computation of divided differences of the
//! exponential function, <https://doi.org/10.1090/S0025-5718-1984-0758198-0>; N. J. Higham (2008),
//! Functions of Matrices, theorem 4.11.

use neuropil_ir::graph::{Graph, NodeId};
use neuropil_ir::operator::Operator;

/// Rates that times h differ by less than this use the series.
const SERIES_SPREAD: f64 = 2.0;

/// Terms of the series: `2^25/25!` is below half a unit in the last place of 1.
const SERIES_TERMS: usize = 25;

/// The divided difference of `f(l) = e^{l h}` at rates in any order.
pub(super) fn difference(graph: &mut Graph, rates: &[NodeId], h: NodeId) -> NodeId {
    match *rates {
        [] => graph.number(0.0),
        [rate] => exponential(graph, rate, h),
        [a, b] => first(graph, a, b, h),
        _ => {
            let ascending = sorted(graph, rates);
            higher(graph, &ascending, h)
        }
    }
}

/// `e^{rate h}`
fn exponential(graph: &mut Graph, rate: NodeId, h: NodeId) -> NodeId {
    if graph.as_number(rate) == Some(0.0) {
        return graph.number(1.0);
    }
    let exponent = graph.mul(rate, h);
    graph.apply(Operator::Exp, &[exponent])
}

/// `f[a, b] = h e^{m h} exprel(-|a - b| h)`, m the larger rate.
fn first(graph: &mut Graph, a: NodeId, b: NodeId, h: NodeId) -> NodeId {
    let zero = graph.number(0.0);
    if a == b {
        let value = exponential(graph, a, h);
        return graph.mul(h, value);
    }
    if a == zero || b == zero {
        let exponent = graph.mul(if a == zero { b } else { a }, h);
        let factor = graph.apply(Operator::Exprel, &[exponent]);
        return graph.mul(h, factor);
    }
    let largest = graph.apply(Operator::Max, &[a, b]);
    let apart = graph.sub(a, b);
    let apart = graph.apply(Operator::Abs, &[apart]);
    first_below(graph, largest, apart, h)
}

/// `h e^{largest h} exprel(-apart h)`
fn first_below(graph: &mut Graph, largest: NodeId, apart: NodeId, h: NodeId) -> NodeId {
    let scale = exponential(graph, largest, h);
    let scale = graph.mul(h, scale);
    let spread = graph.mul(apart, h);
    let spread = graph.neg(spread);
    let factor = graph.apply(Operator::Exprel, &[spread]);
    graph.mul(scale, factor)
}

/// The divided difference at ascending rates.
fn higher(graph: &mut Graph, rates: &[NodeId], h: NodeId) -> NodeId {
    let (least, largest) = (rates[0], rates[rates.len() - 1]);
    let apart = graph.sub(largest, least);
    match rates.len() {
        1 => exponential(graph, least, h),
        2 => first_below(graph, largest, apart, h),
        n => {
            let near = series(graph, rates, h);
            let upper = higher(graph, &rates[1..], h);
            let lower = higher(graph, &rates[..n - 1], h);
            let far = graph.sub(upper, lower);
            let far = graph.div(far, apart);
            let spread = graph.mul(apart, h);
            let limit = graph.number(SERIES_SPREAD);
            let close = graph.apply(Operator::Lt, &[spread, limit]);
            graph.select(close, near, far)
        }
    }
}

/// `h^n e^{l_0 h} sum_m g_m(x_1, ..., x_n)/(n + m)!`, where `x_k = (l_k - l_0) h` and `g_m` is the
/// sum of all products of m of the `x_k`, repetitions allowed.
fn series(graph: &mut Graph, rates: &[NodeId], h: NodeId) -> NodeId {
    let n = rates.len() - 1;
    let zero = graph.number(0.0);
    let mut scale = exponential(graph, rates[0], h);
    let mut factorial = 1.0;
    for k in 1..=n {
        scale = graph.mul(scale, h);
        factorial *= k as f64;
    }
    let mut distances = Vec::with_capacity(n);
    for &rate in &rates[1..] {
        let apart = graph.sub(rate, rates[0]);
        distances.push(graph.mul(apart, h));
    }
    // partial[k] is g_m of the first k distances; g_m(.., x_k) = g_m(..) + x_k g_{m-1}(.., x_k).
    let mut partial = vec![graph.number(1.0); n + 1];
    let mut terms = Vec::with_capacity(SERIES_TERMS);
    for m in 0..SERIES_TERMS {
        if m > 0 {
            factorial *= (n + m) as f64;
            partial[0] = zero;
            for k in 1..=n {
                let product = graph.mul(distances[k - 1], partial[k]);
                partial[k] = graph.add(partial[k - 1], product);
            }
        }
        let weight = graph.number(1.0 / factorial);
        terms.push(graph.mul(weight, partial[n]));
    }
    // The small terms first.
    let total = graph.sum(terms.into_iter().rev());
    graph.mul(scale, total)
}

/// The rates in ascending order, by a network of minima and maxima.
fn sorted(graph: &mut Graph, rates: &[NodeId]) -> Vec<NodeId> {
    let mut list = rates.to_vec();
    // Equal expressions first, so that the same set of rates gives the same expression.
    list.sort_unstable();
    for end in (1..list.len()).rev() {
        for k in 0..end {
            let (a, b) = (list[k], list[k + 1]);
            if a != b {
                list[k] = graph.apply(Operator::Min, &[a, b]);
                list[k + 1] = graph.apply(Operator::Max, &[a, b]);
            }
        }
    }
    list
}
