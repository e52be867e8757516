//! Population codes: what the rates of many neurons say about one angle, position or stimulus.
//!
//! | question | ask |
//! |---|---|
//! | which angle, and how wide is the bump? | [`population_vector`] |
//! | which stimulus, by expected counts? | [`most_likely_stimulus`] |
//! | which template, which stored pattern? | [`match_template`], [`overlap`], [`sparse_overlap`] |
//! | how far off is what was decoded? | [`angle_error`], [`angle_decoding_error`] |

mod templates;

pub use templates::{Similarity, TemplateMatch, match_template, overlap, sparse_overlap};

use crate::error::{MeasureError, equal_lengths, finite, not_negative};
use std::f64::consts::{PI, TAU};

/// An angle that a population points to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PopulationVector {
    /// The angle in `(-pi, pi]`: the centre of a bump on a ring.
    pub angle: f64,
    /// The length of the vector over the sum of activity: 1 if all activity is at one angle.
    pub length: f64,
    /// The circular standard deviation `sqrt(-2 ln(length))`: the width of a bump on a ring;
    /// radian.
    pub spread: f64,
}

/// Returns the vector sum of preferred angles weighted by activity.
///
/// `None` where there is no activity or it cancels (evenly spread), which points nowhere.
///
/// # Equation
/// `sum_i r_i exp(i phi_i) / sum_i r_i`.
///
/// # Units
/// `preferred` in radian; `activity` in any unit, not negative: counts, Hz.
///
/// # Shapes
/// `[n_neurons]` both.
///
/// # Errors
/// [`MeasureError::Lengths`], [`MeasureError::Negative`], [`MeasureError::NotFinite`].
///
/// # Source
/// A. P. Georgopoulos, A. B. Schwartz, R. E. Kettner (1986), Neuronal population coding of movement
/// direction, <https://doi.org/10.1126/science.3749885>; the spread as in K. V. Mardia, P. E. Jupp
/// (2000), Directional Statistics, <https://doi.org/10.1002/9780470316979>.
pub fn population_vector(
    activity: &[f64],
    preferred: &[f64],
) -> Result<Option<PopulationVector>, MeasureError> {
    equal_lengths("preferred angles", preferred.len(), activity.len())?;
    finite("preferred angle", preferred)?;
    let (mut x, mut y, mut sum) = (0.0, 0.0, 0.0);
    for (&rate, angle) in activity.iter().zip(preferred) {
        sum += not_negative("activity", rate)?;
        x += rate * angle.cos();
        y += rate * angle.sin();
    }
    let length = (f64::hypot(x, y) / sum).min(1.0);
    // Below rounding of the sum there is no direction.
    let points = sum > 0.0 && length > 1e-14 * (activity.len() as f64).sqrt();
    Ok(points.then(|| PopulationVector {
        angle: y.atan2(x),
        length,
        spread: (-2.0 * length.ln()).max(0.0).sqrt(),
    }))
}

/// Returns the place of the stimulus that makes counts most likely.
///
/// Neurons are taken as independent Poisson processes. `None` without stimuli, or where no stimulus
/// could give these counts; the first of those that are equally likely.
///
/// # Equation
/// The greatest `sum_i (n_i ln m_i - m_i)` over stimuli, with m the expected counts: a neuron
/// expected to be silent that spikes rules a stimulus out.
///
/// # Shapes
/// `counts` is `[n_neurons]`, `expected` is `[n_stimuli]` of `[n_neurons]`.
///
/// # Errors
/// [`MeasureError::Lengths`], [`MeasureError::Negative`].
///
/// # Source
/// P. Dayan, L. F. Abbott (2001), Theoretical Neuroscience, section 3.3.
pub fn most_likely_stimulus<E: AsRef<[f64]>>(
    counts: &[u64],
    expected: &[E],
) -> Result<Option<usize>, MeasureError> {
    let mut best: Option<(usize, f64)> = None;
    for (stimulus, means) in expected.iter().map(AsRef::as_ref).enumerate() {
        equal_lengths("expected counts of a stimulus", means.len(), counts.len())?;
        let mut sum = 0.0;
        for (&count, &mean) in counts.iter().zip(means) {
            sum -= not_negative("expected count", mean)?;
            if count > 0 {
                sum += count as f64 * mean.ln();
            }
        }
        if sum > best.map_or(f64::NEG_INFINITY, |(_, most)| most) {
            best = Some((stimulus, sum));
        }
    }
    Ok(best.map(|(stimulus, _)| stimulus))
}

/// Returns the difference of two angles, decoded less true, in `(-pi, pi]`; radian.
///
/// NaN only where an angle is not finite.
///
/// # Equation
/// `decoded - truth + 2 pi k` with the whole number k that leaves it in `(-pi, pi]`.
pub fn angle_error(decoded: f64, truth: f64) -> f64 {
    let turned = (decoded - truth).rem_euclid(TAU);
    if turned > PI { turned - TAU } else { turned }
}

/// Returns the root of the mean squared error of angles; radian. `None` for no angles.
///
/// # Equation
/// `sqrt(mean(e^2))` with e from [`angle_error`].
///
/// # Shapes
/// `[n_trials]` both.
///
/// # Errors
/// [`MeasureError::Lengths`], [`MeasureError::NotFinite`].
pub fn angle_decoding_error(decoded: &[f64], truth: &[f64]) -> Result<Option<f64>, MeasureError> {
    equal_lengths("true angles", truth.len(), decoded.len())?;
    finite("decoded angle", decoded)?;
    finite("true angle", truth)?;
    let squared = |(&decoded, &truth): (&f64, &f64)| {
        let error = angle_error(decoded, truth);
        error * error
    };
    let sum: f64 = decoded.iter().zip(truth).map(squared).sum();
    Ok((!decoded.is_empty()).then(|| (sum / decoded.len() as f64).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_testkit::{Tolerance, assert_close};

    fn ring(n: u32) -> Vec<f64> {
        (0..n).map(|k| TAU * f64::from(k) / f64::from(n)).collect()
    }

    /// Activity `1 + a cos(phi - c)` on a ring has length a/2 and points to c, exactly.
    #[test]
    fn a_cosine_bump_has_a_closed_form() {
        let preferred = ring(12);
        for (a, centre) in [(1.0, 0.3), (0.4, -2.5), (0.9, PI)] {
            let activity: Vec<f64> = preferred
                .iter()
                .map(|p| 1.0 + a * (p - centre).cos())
                .collect();
            let found = population_vector(&activity, &preferred).unwrap().unwrap();
            assert!(angle_error(found.angle, centre).abs() < 1e-14);
            assert_close("length", found.length, a / 2.0, Tolerance::relative(1e-13));
        }
    }

    /// A bump `exp(-d^2 / (2 s^2))` that is narrow against the ring has the spread s: the wrapped
    /// normal law, of which a fine grid keeps the mean to rounding.
    #[test]
    fn a_normal_bump_has_its_width() {
        let preferred = ring(200);
        let (centre, s) = (1.0, 0.35);
        let bump = |p: &f64| {
            let d = angle_error(*p, centre);
            (-0.5 * d * d / (s * s)).exp()
        };
        let activity: Vec<f64> = preferred.iter().map(bump).collect();
        let found = population_vector(&activity, &preferred).unwrap().unwrap();
        assert_close("centre", found.angle, centre, Tolerance::relative(1e-12));
        assert_close("width", found.spread, s, Tolerance::relative(1e-12));
    }

    #[test]
    fn even_activity_points_nowhere() {
        assert_eq!(population_vector(&[1.0; 8], &ring(8)), Ok(None));
        assert_eq!(population_vector(&[0.0; 8], &ring(8)), Ok(None));
        assert_eq!(population_vector(&[], &[]), Ok(None));
        let one = population_vector(&[0.0, 3.0], &[0.0, 2.0])
            .unwrap()
            .unwrap();
        assert_eq!((one.length, one.spread), (1.0, 0.0));
        assert!(population_vector(&[-1.0], &[0.0]).is_err());
        assert!(population_vector(&[1.0], &[]).is_err());
    }

    #[test]
    fn the_most_likely_stimulus_by_hand() {
        // Logarithms of likelihood for counts 3, 1: 3 ln 2 - 3, 3 ln 1 + ln 2 - 3, and impossible.
        let expected = [vec![2.0, 1.0], vec![1.0, 2.0], vec![9.0, 0.0]];
        let best = |counts: &[u64]| most_likely_stimulus(counts, &expected).unwrap();
        assert_eq!(best(&[3, 1]), Some(0));
        assert_eq!(best(&[1, 3]), Some(1));
        assert_eq!(best(&[9, 0]), Some(2));
        // None expected and none seen is likely, not undefined.
        assert_eq!(best(&[0, 0]), Some(0));
        assert_eq!(most_likely_stimulus(&[1], &[[0.0]]), Ok(None));
        assert_eq!(most_likely_stimulus::<Vec<f64>>(&[1], &[]), Ok(None));
        assert!(most_likely_stimulus(&[1, 2], &[[1.0]]).is_err());
        assert!(most_likely_stimulus(&[1], &[[-1.0]]).is_err());
    }

    #[test]
    fn errors_go_the_short_way() {
        assert_close(
            "short",
            angle_error(3.0, -3.0),
            6.0 - TAU,
            Tolerance::ulp(8),
        );
        assert_eq!(angle_error(PI, 0.0), PI);
        let found = angle_decoding_error(&[0.1, TAU - 0.1], &[0.0, 0.0])
            .unwrap()
            .unwrap();
        assert_close("root", found, 0.1, Tolerance::relative(1e-14));
        assert_eq!(angle_decoding_error(&[], &[]), Ok(None));
        assert!(angle_decoding_error(&[1.0], &[]).is_err());
    }
}
