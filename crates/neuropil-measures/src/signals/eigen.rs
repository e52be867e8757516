//! The largest eigenvalues of a symmetric matrix, and their vectors.
//!
//! Written here and not taken from a crate for the reason that the Fourier transform is: a fast one
//! chooses its instructions by the processor it finds, and rounds differently on another. A full
//! matrix is made tridiagonal by reflections (Householder 1958); a tridiagonal one has its
//! eigenvalues counted by signs (Sturm) and found by bisection, and its vectors by inverse
//! iteration. J. H. Wilkinson (1965), The Algebraic Eigenvalue Problem, chapter 5.

use super::signal::product;
use neuropil_ir::draw::{Stream, stream_key};

/// How often each vector is solved for anew: each time errors fall by the distance to other
/// eigenvalues over rounding.
const ITERATIONS: usize = 4;

/// How many eigenvalues are looked for together.
const TOGETHER: usize = 8;

/// How often the span from minus to plus the norm is halved: to below its rounding.
const HALVINGS: usize = 54;

/// A symmetric matrix with entries on the diagonal and beside it only.
#[derive(Clone, Debug)]
pub(super) struct Tridiagonal {
    /// `[n]`
    pub(super) diagonal: Vec<f64>,
    /// `[n - 1]`
    pub(super) beside: Vec<f64>,
}

impl Tridiagonal {
    /// A bound on the absolute value of eigenvalues (Gershgorin).
    fn norm(&self) -> f64 {
        let beside = |k: usize| self.beside.get(k).map_or(0.0, |x| x.abs());
        let row =
            |(k, x): (usize, &f64)| x.abs() + beside(k) + k.checked_sub(1).map_or(0.0, beside);
        self.diagonal
            .iter()
            .enumerate()
            .map(row)
            .fold(0.0, f64::max)
    }

    /// The number of eigenvalues below each of some numbers.
    ///
    /// Together, as each waits for its own divisions.
    fn below(&self, x: [f64; TOGETHER], least: f64) -> [usize; TOGETHER] {
        let mut counts = [0; TOGETHER];
        let mut pivots = [1.0; TOGETHER];
        let mut before = 0.0;
        for (k, diagonal) in self.diagonal.iter().enumerate() {
            let squared = before * before;
            for lane in 0..TOGETHER {
                let pivot = diagonal - x[lane] - squared / pivots[lane];
                pivots[lane] = if pivot.abs() < least { -least } else { pivot };
                counts[lane] += usize::from(pivots[lane] < 0.0);
            }
            before = self.beside.get(k).copied().unwrap_or(0.0);
        }
        counts
    }

    /// The largest eigenvalues, descending, to the rounding of the largest one.
    pub(super) fn largest(&self, count: usize) -> Vec<f64> {
        let n = self.diagonal.len();
        let norm = self.norm();
        let least = (norm * f64::EPSILON * f64::EPSILON).max(f64::MIN_POSITIVE);
        let mut found = Vec::with_capacity(count.min(n) + TOGETHER);
        for first in (0..count.min(n)).step_by(TOGETHER) {
            let (mut low, mut high) = ([-norm; TOGETHER], [norm; TOGETHER]);
            for _ in 0..HALVINGS {
                let middle: [f64; TOGETHER] =
                    std::array::from_fn(|lane| f64::midpoint(low[lane], high[lane]));
                for (lane, below) in self.below(middle, least).into_iter().enumerate() {
                    // n - rank of all are below what is just above the wanted one.
                    if below >= n.saturating_sub(first + lane) {
                        high[lane] = middle[lane];
                    } else {
                        low[lane] = middle[lane];
                    }
                }
            }
            found.extend((0..TOGETHER).map(|lane| f64::midpoint(low[lane], high[lane])));
        }
        found.truncate(count.min(n));
        found
    }

    /// Unit vectors of given eigenvalues, each at right angles to those before.
    ///
    /// Where eigenvalues coincide, they are some basis of what belongs to them.
    pub(super) fn vectors(&self, values: &[f64]) -> Vec<Vec<f64>> {
        let n = self.diagonal.len();
        let least = (self.norm() * f64::EPSILON).max(f64::MIN_POSITIVE);
        let mut found: Vec<Vec<f64>> = Vec::with_capacity(values.len());
        for (number, &value) in values.iter().enumerate() {
            // A start that is at right angles to no vector, the same every time.
            let mut stream = Stream::new(0, stream_key("eigenvector", 0), number as u64);
            let mut vector: Vec<f64> = (0..n).map(|_| stream.next_f64() - 0.5).collect();
            for _ in 0..ITERATIONS {
                self.solve(value, least, &mut vector);
                // Before the others are taken out: a solution may be very long.
                normalize(&mut vector);
                // Twice is enough (Kahan): the first may leave rounding of what it took away.
                for other in found.iter().chain(&found) {
                    let share = product(other, &vector);
                    for (x, y) in vector.iter_mut().zip(other) {
                        *x -= share * y;
                    }
                }
                normalize(&mut vector);
            }
            found.push(vector);
        }
        found
    }

    /// Solves `(T - value) x = b` in place, by elimination with exchange of rows.
    ///
    /// Pivots that vanish, as they do at an eigenvalue, are set to `least`.
    fn solve(&self, value: f64, least: f64, b: &mut [f64]) {
        let n = b.len();
        let beside = |k: usize| self.beside.get(k).copied().unwrap_or(0.0);
        let pivot = |x: f64| if x.abs() < least { least } else { x };
        // Of each row what stands on the diagonal and in the two places after it.
        let mut rows = Vec::with_capacity(n);
        let mut row = [
            self.diagonal.first().map_or(1.0, |x| x - value),
            beside(0),
            0.0,
        ];
        for k in 1..n {
            let mut next = [beside(k - 1), self.diagonal[k] - value, beside(k)];
            if next[0].abs() > row[0].abs() {
                std::mem::swap(&mut row, &mut next);
                b.swap(k - 1, k);
            }
            row[0] = pivot(row[0]);
            let factor = next[0] / row[0];
            b[k] -= factor * b[k - 1];
            rows.push(row);
            row = [next[1] - factor * row[1], next[2] - factor * row[2], 0.0];
        }
        row[0] = pivot(row[0]);
        rows.push(row);
        for k in (0..n).rev() {
            let after = |j: usize| b.get(k + j).copied().unwrap_or(0.0);
            let rest = rows[k][1] * after(1) + rows[k][2] * after(2);
            b[k] = (b[k] - rest) / rows[k][0];
        }
    }
}

fn normalize(vector: &mut [f64]) {
    // In units of the largest entry: its square could overflow.
    let most = vector.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    if most > 0.0 {
        for x in vector.iter_mut() {
            *x /= most;
        }
        let length = product(vector, vector).sqrt();
        for x in vector.iter_mut() {
            *x /= length;
        }
    }
}

/// All eigenvalues of a symmetric matrix, descending, and the unit vectors of the largest.
///
/// `matrix` is `[n][n]`, of which the lower triangle is read; vectors are `[count][n]`.
pub(super) fn symmetric(mut matrix: Vec<Vec<f64>>, count: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = matrix.len();
    let lower =
        |(i, row): (usize, &Vec<f64>)| row[..=i].iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let largest = matrix.iter().enumerate().map(lower).fold(0.0, f64::max);
    // In units of the largest entry: no square of what is very small or large is lost.
    let unit = if largest > 0.0 { largest } else { 1.0 };
    for i in 0..n {
        for j in 0..=i {
            matrix[i][j] /= unit;
            matrix[j][i] = matrix[i][j];
        }
    }
    let mut mirrors: Vec<Vec<f64>> = Vec::new();
    for k in 0..n.saturating_sub(2) {
        let mirror = mirror_of_column(&matrix, k);
        reflect(&mut matrix, k + 1, &mirror);
        mirrors.push(mirror);
    }
    let tridiagonal = Tridiagonal {
        diagonal: (0..n).map(|k| matrix[k][k]).collect(),
        beside: (1..n).map(|k| matrix[k][k - 1]).collect(),
    };
    let mut values = tridiagonal.largest(n);
    let mut vectors = tridiagonal.vectors(&values[..count.min(n)]);
    for value in &mut values {
        *value *= unit;
    }
    for vector in &mut vectors {
        for (k, mirror) in mirrors.iter().enumerate().rev() {
            let part = &mut vector[k + 1..];
            let share = 2.0 * product(mirror, part);
            for (x, v) in part.iter_mut().zip(mirror) {
                *x -= share * v;
            }
        }
    }
    (values, vectors)
}

/// The unit vector v for which `1 - 2 v v'` turns a column below the diagonal into its first entry.
///
/// All zeros where there is nothing to turn.
fn mirror_of_column(matrix: &[Vec<f64>], k: usize) -> Vec<f64> {
    let mut mirror: Vec<f64> = matrix[k + 1..].iter().map(|row| row[k]).collect();
    if mirror[1..].iter().all(|&x| x == 0.0) {
        return vec![0.0; mirror.len()];
    }
    normalize(&mut mirror);
    // Away from 0, so that nothing cancels.
    mirror[0] += 1.0_f64.copysign(mirror[0]);
    normalize(&mut mirror);
    mirror
}

/// Reflects rows and columns from a place on, and the rest of the row and column before.
fn reflect(matrix: &mut [Vec<f64>], from: usize, v: &[f64]) {
    let n = matrix.len();
    // Both sides at once: A - 2 v w' - 2 w v' with w = A v - (v' A v) v.
    let mut w: Vec<f64> = (from..n).map(|i| product(&matrix[i][from..], v)).collect();
    let both = product(&w, v);
    for (w, v) in w.iter_mut().zip(v) {
        *w -= both * v;
    }
    for i in from..n {
        let (vi, wi) = (v[i - from], w[i - from]);
        for (a, (v, w)) in matrix[i][from..].iter_mut().zip(v.iter().zip(&w)) {
            *a -= 2.0 * (vi * w + wi * v);
        }
    }
    // The column before is turned into its first entry.
    let column: Vec<f64> = (from..n).map(|i| matrix[i][from - 1]).collect();
    let share = 2.0 * product(&column, v);
    for i in from..n {
        matrix[i][from - 1] = column[i - from] - share * v[i - from];
        matrix[from - 1][i] = matrix[i][from - 1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::normal_noise;

    /// Largest entry of `A x - l x`, and of `x' x - 1`, over all.
    fn residuals(matrix: &[Vec<f64>], values: &[f64], vectors: &[Vec<f64>]) -> (f64, f64) {
        let (mut residual, mut angle) = (0.0_f64, 0.0_f64);
        for (i, x) in vectors.iter().enumerate() {
            for (row, entry) in matrix.iter().zip(x) {
                residual = residual.max((product(row, x) - values[i] * entry).abs());
            }
            for (j, y) in vectors.iter().enumerate() {
                let one = f64::from(u8::from(i == j));
                angle = angle.max((product(x, y) - one).abs());
            }
        }
        (residual, angle)
    }

    /// 2 on the diagonal and -1 beside: eigenvalues `2 - 2 cos(pi k/(n + 1))`.
    #[test]
    fn the_second_difference_has_its_closed_form() {
        let n = 40;
        let chain = Tridiagonal {
            diagonal: vec![2.0; n],
            beside: vec![-1.0; n - 1],
        };
        let found = chain.largest(n);
        for (rank, value) in found.iter().enumerate() {
            let k = (n - rank) as f64;
            let expected = 2.0 - 2.0 * (std::f64::consts::PI * k / (n as f64 + 1.0)).cos();
            assert!((value - expected).abs() < 4e-15, "{rank}");
        }
        let full: Vec<Vec<f64>> = (0..n)
            .map(|i| {
                let mut row = vec![0.0; n];
                row[i] = 2.0;
                for j in [i.wrapping_sub(1), i + 1] {
                    if let Some(x) = row.get_mut(j) {
                        *x = -1.0;
                    }
                }
                row
            })
            .collect();
        let (residual, angle) = residuals(&full, &found, &chain.vectors(&found));
        assert!(residual < 1e-13 && angle < 1e-13, "{residual:e} {angle:e}");
    }

    /// Random matrices, and ones with eigenvalues that coincide: rounding of some n times the norm.
    #[test]
    fn vectors_solve_their_equation() {
        for (n, rank) in [(1, 1), (2, 2), (3, 3), (30, 30), (30, 4), (25, 0)] {
            // A sum of squares of rank `rank`, plus one: n - rank eigenvalues are 1.
            let noise = normal_noise(n * rank, 5);
            let dot = |i: usize, j: usize| -> f64 {
                (0..rank)
                    .map(|k| noise[i * rank + k] * noise[j * rank + k])
                    .sum()
            };
            let entry = |i: usize, j: usize| dot(i, j) + f64::from(u8::from(i == j));
            let matrix: Vec<Vec<f64>> = (0..n)
                .map(|i| (0..n).map(|j| entry(i, j)).collect())
                .collect();
            let (values, vectors) = symmetric(matrix.clone(), n);
            let (residual, angle) = residuals(&matrix, &values, &vectors);
            let norm = values[0];
            assert!(
                residual < 1e-13 * norm && angle < 1e-12,
                "{n}: {residual:e} {angle:e}"
            );
            assert!(values.is_sorted_by(|a, b| a >= b));
            let trace: f64 = (0..n).map(|i| entry(i, i)).sum();
            assert!((values.iter().sum::<f64>() - trace).abs() < 1e-12 * trace);
            for value in &values[rank..] {
                assert!((value - 1.0).abs() < 1e-13 * norm);
            }
        }
        // In other units, the same.
        let small = |by: f64| vec![vec![2.0 * by, 0.0], vec![by, 2.0 * by]];
        for by in [1e-305, 1e150] {
            let (values, vectors) = symmetric(small(by), 2);
            for (value, expected) in values.iter().zip([3.0, 1.0]) {
                assert!((value / by - expected).abs() < 1e-14, "{by:e}: {values:?}");
            }
            assert!((vectors[0][0] - vectors[0][1]).abs() < 1e-14);
        }
        let zero = vec![vec![0.0; 3]; 3];
        let (values, vectors) = symmetric(zero.clone(), 3);
        assert!(values.iter().all(|x| x.abs() < 1e-300));
        assert!(residuals(&zero, &values, &vectors).1 < 1e-14);
        assert_eq!(symmetric(Vec::new(), 3), (vec![], vec![]));
    }
}
