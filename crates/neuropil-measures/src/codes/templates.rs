//! Which stored pattern does activity look like: templates and overlaps.

use crate::error::{MeasureError, equal_lengths, squarable};
use crate::signals::{deviations, product};

/// How activity is compared with a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Similarity {
    /// `x · y / (|x| |y|)`: the angle between both, which silent neurons do not enter.
    Cosine,
    /// Pearson's coefficient: as the cosine, of what is left of both less their means.
    Correlation,
}

impl Similarity {
    /// Compares two patterns; -1 to 1. `None` where one is 0 (cosine) or constant (correlation).
    ///
    /// # Shapes
    /// `[n_neurons]` both.
    ///
    /// # Errors
    /// [`MeasureError::Lengths`], [`MeasureError::NotFinite`], [`MeasureError::TooLarge`] beyond 1e70.
    pub fn of(self, a: &[f64], b: &[f64]) -> Result<Option<f64>, MeasureError> {
        equal_lengths("neurons of the second pattern", b.len(), a.len())?;
        squarable("activity of the first pattern", a)?;
        squarable("activity of the second pattern", b)?;
        let angle = |a: &[f64], b: &[f64]| {
            let whole = product(a, a).sqrt() * product(b, b).sqrt();
            (whole > 0.0).then(|| (product(a, b) / whole).clamp(-1.0, 1.0))
        };
        Ok(match self {
            Self::Cosine => angle(a, b),
            Self::Correlation => deviations(a)
                .zip(deviations(b))
                .and_then(|(a, b)| angle(&a, &b)),
        })
    }
}

/// The template that activity looks most like.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateMatch {
    /// Its place among the templates, the first of those that are equally like it.
    pub template: usize,
    /// Its similarity, -1 to 1.
    pub similarity: f64,
    /// The similarity of each template; `None` as [`Similarity::of`]: `[n_templates]`.
    pub all: Vec<Option<f64>>,
}

/// Finds the template that activity looks most like; `None` if it can be compared with none.
///
/// # Equation
/// The greatest [`Similarity`] over templates.
///
/// # Shapes
/// `activity` is `[n_neurons]`, `templates` `[n_templates]` of `[n_neurons]`.
///
/// # Errors
/// [`MeasureError::Lengths`], [`MeasureError::NotFinite`], [`MeasureError::TooLarge`].
///
/// # Source
/// S. Deneve, P. E. Latham, A. Pouget (1999), Reading population codes: a neural implementation of
/// ideal observers, <https://doi.org/10.1038/11205>, which compares it with other decoders.
///
/// # Examples
/// ```
/// use neuropil_measures::codes::{Similarity, match_template};
/// let templates = [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]];
/// let found = match_template(&[0.2, 3.0, 3.0], &templates, Similarity::Cosine)?;
/// assert!(found.is_some_and(|found| found.template == 1 && found.similarity > 0.99));
/// # Ok::<(), neuropil_measures::MeasureError>(())
/// ```
pub fn match_template<T: AsRef<[f64]>>(
    activity: &[f64],
    templates: &[T],
    similarity: Similarity,
) -> Result<Option<TemplateMatch>, MeasureError> {
    let each = templates.iter();
    let all: Result<Vec<Option<f64>>, MeasureError> = each
        .map(|template| similarity.of(activity, template.as_ref()))
        .collect();
    let all = all?;
    let scores = all.iter().enumerate().filter_map(|(k, s)| Some((k, (*s)?)));
    let best = scores.reduce(|best, other| if other.1 > best.1 { other } else { best });
    Ok(best.map(|(template, similarity)| TemplateMatch {
        template,
        similarity,
        all,
    }))
}

/// Returns the overlap of a state with a pattern of -1 and 1: how far a pattern is recalled.
///
/// 1 for the pattern itself, -1 for its inverse, near `1/sqrt(n)` for one that has nothing to do
/// with it. `None` for no neurons.
///
/// # Equation
/// `m = (1/n) sum_i xi_i s_i`
///
/// # Shapes
/// `[n_neurons]` both.
///
/// # Errors
/// [`MeasureError::Lengths`], [`MeasureError::NotFinite`], [`MeasureError::TooLarge`].
///
/// # Source
/// J. J. Hopfield (1982), Neural networks and physical systems with emergent collective
/// computational abilities, <https://doi.org/10.1073/pnas.79.8.2554>; the overlap as in D. J. Amit,
/// H. Gutfreund, H. Sompolinsky (1985), <https://doi.org/10.1103/PhysRevA.32.1007>.
pub fn overlap(state: &[f64], pattern: &[f64]) -> Result<Option<f64>, MeasureError> {
    equal_lengths("neurons of the pattern", pattern.len(), state.len())?;
    squarable("state", state)?;
    squarable("pattern", pattern)?;
    Ok((!state.is_empty()).then(|| product(state, pattern) / state.len() as f64))
}

/// Returns the overlap of a state with a sparse pattern of 0 and 1.
///
/// 1 for the pattern itself, 0 for even activity and in the mean for one that has nothing to do
/// with it. `None` for a pattern whose neurons are all alike.
///
/// # Equation
/// `m = sum_i (xi_i - f) s_i / (n f (1 - f))` with f the mean of the pattern: the rate in the
/// pattern less the rate outside of it.
///
/// # Shapes
/// `[n_neurons]` both.
///
/// # Errors
/// [`MeasureError::Lengths`], [`MeasureError::NotFinite`], [`MeasureError::NotBinary`] for a
/// pattern that is not of 0 and 1.
///
/// # Source
/// M. V. Tsodyks, M. V. Feigel'man (1988), The enhanced storage capacity in neural networks with
/// low activity level, <https://doi.org/10.1209/0295-5075/6/2/002>.
pub fn sparse_overlap(state: &[f64], pattern: &[f64]) -> Result<Option<f64>, MeasureError> {
    equal_lengths("neurons of the pattern", pattern.len(), state.len())?;
    squarable("state", state)?;
    if let Some(position) = pattern.iter().position(|&x| x != 0.0 && x != 1.0) {
        let what = "pattern";
        return Err(MeasureError::NotBinary { what, position });
    }
    let n = pattern.len() as f64;
    let inside: f64 = pattern.iter().sum();
    let (own, all) = (product(state, pattern), state.iter().sum::<f64>());
    let some = inside > 0.0 && inside < n;
    Ok(some.then(|| own / inside - (all - own) / (n - inside)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_ir::draw::Stream;
    use neuropil_testkit::{Tolerance, assert_close};

    #[test]
    fn similarities_by_hand() {
        let (a, b) = ([3.0, 0.0, 4.0], [0.0, 5.0, 5.0]);
        let tight = Tolerance::ulp(4);
        let cosine = Similarity::Cosine.of(&a, &b).unwrap().unwrap();
        assert_close("cosine", cosine, 20.0 / (5.0 * 50.0_f64.sqrt()), tight);
        // Deviations (2, -7, 5)/3 and (-10, 5, 5)/3: -30 over sqrt(78 · 150).
        let found = Similarity::Correlation.of(&a, &b).unwrap().unwrap();
        assert_close("correlation", found, -30.0 / 11_700.0_f64.sqrt(), tight);
        assert_eq!(Similarity::Cosine.of(&a, &[0.0; 3]), Ok(None));
        assert_eq!(Similarity::Correlation.of(&a, &[2.0; 3]), Ok(None));
        assert_eq!(Similarity::Cosine.of(&[], &[]), Ok(None));
        assert!(Similarity::Cosine.of(&a, &b[1..]).is_err());
        assert!(Similarity::Cosine.of(&a, &[f64::NAN; 3]).is_err());
    }

    /// Patterns of 200 random signs; a tenth of one is turned over: the overlap is 1 - 2/10.
    #[test]
    fn a_noisy_pattern_is_matched_and_has_its_overlap() {
        let mut stream = Stream::new(1, 0, 0);
        let mut sign = || if stream.below(2) == 0 { -1.0 } else { 1.0 };
        let patterns: Vec<Vec<f64>> = (0..20)
            .map(|_| (0..200).map(|_| sign()).collect())
            .collect();
        let mut state = patterns[7].clone();
        for x in state.iter_mut().step_by(10) {
            *x = -*x;
        }
        let tight = Tolerance::ulp(4);
        let found = overlap(&state, &patterns[7]).unwrap().unwrap();
        assert_close("overlap", found, 0.8, tight);
        let found = match_template(&state, &patterns, Similarity::Cosine)
            .unwrap()
            .unwrap();
        assert_eq!((found.template, found.all.len()), (7, 20));
        assert_close("cosine", found.similarity, 0.8, tight);
        // Five deviations of 1/sqrt(200).
        let others = found.all.iter().enumerate().filter(|&(k, _)| k != 7);
        assert!(others.into_iter().all(|(_, s)| s.unwrap().abs() < 0.36));
        let inverse: Vec<f64> = state.iter().map(|x| -x).collect();
        assert_close(
            "inverse",
            overlap(&inverse, &state).unwrap().unwrap(),
            -1.0,
            tight,
        );
    }

    #[test]
    fn sparse_patterns_have_their_overlap() {
        let pattern = [1.0, 0.0, 0.0, 0.0, 1.0];
        let near = Tolerance::ulp(2);
        let own = sparse_overlap(&pattern, &pattern).unwrap().unwrap();
        assert_close("itself", own, 1.0, near);
        let even = sparse_overlap(&[0.3; 5], &pattern).unwrap().unwrap();
        assert_close("even", even, 0.0, Tolerance::absolute(1e-16));
        // The equation itself: f = 2/5.
        let state = [4.0, 1.0, 0.0, 2.0, 5.0];
        let sum: f64 = pattern
            .iter()
            .zip(state)
            .map(|(xi, s)| (xi - 0.4) * s)
            .sum();
        let found = sparse_overlap(&state, &pattern).unwrap().unwrap();
        assert_close(
            "equation",
            found,
            sum / (5.0 * 0.4 * 0.6),
            Tolerance::ulp(8),
        );
        assert_eq!(sparse_overlap(&[1.0; 2], &[1.0; 2]), Ok(None));
        assert_eq!(sparse_overlap(&[], &[]), Ok(None));
        assert!(matches!(
            sparse_overlap(&[1.0; 2], &[0.0, 0.5]),
            Err(MeasureError::NotBinary { position: 1, .. })
        ));
        assert!(sparse_overlap(&[1.0], &[0.0, 1.0]).is_err());
    }

    #[test]
    fn nothing_to_compare() {
        assert_eq!(overlap(&[], &[]), Ok(None));
        assert!(overlap(&[1.0], &[1.0, 1.0]).is_err());
        let none: [Vec<f64>; 0] = [];
        assert_eq!(match_template(&[1.0], &none, Similarity::Cosine), Ok(None));
        let silent = match_template(&[0.0, 0.0], &[[1.0, 0.0]], Similarity::Cosine);
        assert_eq!(silent, Ok(None));
        // Of equals the first.
        let same = [[1.0, 0.0], [2.0, 0.0]];
        let found = match_template(&[1.0, 1.0], &same, Similarity::Cosine)
            .unwrap()
            .unwrap();
        assert_eq!(found.template, 0);
    }
}
