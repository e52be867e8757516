//! Whether counts follow a law, or two histograms one: Pearson's chi-square.

use crate::error::{MeasureError, equal_lengths, not_negative};
use neuropil_statistics::chi_square_sf;

/// The outcome of a chi-square test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// The sum of squared deviations over what is expected; infinite where the impossible was seen.
    pub statistic: f64,
    /// The degrees of freedom, at least one.
    pub degrees: usize,
    /// The probability of a statistic at least as large if the counts follow the law.
    ///
    /// By the chi-square law, which counts follow as they grow: good from about five expected in
    /// each cell.
    pub p_value: f64,
}

/// Tests whether counts have given expectations; `None` where no degree of freedom is left.
///
/// Cells of which nothing is expected and nothing seen do not count; one that holds a count makes
/// the statistic infinite. Merge cells until about five are expected in each.
///
/// # Equation
/// `X = sum_i (o_i - e_i)^2 / e_i`, with cells less 1 less `fitted` degrees of freedom; the p-value
/// is `Q(degrees/2, X/2)`, the regularised upper incomplete gamma function. `fitted` is the number
/// of parameters of the law that were estimated from the counts.
///
/// # Shapes
/// `[n_cells]` both. The expectations should add up to the counts, which is not checked.
///
/// # Errors
/// [`MeasureError::Lengths`], [`MeasureError::Negative`] for an expectation that is negative or not
/// finite.
///
/// # Source
/// K. Pearson (1900), On the criterion that a given system of deviations ...,
/// <https://doi.org/10.1080/14786440009463897>.
///
/// # Examples
/// ```
/// use neuropil_measures::compare::chi_square;
/// let test = chi_square(&[12, 8], &[10.0, 10.0], 0)?;
/// assert!(test.is_some_and(|test| (test.statistic - 0.8).abs() < 1e-15 && test.degrees == 1));
/// # Ok::<(), neuropil_measures::MeasureError>(())
/// ```
pub fn chi_square(
    observed: &[u64],
    expected: &[f64],
    fitted: usize,
) -> Result<Option<ChiSquare>, MeasureError> {
    equal_lengths("expected counts", expected.len(), observed.len())?;
    let mut cells = 0_usize;
    for &count in expected {
        cells += usize::from(not_negative("expected count", count)? > 0.0);
    }
    let degrees = cells.saturating_sub(1).saturating_sub(fitted);
    Ok((degrees > 0).then(|| {
        let found = neuropil_statistics::chi_square(observed, expected, fitted);
        ChiSquare {
            statistic: found.statistic,
            degrees,
            p_value: found.p_value,
        }
    }))
}

/// Tests whether two histograms with the same cells follow one law, whatever their sums.
///
/// `None` where either is empty, or only one cell holds a count. Cells that are empty in both do
/// not count.
///
/// # Equation
/// `X = sum_i (sqrt(B/A) a_i - sqrt(A/B) b_i)^2 / (a_i + b_i)` with A and B the sums, and one
/// degree of freedom less than cells: the chi-square of the table of two rows.
///
/// # Shapes
/// `[n_cells]` both.
///
/// # Errors
/// [`MeasureError::Lengths`].
///
/// # Source
/// W. H. Press, S. A. Teukolsky, W. T. Vetterling, B. P. Flannery (2007), Numerical Recipes, 3rd
/// edition, equation 14.3.3; the law of X: R. A. Fisher (1922), <https://doi.org/10.2307/2340521>.
pub fn chi_square_of_histograms(a: &[u64], b: &[u64]) -> Result<Option<ChiSquare>, MeasureError> {
    equal_lengths("cells of the second histogram", b.len(), a.len())?;
    let sum = |counts: &[u64]| counts.iter().map(|&count| count as f64).sum::<f64>();
    let (whole_a, whole_b) = (sum(a), sum(b));
    let seen = a.iter().zip(b).filter(|&(&a, &b)| a > 0 || b > 0);
    let degrees = seen.clone().count().saturating_sub(1);
    if whole_a == 0.0 || whole_b == 0.0 || degrees == 0 {
        return Ok(None);
    }
    let term = |(&a, &b): (&u64, &u64)| {
        let off = (whole_b / whole_a).sqrt() * a as f64 - (whole_a / whole_b).sqrt() * b as f64;
        off * off / (a as f64 + b as f64)
    };
    let statistic = seen.map(term).sum();
    Ok(Some(ChiSquare {
        statistic,
        degrees,
        p_value: chi_square_sf(statistic, degrees),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_ir::draw::Stream;
    use neuropil_testkit::stats::{FALSE_ALARM, binomial_bounds};
    use neuropil_testkit::{Tolerance, assert_close};

    #[test]
    fn two_degrees_have_a_closed_form() {
        // (3^2 + 1 + 2^2)/10 = 1.4; exp(-x/2) for two degrees.
        let found = chi_square(&[13, 9, 8], &[10.0; 3], 0).unwrap().unwrap();
        assert_close("statistic", found.statistic, 1.4, Tolerance::ulp(2));
        let p = (-0.7_f64).exp();
        assert_close("p", found.p_value, p, Tolerance::relative(1e-13));
        assert_eq!(found.degrees, 2);
        // A fitted parameter, and a cell without expectation.
        let found = chi_square(&[13, 9, 0, 8], &[10.0, 10.0, 0.0, 10.0], 1);
        assert_eq!(found.unwrap().unwrap().degrees, 1);
        let impossible = chi_square(&[1, 9], &[0.0, 9.0], 0).unwrap();
        assert_eq!(impossible, None);
        let impossible = chi_square(&[1, 9, 9], &[0.0, 9.0, 9.0], 0)
            .unwrap()
            .unwrap();
        assert_eq!(
            (impossible.statistic, impossible.p_value),
            (f64::INFINITY, 0.0)
        );
    }

    /// The table 10, 20 / 30, 20 has 80 counts, rows 30 and 50, columns 40: expected 15, 15, 25,
    /// 25, so X = 2 · 25/15 + 2 · 25/25.
    #[test]
    fn two_histograms_are_a_table_of_two_rows() {
        let found = chi_square_of_histograms(&[10, 0, 20], &[30, 0, 20])
            .unwrap()
            .unwrap();
        let expected = 50.0 / 15.0 + 2.0;
        assert_close("statistic", found.statistic, expected, Tolerance::ulp(8));
        assert_eq!(found.degrees, 1);
        // In proportion: no difference.
        let same = chi_square_of_histograms(&[4, 6, 8], &[8, 12, 16])
            .unwrap()
            .unwrap();
        assert_close("same", same.statistic, 0.0, Tolerance::absolute(1e-28));
        assert_close("p", same.p_value, 1.0, Tolerance::absolute(1e-15));
    }

    /// Of 400 pairs of histograms of one law a share of 0.1 has p of 0.1 or less.
    #[test]
    fn p_values_are_as_rare_as_they_say() {
        let rare = |seed: &u64| {
            let mut stream = Stream::new(*seed, 0, 0);
            let mut draw = |n: usize| {
                let mut counts = [0_u64; 8];
                for _ in 0..n {
                    counts[stream.below(8) as usize] += 1;
                }
                counts
            };
            let (a, b) = (draw(900), draw(500));
            let two = chi_square_of_histograms(&a, &b).unwrap().unwrap();
            let one = chi_square(&a, &[112.5; 8], 0).unwrap().unwrap();
            [two.p_value <= 0.1, one.p_value <= 0.1]
        };
        let (low, high) = binomial_bounds(400, 0.1, FALSE_ALARM);
        let found: Vec<[bool; 2]> = (0..400).map(|seed| rare(&seed)).collect();
        for which in 0..2 {
            let count = found.iter().filter(|pair| pair[which]).count() as u64;
            assert!((low..=high).contains(&count), "{which}: {count}");
        }
    }

    #[test]
    fn too_little_and_bad_arguments() {
        assert_eq!(chi_square(&[], &[], 0), Ok(None));
        assert_eq!(chi_square(&[5], &[5.0], 0), Ok(None));
        assert_eq!(chi_square(&[5, 5], &[5.0, 5.0], usize::MAX), Ok(None));
        assert!(chi_square(&[5], &[5.0, 1.0], 0).is_err());
        assert!(chi_square(&[5, 5], &[5.0, -1.0], 0).is_err());
        assert!(chi_square(&[5, 5], &[5.0, f64::NAN], 0).is_err());
        assert_eq!(chi_square_of_histograms(&[0, 0], &[1, 2]), Ok(None));
        assert_eq!(chi_square_of_histograms(&[5, 0], &[7, 0]), Ok(None));
        assert_eq!(chi_square_of_histograms(&[], &[]), Ok(None));
        assert!(chi_square_of_histograms(&[1], &[1, 2]).is_err());
    }
}
