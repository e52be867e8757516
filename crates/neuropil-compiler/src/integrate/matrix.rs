//! The matrix exponential without branches, for states that depend on one another in a cycle.
//!
//! # Equation
//!
//! `P = e^{A h}` and `F = integral of e^{A s} ds from 0 to h` by scaling and squaring of the Taylor
//! polynomial of F, with a number of squarings that is fixed when the expression is built. What is
//! squared is `D = P - 1`, so that small steps lose nothing:
//! `D(2h) = 2 D(h) + D(h)^2` and `F(2h) = 2 F(h) + D(h) F(h)`.
//!
//! # Stability
//!
//! Accurate to about 1e-14 of the largest entry for `|A h|` up to 512, half of 2 to the number of
//! squarings: the first term left out is below 2^-17/18! there. A state of such a rate decays to
//! nothing within a fraction of a step.
//!
//! # Source
//!
//! N. J. Higham (2008), Functions of Matrices, chapter 10; the polynomial is evaluated as in
//! M. S. Paterson, L. J. Stockmeyer (1973), <https://doi.org/10.1137/0202007>.

use neuropil_ir::graph::{Graph, NodeId};

/// The number of squarings.
const SQUARINGS: u32 = 10;

/// A square matrix of expressions; entries that are structurally 0 cost nothing.
pub(super) type Matrix = Vec<Vec<NodeId>>;

/// `e^{A h}` and its integral over the step.
pub(super) fn propagators(graph: &mut Graph, a: &[Vec<NodeId>], h: NodeId) -> (Matrix, Matrix) {
    let scale = graph.number(1.0 / f64::from(1 << SQUARINGS));
    let small = graph.mul(h, scale);
    let z = scaled(graph, a, small);
    let series = polynomial(graph, &z);
    let mut d = product(graph, &z, &series);
    let mut f = scaled(graph, &series, small);
    for _ in 0..SQUARINGS {
        let df = product(graph, &d, &f);
        f = twice_plus(graph, &f, &df);
        let dd = product(graph, &d, &d);
        d = twice_plus(graph, &d, &dd);
    }
    let one = graph.number(1.0);
    for (i, row) in d.iter_mut().enumerate() {
        row[i] = graph.add(one, row[i]);
    }
    (d, f)
}

/// `sum of Z^k/(k + 1)!` for k from 0 to 16, in powers of `Z^4`.
fn polynomial(graph: &mut Graph, z: &Matrix) -> Matrix {
    let mut weights = [1.0; 17];
    for k in 1..17 {
        weights[k] = weights[k - 1] / (k + 1) as f64;
    }
    let squared = product(graph, z, z);
    let cubed = product(graph, &squared, z);
    let fourth = product(graph, &squared, &squared);
    let last = graph.number(weights[16]);
    let mut total = scaled(graph, &fourth, last);
    for group in (0..4).rev() {
        if group < 3 {
            total = product(graph, &fourth, &total);
        }
        let parts = [z, &squared, &cubed];
        for (part, &weight) in parts.iter().zip(&weights[4 * group + 1..]) {
            let weight = graph.number(weight);
            let part = scaled(graph, part, weight);
            total = sum(graph, &total, &part);
        }
        let weight = graph.number(weights[4 * group]);
        for (i, row) in total.iter_mut().enumerate() {
            row[i] = graph.add(row[i], weight);
        }
    }
    total
}

fn scaled(graph: &mut Graph, matrix: &[Vec<NodeId>], factor: NodeId) -> Matrix {
    matrix
        .iter()
        .map(|row| row.iter().map(|&x| graph.mul(x, factor)).collect())
        .collect()
}

fn sum(graph: &mut Graph, left: &Matrix, right: &Matrix) -> Matrix {
    let rows = left.iter().zip(right);
    rows.map(|(a, b)| a.iter().zip(b).map(|(&x, &y)| graph.add(x, y)).collect())
        .collect()
}

fn twice_plus(graph: &mut Graph, left: &Matrix, right: &Matrix) -> Matrix {
    let two = graph.number(2.0);
    let doubled = scaled(graph, left, two);
    sum(graph, &doubled, right)
}

fn product(graph: &mut Graph, left: &Matrix, right: &Matrix) -> Matrix {
    let n = left.len();
    let zero = graph.number(0.0);
    let mut result = vec![vec![zero; n]; n];
    for i in 0..n {
        for j in 0..n {
            for k in 0..n {
                let term = graph.mul(left[i][k], right[k][j]);
                result[i][j] = graph.add(result[i][j], term);
            }
        }
    }
    result
}
