//! Tapers of Slepian: the windows that keep most of their power within a band.

use super::eigen::Tridiagonal;
use crate::MOST_BINS;
use crate::error::{MeasureError, positive};
use std::f64::consts::TAU;

/// Returns the discrete prolate spheroidal sequences of a length: Slepian's tapers.
///
/// The first keeps the largest share of its power within a half bandwidth that a window of so many
/// samples can; each further one the largest share at right angles to those before. About
/// `2 half_bandwidth - 1` of them keep nearly all.
///
/// # Equation
/// The eigenvectors of `sin(2 pi W (i - j)) / (pi (i - j))` of the largest eigenvalues, which are
/// those shares; computed as those of the tridiagonal matrix with `((n - 1)/2 - i)^2 cos(2 pi W)`
/// on the diagonal and `i (n - i)/2` beside it, which has the same vectors and well separated
/// values. Each has length 1; even ones have a positive sum, odd ones begin above 0.
///
/// # Units
/// `half_bandwidth` is `n W`, in units of one over the length of the window: often 2 to 4.
///
/// # Shapes
/// `[count][n]`
///
/// # Errors
/// [`MeasureError::NotPositive`] for no samples, no tapers or a half bandwidth that is not between
/// 0 and `n/2`, [`MeasureError::TooMany`] for more tapers than samples, or more than [`MOST_BINS`]
/// numbers.
///
/// # Source
/// D. Slepian (1978), Prolate spheroidal wave functions, Fourier analysis, and uncertainty V,
/// <https://doi.org/10.1002/j.1538-7305.1978.tb02104.x>.
pub fn slepian_tapers(
    n: usize,
    half_bandwidth: f64,
    count: usize,
) -> Result<Vec<Vec<f64>>, MeasureError> {
    positive("number of samples", n as f64)?;
    positive("number of tapers", count as f64)?;
    positive("half bandwidth", half_bandwidth)?;
    let size = n as f64;
    positive(
        "half the samples less the half bandwidth",
        size / 2.0 - half_bandwidth,
    )?;
    if count > n || count.saturating_mul(n) > MOST_BINS {
        return Err(MeasureError::TooMany {
            what: "tapers",
            wanted: count as f64,
            most: n.min(MOST_BINS / n),
        });
    }
    let cosine = (TAU * half_bandwidth / size).cos();
    let diagonal = |i: usize| {
        let from_middle = (size - 1.0) / 2.0 - i as f64;
        from_middle * from_middle * cosine
    };
    let matrix = Tridiagonal {
        diagonal: (0..n).map(diagonal).collect(),
        beside: (1..n).map(|i| i as f64 * (n - i) as f64 / 2.0).collect(),
    };
    let mut tapers = matrix.vectors(&matrix.largest(count));
    for (order, taper) in tapers.iter_mut().enumerate() {
        // An odd one changes its sign in the middle: its first half decides.
        let part = if order % 2 == 0 {
            &taper[..]
        } else {
            &taper[..n / 2]
        };
        if part.iter().sum::<f64>() < 0.0 {
            for x in taper.iter_mut() {
                *x = -*x;
            }
        }
    }
    Ok(tapers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// Against the definition: eigenvectors of the sinc matrix, eigenvalues descending within (0,
    /// 1). Both matrices have a norm of 1 in units of their largest entry; some n roundings.
    #[test]
    fn tapers_are_concentrated_in_their_band() {
        for (n, half, count) in [(64, 3.0, 7), (65, 2.5, 5), (200, 4.0, 9), (2, 0.4, 2)] {
            let tapers = slepian_tapers(n, half, count).unwrap();
            let w = half / n as f64;
            let kernel = |i: usize, j: usize| {
                let d = i as f64 - j as f64;
                if i == j {
                    2.0 * w
                } else {
                    (TAU * w * d).sin() / (PI * d)
                }
            };
            let mut shares = Vec::new();
            for (order, taper) in tapers.iter().enumerate() {
                let image = |i: usize| -> f64 { (0..n).map(|j| kernel(i, j) * taper[j]).sum() };
                let share: f64 = (0..n).map(|i| taper[i] * image(i)).sum();
                for i in 0..n {
                    assert!(
                        (image(i) - share * taper[i]).abs() < 1e-12,
                        "{n} {order} {i}"
                    );
                    // Even or odd about the middle.
                    let mirrored = taper[n - 1 - i] * if order % 2 == 0 { 1.0 } else { -1.0 };
                    assert!((taper[i] - mirrored).abs() < 1e-11);
                }
                for (other, before) in tapers.iter().enumerate() {
                    let dot: f64 = taper.iter().zip(before).map(|(x, y)| x * y).sum();
                    let one = f64::from(u8::from(order == other));
                    assert!((dot - one).abs() < 1e-13);
                }
                shares.push(share);
            }
            assert!(shares.is_sorted_by(|a, b| a > b), "{shares:?}");
            assert!(shares[0] < 1.0 + 1e-13 && shares[count - 1] > 0.0);
        }
        // Slepian's example: four times the resolution keeps all but 1e-9 in the first.
        let first = &slepian_tapers(100, 4.0, 1).unwrap()[0];
        assert!(first.iter().all(|&x| x > 0.0));
    }

    #[test]
    fn bad_tapers_are_refused() {
        assert!(slepian_tapers(0, 1.0, 1).is_err());
        assert!(slepian_tapers(10, 1.0, 0).is_err());
        assert!(slepian_tapers(10, 5.0, 1).is_err());
        assert!(slepian_tapers(10, f64::NAN, 1).is_err());
        assert!(slepian_tapers(10, 2.0, 11).is_err());
        assert!(slepian_tapers(1 << 28, 2.0, 7).is_err());
        assert_eq!(slepian_tapers(1, 0.2, 1), Ok(vec![vec![1.0]]));
    }
}
